"""Some hours of every example with nothing wrong: nobody is accused, and who is planned gets his energy."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from domain.site import Site, parse_site
from domain.yaml_text import read_yaml
from executors.control.seam import Readings, Setpoints
from executors.control.why import Told
from executors.control.wiring import wiring_of
from executors.deciding import Deciding, deciding_of
from executors.tracking.cars import Beyond
from forecasting.gather import Files, gather
from scheduler.planner import plan_site
from simulation.closed_loop import NOBODY_S, ClosedLoop, run_whole
from simulation.outcome import outcome_of
from simulation.ran import Scene

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
AT = datetime.fromisoformat("2026-11-17T08:00:00+00:00")
HOURS = 1.5
ACCUSED = {
    Told.FOREIGN_CHANGE.name,
    Told.DISOBEYS.name,
    Told.LINK_LOST.name,
    Told.METER_LOST.name,
    Told.METER_FROZEN.name,
    Told.SIGN_FLIPPED.name,
    Told.PHASES_SWAPPED.name,
}


def offline(path: Path) -> Site:
    """An example without sources over the network and without habits; every charger is spoken to."""
    data: dict[str, Any] = read_yaml(path.read_text(), path.name).data
    for key in ("solar", "departures", "flexible_loads", "battery"):
        data.pop(key, None)
    data |= {
        "mode": ["tariff"],
        "tariff": {"buy": {"source": "fixed", "eur_per_kwh": 0.3}},
        "load": {"source": "fixed", "kw": 0.5},
    }
    for charger in data["chargers"]:
        charger.setdefault("driver", "simulated")
    return parse_site(json.dumps(data), path.name)


def requests_for(site: Site, folder: Path, most: int, share: float) -> Path:
    """Cars at the first points, one after the other, that want ``share`` of what the point can give."""
    lines = ["charger,arrival,departure,energy_kwh"]
    for number, charger in enumerate(site.chargers[:most]):
        arrival, departure = AT + timedelta(minutes=3 + 5 * number), AT + timedelta(hours=HOURS, minutes=-3)
        hours = (departure - arrival).total_seconds() / 3600
        most_kw = charger.power_kw.max if charger.kind == "dc" else charger.current_a.max * 0.69
        energy_kwh = round(share * most_kw * hours, 1)
        lines.append(f"{charger.id},{arrival.isoformat()},{departure.isoformat()},{energy_kwh}")
    path = folder / "requests.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def ran(path: Path, folder: Path, most: int = 3, share: float = 0.5) -> ClosedLoop:
    """The loop of an example after its hours."""
    site = offline(path)
    inputs = gather(site, AT, Files(requests=requests_for(site, folder, most, share)))
    ticks = iter(range(10**9))
    plan = plan_site(site, inputs, made_at=AT, clock=lambda: float(next(ticks)) * 1e-3)
    wiring = wiring_of(site)
    control = deciding_of(site, wiring, plan, inputs.requests, now=AT)
    scene = Scene.as_planned(site, inputs)
    loop = ClosedLoop(site, inputs, plan, scene, wiring, control, idle_s=5)
    return run_whole(loop, int(HOURS * 3600) - 1)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.stem, marks=[] if path.stem == "home_charx" else pytest.mark.long)
        for path in EXAMPLES
    ],
)
def test_an_undisturbed_example_accuses_nobody_and_misses_nothing(path: Path, tmp_path: Path) -> None:
    loop = ran(path, tmp_path)
    assert [event for event in loop.events if event[1] in ACCUSED] == []
    outcome = outcome_of(loop)
    assert outcome.limits == ()
    assert outcome.cars
    planned_missing_kwh = sum(one.shortfall_kwh for one in loop.plan.requests)
    assert outcome.missed_kwh <= planned_missing_kwh + 1e-6


def test_dc_stalls_at_full_power_get_the_planned_energy(tmp_path: Path) -> None:
    """4 stalls of one cabinet use two thirds of what it gives: V x I alone would count 2 % too much."""
    plaza = next(path for path in EXAMPLES if path.stem == "plaza_dc")
    loop = ran(plaza, tmp_path, most=4, share=0.6)
    assert sum(one.shortfall_kwh for one in loop.plan.requests) == pytest.approx(0.0, abs=0.1)
    assert outcome_of(loop).missed_kwh == 0
    assert [event for event in loop.events if event[1] in ACCUSED] == []


def test_a_house_without_cars_is_not_left_to_the_watchdogs_between_two_decisions(tmp_path: Path) -> None:
    home = next(path for path in EXAMPLES if path.stem == "home_simple")
    site = offline(home)
    inputs = gather(site, AT, Files())
    ticks = iter(range(10**9))
    plan = plan_site(site, inputs, made_at=AT, clock=lambda: float(next(ticks)) * 1e-3)
    wiring = wiring_of(site)
    seconds: list[float] = []
    control = Noted(deciding_of(site, wiring, plan, inputs.requests, now=AT), seconds)
    loop = ClosedLoop(site, inputs, plan, Scene.as_planned(site, inputs), wiring, control, idle_s=5)
    run_whole(loop, 1200)
    assert loop.events == []
    assert len(seconds) <= 1200 / NOBODY_S + 3
    assert np.all(loop.plant.chargers.offer_a == 0)


class Noted:
    """A control that notes when it was asked."""

    def __init__(self, control: Deciding, seconds: list[float]) -> None:
        self._control, self._seconds = control, seconds

    def decide(
        self, readings: Readings, *, wall_s: float, mono_s: float, beyond: Beyond | None = None
    ) -> Setpoints:
        """The control's own answer."""
        self._seconds.append(mono_s)
        return self._control.decide(readings, wall_s=wall_s, mono_s=mono_s, beyond=beyond)
