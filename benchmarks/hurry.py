"""What little time gives with 200 cars: ``python -m benchmarks.hurry [SECONDS ...]``.

The real command plans a workplace with each ``--time-limit``, with energy for all and with three cars that
ask for too much. Told are the plan's proof, its cost, and how many rules the written plan breaks, found in
plain loops from plan.json and the files alone. The exit code is 1 where one is broken.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import yaml

from benchmarks.workplace import write_workplace

ROOT: Final = Path(__file__).parents[1]
LIMITS_S: Final = ("0.05", "0.2", "0.5", "1", "5")
EPS: Final = 1e-4
"""plan.json rounds its numbers."""
HEAD: Final = (
    f"{'greedy':>6}{'limit s':>9}{'command s':>11}{'proof':>10}{'gap':>9}{'cost EUR':>10}{'bound EUR':>11}"
    f"{'missing kWh':>13}{'at best':>9}{'broken':>8}"
)


def broken(folder: Path, plan: dict[str, Any]) -> Iterator[str]:
    """Rules of the site that a plan breaks."""
    site = yaml.safe_load((folder / "site.yaml").read_text())
    yield from _power(site, plan, column(folder / "load.csv"), column(folder / "solar.csv"))
    stays = {row["charger"]: row for row in csv.DictReader((folder / "requests.csv").open())}
    for charger in site["chargers"]:
        yield from _charger(charger, plan, stays[charger["id"]])


def column(path: Path) -> list[float]:
    """The second column of a file."""
    return [float(row[1]) for row in list(csv.reader(path.open()))[1:]]


def _power(
    site: dict[str, Any], plan: dict[str, Any], load: list[float], solar: list[float]
) -> Iterator[str]:
    limit_kw, site_kw = site["grid"]["limit_kw"], plan["site_power_kw"]
    for t, (base_kw, sun_kw) in enumerate(zip(load, solar, strict=True)):
        drawn_kw = base_kw + sum(told["power_kw"][t] for told in plan["chargers"].values())
        if drawn_kw - sun_kw > limit_kw + EPS:
            yield f"slot {t}: {drawn_kw - sun_kw:.3f} kW of {limit_kw}"
        flows_kw = site_kw["import"][t] - site_kw["export"][t] + site_kw["solar"][t]
        if abs(flows_kw - drawn_kw) > 200 * EPS:
            yield f"slot {t}: import and export do not add up, {flows_kw:.3f} for {drawn_kw:.3f} kW"


def _charger(charger: dict[str, Any], plan: dict[str, Any], stay: dict[str, str]) -> Iterator[str]:
    """What a charger is told beyond its currents, its car's stay and its car's energy."""
    told, own = plan["chargers"][charger["id"]], charger["current_a"]
    arrival, departure = (datetime.fromisoformat(stay[key]) for key in ("arrival", "departure"))
    energy_kwh = 0.0
    for t, (slot, current_a) in enumerate(zip(plan["slots"], told["current_a"], strict=True)):
        if not current_a:
            continue
        steps = (current_a - own["min"]) / own["step"]
        if not own["min"] - EPS <= current_a <= own["max"] + EPS or abs(steps - round(steps)) > EPS:
            yield f"{charger['id']} slot {t}: {current_a} A"
        if datetime.fromisoformat(slot["start"]) < arrival or datetime.fromisoformat(slot["end"]) > departure:
            yield f"{charger['id']} slot {t}: nobody is there"
        energy_kwh += 0.23 * current_a * len(charger["wiring"]) / 4
    request = next(one for one in plan["requests"] if one["charger"] == charger["id"])
    if abs(energy_kwh - request["delivered_kwh"]) > 100 * EPS:
        yield f"{charger['id']}: {energy_kwh:.3f} kWh, said are {request['delivered_kwh']:.3f}"
    step_kwh = 0.23 * own["step"] * len(charger["wiring"]) / 4
    if energy_kwh + request["shortfall_kwh"] < float(stay["energy_kwh"]) - step_kwh / 2 - 100 * EPS:
        yield f"{charger['id']}: {energy_kwh:.3f} of {stay['energy_kwh']} kWh, the rest is not told"


def line(greedy: int, limit_s: str) -> tuple[str, list[str]]:
    """One line of the table, and the rules that the plan breaks."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        words = write_workplace(folder, "site200", greedy=greedy)
        out = folder / "plan.json"
        command = ["plan", *words, "--time-limit", limit_s, "--out", str(out)]
        begun_s = time.monotonic()
        done = subprocess.run(  # noqa: S603 - our own
            [sys.executable, "-m", "service.program", *command], cwd=ROOT, capture_output=True, check=False
        )
        took_s = time.monotonic() - begun_s
        if done.returncode:
            return f"{greedy:>6}{limit_s:>9} ended with {done.returncode}: {done.stderr!r}", ["no plan"]
        plan = json.loads(out.read_text())
        wrong = list(broken(folder, plan))
    proof = plan["proof"]
    return (
        f"{greedy:>6}{limit_s:>9}{took_s:>11.1f}{proof['status']:>10}{proof['gap']:>9.3%}{proof['cost_eur']:>10.2f}"
        f"{proof['bound_eur']:>11.2f}{proof['shortfall_kwh']:>13.2f}{proof['shortfall_bound_kwh']:>9.2f}"
        f"{len(wrong):>8}"
    ), wrong


def main() -> int:
    """Print the table."""
    print(HEAD)
    failed = False
    for greedy in (0, 3):
        for limit_s in sys.argv[1:] or LIMITS_S:
            text, wrong = line(greedy, limit_s)
            print(text, *wrong[:3], sep="\n   ", flush=True)
            failed = failed or bool(wrong)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
