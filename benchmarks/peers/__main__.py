"""Other planners beside ours on the same instances: ``make bench-peers``, or ``python -m benchmarks.peers``.

Each peer runs in the Python of an environment of its own (``build/peers/NAME``) and is called at its
optimisation alone, since its server wants a database or Home Assistant. All costs come from one calculation
here. Seconds are processor time from the numbers of the instance to powers, the quickest of up to three runs;
ours keeps to steps of 0.1 A, the peers' currents are continuous.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.instances import FOLDER, HOUSES, instance, optimum_eur, stored_at_start_eur
from benchmarks.peers.quickest import Data
from benchmarks.planner import timed
from scheduler.planner import PlanOptions

ROOT: Final = Path(__file__).parents[2]
ENVIRONMENTS: Final = ROOT / "build" / "peers"
INSTANCES: Final = ("house96", "house192", "site54", "site200")
OPTIONS: Final = PlanOptions(gap=0.001, calm_eur=0.0)
EPS: Final = 1e-3
"""Solvers keep their rows to a tolerance [kW, kWh]."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Another planner."""

    name: str
    cannot: str
    """What it cannot be told of any of these sites."""
    no_houses: str = ""
    """Why it is not asked for the houses; empty where it is."""


PEERS: Final = (
    Peer(
        "flexmeasures",
        "currents per phase, circuits with limits in A, imbalance, calm; no bound or gap comes back",
    ),
    Peer(
        "emhass",
        "currents per phase, circuits with limits in A, imbalance; no bound or gap comes back",
        "a car's goals as stored energy, the choice between one phase and three, what the battery is worth",
    ),
)


