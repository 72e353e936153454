"""New plans on the way: what a loop has seen goes into them, and a simulated day makes them by itself."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from domain.requests import ChargeRequest
from domain.site import parse_site
from executors.tracking.learning import Learnt
from executors.tracking.quarter import Quarter
from service.plan_options import PlanOrder
from service.planning import plan_order
from service.run.car_limits import CarLimits, limits_of, within
from service.run.plan_task import still_missing
from service.run.seen_import import SeenImport
from service.simulate_options import Wanted
from service.simulating import simulation_with
from simulation.outcome import outcome_of
from simulation.ran import Scene
from tests.service.commands import AT, HOME, Terminal, site_file

NOW = datetime(2026, 11, 20, 11, tzinfo=UTC)
EVENING = HOME.replace(
    'arrive: "18:00", depart: "07:00", energy_kwh: 11.04',
    'arrive: "12:30", depart: "15:30", energy_kwh: 12',
).replace("grid: {limit_a: 25}", "grid: {limit_a: 25, meter: m}\nmeters: {m: {driver: simulated}}")
BOILER = """
flexible_loads:
  - {id: boiler, power_kw: 2, wiring: [L1], run_h: 1, min_run_h: 0.5, between: ["11:00", "16:00"],
     driver: mqtt_switch, topic: b}
"""


def request(**keys: object) -> ChargeRequest:
    said = {"charger": "driveway", "arrival": NOW, "departure": NOW + timedelta(hours=8), "id": "a"}
    return ChargeRequest.model_validate(said | keys)


def test_a_plan_counts_on_what_a_car_has_shown() -> None:
    site = parse_site(HOME, "site.yaml")
    nan = np.full(2, math.nan)
    learnt = Learnt(
        max_a=np.array([9.7, math.nan]), min_a=nan, phases=np.zeros((2, 3), dtype=np.bool_),
        pins=np.array([2.0, math.nan]), taper_kw_per_kwh=nan, full_after_kwh=np.array([2.0, math.nan]),
        efficiency=nan,
    )  # fmt: skip
    shown = limits_of(learnt, ("a", "b"))
    assert shown == {"a": CarLimits(max_a=10.0, phases=2, left_kwh=2.7)}
    limited = within(request(energy_kwh=9.0), shown, site)
    assert (limited.max_current_a, limited.phases, limited.energy_kwh) == (10.0, 2, 2.7)
    slow = within(request(energy_kwh=2.0), {"a": CarLimits(max_a=4.0)}, site)
    assert (slow.max_current_a, slow.energy_kwh) == (6.0, 2.0)


def test_a_car_that_asked_for_a_state_of_charge_asks_from_where_it_is_now() -> None:
    site = parse_site(HOME + "vehicles: [{id: v, battery_kwh: 50, efficiency: 0.8}]\n", "site.yaml")
    (left,) = still_missing([request(vehicle="v", soc_now=0.2, target_soc=0.9)], {"a": 10.0}, site)
    assert left.soc_now == pytest.approx(0.2 + 10 * 0.8 / 50)


def test_only_windows_seen_whole_count_for_the_peak() -> None:
    seen = SeenImport(ZoneInfo("Europe/Brussels"), 900.0)
    start_s = datetime(2026, 11, 30, 22, 15, tzinfo=UTC).timestamp()
    number = int(start_s // 900)

    def look(quarter: int, until_kwh: float, *, blind_s: int = -1, gap_s: range = range(0)) -> None:
        for second in range(0, 900, 5):
            import_kw = math.nan if second == blind_s else 1.0
            if second not in gap_s:
                used = Quarter(number + quarter, until_kwh * (second + 5) / 900)
                seen.look(used, import_kw, start_s + 900 * quarter + second)

    look(0, 5.0)
    assert (seen.running_kwh, seen.peak) == (None, None)
    look(1, 0.75)
    assert seen.running_kwh == pytest.approx(0.75)
    look(2, 0.9, blind_s=400)
    assert seen.running_kwh is None
    assert seen.peak is not None
    assert seen.peak.kw == pytest.approx(3.0)
    assert seen.peak.month == "2026-11"
    look(3, 0.95, gap_s=range(300, 400))
    assert seen.running_kwh is None
    look(4, 0.3)
    assert seen.running_kwh == pytest.approx(0.3)
    assert seen.peak is None, "another month"


def test_a_car_that_takes_less_than_its_papers_say_is_planned_as_it_is(tmp_path: Path) -> None:
    planned = plan_order(PlanOrder(site_file(tmp_path, EVENING), at=AT), NOW, lambda _: None)
    scene = Scene.as_planned(planned.site, planned.inputs)
    (visit,) = [visit for visit in scene.visits if visit.arrive_s < 3600]
    weak = replace(visit, car=replace(visit.car, max_current_a=9.0))
    others = tuple(one for one in scene.visits if one is not visit)
    run = simulation_with(planned, Wanted(4 * 3600, None, ()), replace(scene, visits=(weak, *others)))
    assert run.replanning is not None
    for second in run.minutes():
        if second == 5400:
            planned_a = run.replanning.plan.chargers["driveway"].current_a[:4]
            assert planned_a.tolist() == [9.0] * 4
    assert run.plans > 2
    (car,) = [one for one in outcome_of(run.loop).cars if one.id == visit.id]
    assert car.got_kwh == pytest.approx(car.planned_kwh, abs=0.4)


@pytest.mark.parametrize(("late_s", "plans"), [(0, 1), (600, 2)])
def test_a_car_that_comes_at_its_time_is_no_reason_for_a_plan(
    tmp_path: Path, late_s: int, plans: int
) -> None:
    planned = plan_order(PlanOrder(site_file(tmp_path, EVENING), at=AT), NOW, lambda _: None)
    scene = Scene.as_planned(planned.site, planned.inputs)
    visits = tuple(replace(visit, arrive_s=visit.arrive_s + late_s) for visit in scene.visits)
    first_s = min(visit.arrive_s for visit in visits)
    run = simulation_with(planned, Wanted(first_s + 30, None, ()), replace(scene, visits=visits))
    assert list(run.minutes())[-1] == first_s + 29
    assert run.plans == plans


def test_a_boiler_runs_its_hour_once_however_often_is_planned(terminal: Terminal, tmp_path: Path) -> None:
    site = site_file(tmp_path, EVENING + BOILER)
    said = terminal.run("simulate", site, "--at", AT, "--hours", "5", "--replan", "15", "--json")
    assert said.code == 0, said.err
    answer = json.loads(said.out)
    assert answer["plans"] >= 20
    assert answer["plans_failed"] == []
    assert answer["missed_kwh"] == 0
    assert answer["flexible_kwh"]["boiler"] == pytest.approx(2.0, abs=0.02)


def test_how_often_to_plan_is_the_owners_word(terminal: Terminal, tmp_path: Path) -> None:
    site = site_file(tmp_path, EVENING)
    said = terminal.run("simulate", site, "--at", AT, "--hours", "0.8", "--replan", "never")
    assert "Plans    one, followed to the end" in said.out
    said = terminal.run("simulate", site, "--at", AT, "--hours", "0.8", "--replan", "60")
    assert "Plans    2: the first, and 1 on the way" in said.out
    said = terminal.run("simulate", site, "--at", AT, "--replan", "often")
    assert said.code == 2
    assert "'often'; changed, never, or 1 to 1440 minutes is allowed" in said.err
