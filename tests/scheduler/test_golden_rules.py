"""Every rule of the model writes the rows that its golden LP file shows, and there is one for each."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scheduler.decision import nothing_charges
from scheduler.devices import Run
from scheduler.first_slots import FirstSlots
from scheduler.giving import Giver
from scheduler.model import RULES, Rule, build
from scheduler.peaks import Peak, Window
from scheduler.problem import Option, Problem
from scheduler.tapers import Taper, TaperLine
from scheduler.ties import Before, Switching
from tests.scheduler.tiny import ALL, FEED_L2, battery, circuit, problem, session

GOLDEN = Path(__file__).resolve().parents[1] / "golden"


def small_site() -> Problem:
    """Two points, three cars, three slots: every rule has something to say."""
    return problem(
        [0.30, 0.10, -0.05],
        [
            session([0, 1], 2.0, phases=[(0, 1, 2), (0,)], circuits=(1, 0), name="first"),
            session([1, 2], 1.5, phases=[(0,)], circuits=(1, 0), share=[0.5, 1.0], name="second"),
            session([0, 1, 2], 3.0, phases=[(1,)], charger=1, name="third"),
        ],
        sell=[0.05, 0.20, -0.08],
        load_kw=[1.0, 0.5, 0.5],
        solar_kw=[0.0, 6.0, 6.0],
        circuits=[circuit(3, 25, base_a=2.0, limit_kw=9.0), circuit(3, 20, name="garage")],
        imbalance_limit_a=12.0,
        export_limit_kw=3.0,
    )


def small_yard() -> Problem:
    """Two cars, of which the sun is there for one, and a surplus in two of three slots."""
    cars = [
        session([0, 1], 2.0, name="resident"),
        replace(session([0, 1, 2], 2.0, charger=1, name="guest"), own_sun=False),
    ]
    return problem([0.30, 0.10, 0.20], cars, sell=[0.05, 0.15, 0.05], load_kw=1.0, solar_kw=[0.0, 5.0, 6.0])


def small_home() -> Problem:
    """One car, a battery that can be held, a boiler: every rule of the devices has something to say."""
    boiler = Run(
        load="boiler",
        feed=FEED_L2,
        power_kw=2.0,
        slots=np.array([0, 1, 2]),
        need_h=0.5,
        most_h=0.75,
        least_at_a_time_h=0.5,
        usual=np.array([0, 1]),
    )
    home = problem(
        [0.30, 0.10, 0.20], [session([0, 1], 2.0, phases=[(0,)])], load_kw=1.0, solar_kw=[0.0, 3.0, 0.5]
    )
    return replace(home, battery=battery("hold"), runs=(boiler,))


def small_office() -> Problem:
    """Two months, one of which is at its peak already, for the rule of the capacity tariff."""
    office = problem([0.30, 0.10, 0.20], [session([0, 1, 2], 2.0)], load_kw=[1.0, 0.5, 0.5])
    march = (
        Window(0.25, np.array([0]), np.array([0.1]), known_kwh=0.15),
        Window(0.25, np.array([1]), np.array([0.25])),
    )
    months = (Peak("2026-03", 4.0, 2.5, march), Peak("2026-04", 4.0, 20.0, (march[1],)))
    return replace(office, peaks=months)


def small_shop() -> Problem:
    """A car on one or three phases and a boiler, beside a battery, where a month has paid for little."""
    shop = replace(small_home(), sessions=(session([0, 1], 2.0, phases=[ALL, (0,)]),))
    march = tuple(Window(0.25, np.array([t]), np.array([0.25])) for t in range(2))
    return replace(shop, peaks=(Peak("2026-03", 4.0, 2.5, march),))


def small_budget() -> Problem:
    """One car has two switches left, ends on one phase and pauses; one goes on, to fewer phases only."""
    first = replace(
        session([0, 1, 2, 3], 2.0, phases=[ALL, (0,)], name="first"),
        switching=Switching(2, (1,), one_way=False, hold_h=0.3, dead_h=0.01, selected=0, rest_h=0.1),
        least_pause_h=0.5,
        before=Before(on=False, option=0, current_a=0.0, pause_rest_h=0.2),
    )
    second = replace(
        session([0, 1, 2], 2.0, phases=[ALL, (0,)], charger=1, name="second"),
        switching=Switching(1, (0, 1), one_way=True, hold_h=0.0, dead_h=0.0),
        least_run_h=0.5,
        before=Before(on=True, option=0, current_a=6.0, run_rest_h=0.3),
    )
    home = problem([0.30, 0.10, 0.20, 0.10], [first, second])
    told = np.full(14, np.nan)
    told[:5] = [8.0, 0.0, 0.0, 0.0, 16.0]
    return replace(home, published_a=told)


def small_stall() -> Problem:
    """A car on one or three phases that takes ever less: 9 kW, then 4 kW less with each kWh, then 8 kW."""
    lines = (TaperLine(9.0, 0.0), TaperLine(10.0, 4.0), TaperLine(14.0, 8.0))
    car = replace(session([0, 2], 2.0, phases=[ALL, (0,)]), taper=Taper(lines))
    return problem([0.30, 0.10, 0.20], [car])


def small_lossy() -> Problem:
    """A car that loses energy while it draws on three phases, and none on one."""
    car = session([0, 1], 2.0, phases=[ALL, (0,)])
    wide, narrow = car.options
    return problem([0.30, 0.10], [replace(car, options=(replace(wide, gain=0.9, loss_kw=0.2), narrow))])


def small_street() -> Problem:
    """A car that gives in two of its three slots, and comes with less than it may give down to."""
    back = (Option(ALL, 6.0, 10.0), Option((0,), 6.0, 10.0))
    giver = Giver(back, np.array([1, 2]), 5.0, 8.0, 40.0, 0.9, 1.25, 0.02)
    car = replace(session([0, 1, 2], 2.0, phases=[ALL, (0,)], share=[0.5, 1.0, 1.0]), giver=giver)
    return problem([0.30, 0.10, 0.50], [car], load_kw=1.0)


OF_TIES = {"one_chosen", "counted_switch", "switch_budget", "switch_hold", "switch_one_way", "dead_time"} | {
    "charging_run",
    "charging_pause",
    "goes_on_at_first",
    "counted_change",
}


def small_roof() -> Problem:
    """A meter that counts each phase, sun on L2, and a slot in which selling pays more than buying."""
    sun = circuit(2, base_a=[[2.0, 2.0], [-5.0, -8.0], [0.0, 1.0]])
    cars = [session([0, 1], 2.0, phases=[(0, 1, 2), (0,)])]
    return replace(problem([0.30, 0.10], cars, sell=[0.05, 0.20], circuits=[sun]), per_phase=True)


def small_morning() -> Problem:
    """A home of which the first two slots are told: a current, the boiler, and what the battery does."""
    home = replace(small_home(), battery=battery("full"))
    told = replace(
        nothing_charges(home),
        current_a=np.array([8.0, 0.0]),
        running=np.array([[False, True, True]]),
        battery_kw=np.array([1.5, -0.5, 0.0]),
    )
    return replace(home, first=FirstSlots(2, told))


OF_DEVICES = {"battery_content", "battery_one_way", "fills_by_itself", "drains_by_itself"} | {
    "draws_while_filling",
    "drains_at_least",
    "run_time",
    "least_run",
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_writes_its_golden_rows(rule: Rule, tmp_path: Path) -> None:
    sites = {
        "peak_rise": small_office,
        "peak_level": small_office,
        "peak_while_on": small_shop,
        "peak_beside_battery": small_shop,
        "solar_for_group": small_yard,
        "taken_energy": small_stall,
        **dict.fromkeys(("give_current", "draw_or_give", "car_content"), small_street),
        "taper": small_stall,
        "loss_while_drawn": small_lossy,
        "held_first": small_morning,
        "phase_balance": small_roof,
        "phase_direction": small_roof,
        **dict.fromkeys(OF_DEVICES, small_home),
        **dict.fromkeys(OF_TIES, small_budget),
    }
    model = build(sites.get(rule.__name__, small_site)(), [rule])
    written = tmp_path / "model.lp"
    model.write(str(written), io_options={"symbolic_solver_labels": True})
    golden = GOLDEN / f"{rule.__name__}.lp"
    if os.environ.get("WRITE_GOLDEN"):
        golden.write_text(written.read_text())
    assert golden.exists(), f"no golden file for {rule.__name__}: look at its rows, then WRITE_GOLDEN=1"
    assert written.read_text() == golden.read_text()


def test_every_rule_says_its_formula() -> None:
    for rule in RULES:
        assert any(sign in (rule.__doc__ or "") for sign in ("<=", ">=", "=")), rule.__name__


def test_every_golden_file_belongs_to_a_rule() -> None:
    assert {path.stem for path in GOLDEN.glob("*.lp")} == {rule.__name__ for rule in RULES}