def asked(peer: Peer, name: str, limit_s: float) -> str | Data:
    """What a peer's own interpreter found, or why there is nothing."""
    python = ENVIRONMENTS / peer.name / "bin" / "python"
    if not python.exists():
        return "not installed; make bench-peers installs it where its packages can be had"
    module = f"benchmarks.peers.{peer.name}_runner"
    command = [str(python), "-m", module, str(FOLDER / f"{name}.json"), str(limit_s)]
    try:
        done = subprocess.run(  # noqa: S603 - our own
            command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=limit_s
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {limit_s:g} s"
    if done.returncode:
        return f"ended with {done.returncode}: {(done.stderr.strip().splitlines() or ['no word'])[-1]}"
    found: Data = json.loads(done.stdout.splitlines()[-1])
    return found if found["cars"] else f"no plan: {found['status']}"


def cost_eur(data: Data, found: Data) -> float:
    """Money of a plan, less the worth of what the battery holds at the end [EUR]."""
    net, hours = net_kw(data, found), data["slot_minutes"] / 60
    bought, sold = np.maximum(net, 0) @ data["import_price"], np.maximum(-net, 0) @ data["export_price"]
    held = held_kwh(data, found)
    worth = data["battery"]["end_value_eur_per_kwh"] * held[-1] if held is not None else 0.0
    return float((bought - sold) * hours - worth)


def net_kw(data: Data, found: Data) -> Any:
    """Import less export [kW]."""
    drawn = np.sum(found["cars"], axis=0) + np.array(found["battery"] or 0.0)
    return drawn + np.array(data["load_kw"]) - np.array(data["pv_kw"])


def held_kwh(data: Data, found: Data) -> Any:
    """What the battery holds after every slot; None without one [kWh]."""
    if found["battery"] is None:
        return None
    battery, power = data["battery"], np.array(found["battery"])
    into = np.maximum(power, 0) * battery["eta_charge"] - np.maximum(-power, 0) / battery["eta_discharge"]
    return battery["initial_kwh"] + np.cumsum(into) * data["slot_minutes"] / 60


def broken(data: Data, found: Data) -> list[str]:
    """What a plan breaks of the instance, in words."""
    said, cars, hours = [], np.array(found["cars"]), data["slot_minutes"] / 60
    if (over := float(np.max(net_kw(data, found)) - data["grid_import_limit_kw"])) > EPS:
        said.append(f"{over:.3f} kW above the connection")
    if (between := forbidden(data, cars)) > 0:
        said.append(f"{between} slots below a minimum current")
    if (missing := missing_kwh(data, cars, hours)) > EPS:
        said.append(f"{missing:.3f} kWh missing")
    held = held_kwh(data, found)
    if held is not None and (held.min() < data["battery"]["min_kwh"] - EPS):
        said.append(f"battery at {held.min():.3f} kWh")
    return said


def forbidden(data: Data, cars: Any) -> int:
    """Slots in which a car draws a power that its charger cannot give."""
    if "ev" in data:
        car = data["ev"]
        gap = (cars > car["max_kw_1ph"] + EPS) & (cars < car["min_kw_3ph"] - EPS)
        return int(np.sum(gap | ((cars > EPS) & (cars < car["min_kw_1ph"] - EPS))))
    least = np.array([[stay["min_kw"]] for stay in data["sessions"]])
    return int(np.sum((cars > EPS) & (cars < least - EPS)))


def missing_kwh(data: Data, cars: Any, hours: float) -> float:
    """Energy that was asked for and is not given [kWh]."""
    if "ev" in data:
        car = data["ev"]
        stored = car["initial_kwh"] + np.cumsum(cars[0]) * car["eta_charge"] * hours
        return float(max(max(goal["energy_kwh"] - stored[goal["slot"] - 1], 0.0) for goal in car["goals"]))
    given = [
        float(np.sum(power[stay["arrival"] : stay["departure"]])) * hours
        for power, stay in zip(cars, data["sessions"], strict=True)
    ]
    wanted = [float(stay["energy_kwh"]) for stay in data["sessions"]]
    return sum(max(want - got, 0.0) for want, got in zip(wanted, given, strict=True))


def row(instance_name: str, who: str, seconds: float, cost: float, ratio: float, more: str) -> str:
    """One line of the table."""
    dearer = cost / optimum_eur(instance_name) - 1
    return f"{instance_name:<10}{who:<14}{seconds:>9.3f}{ratio:>9.1f}{cost:>11.4f}{dearer:>+11.3%}  {more}"


def main() -> None:
    """Print the table, and what each peer cannot be told."""
    parser = argparse.ArgumentParser(description="other planners on the same instances")
    parser.add_argument("--limit-s", type=float, default=300.0, help="time for a peer on an instance [s]")
    parser.add_argument("names", nargs="*", default=INSTANCES)
    options = parser.parse_args()
    print(f"{'instance':<10}{'planner':<14}{'CPU s':>9}{'to us':>9}{'cost EUR':>11}{'to best':>11}  breaks")
    for name in options.names:
        data, problem = json.loads((FOLDER / f"{name}.json").read_text()), instance(name)
        solved, proof, ours_s = timed(problem, OPTIONS)
        ours_eur = solved.outcome.cost_eur - stored_at_start_eur(problem)
        print(row(name, "chargewright", ours_s, ours_eur, 1.0, f"nothing; gap proven {proof.gap:.3%}"))
        for peer in PEERS:
            if name in HOUSES and peer.no_houses:
                print(f"{name:<10}{peer.name:<14} not asked: cannot be told {peer.no_houses}", flush=True)
                continue
            found = asked(peer, name, options.limit_s)
            if isinstance(found, str):
                print(f"{name:<10}{peer.name:<14} {found}", flush=True)
                continue
            seconds, cost = found["seconds"], cost_eur(data, found)
            more = "; ".join(broken(data, found)) or "nothing"
            print(
                row(name, peer.name, seconds, cost, seconds / ours_s, f"{more}; {found['status']}"),
                flush=True,
            )
    for peer in PEERS:
        print(f"{peer.name} was not told, of what a site may have: {peer.cannot}")


if __name__ == "__main__":
    main()
