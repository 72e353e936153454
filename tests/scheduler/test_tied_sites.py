"""From the site file to plans with budgets of switches, least runs and pauses, and what runs now."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

import numpy as np
import pytest

from domain.errors import InputError
from domain.inputs import PlanInputs
from domain.plan import Plan, Status
from domain.running import Running
from domain.site import Site, parse_site
from domain.site_chargers import AcCharger, DcCharger
from scheduler.from_site import problem_of
from scheduler.planner import PlanOptions, plan_site
from scheduler.problem import Session
from tests.check_ties import broken_ties
from tests.independent_check import faults
from tests.random_cases import START, random_case

ALL, L1, L2 = (0, 1, 2), (0,), (1,)
SITE = """\
name: t
location: {{time_zone: Europe/Brussels}}
grid: {{limit_a: 40}}
chargers: [{{id: one, {driver}current_a: {{min: 6, max: 16}}, {charger}}}]
vehicles: [{{id: car, {car}}}]
tariff: {{buy: {{source: fixed, eur_per_kwh: 0.3}}, sell: {{source: fixed, eur_per_kwh: 0}}}}
"""
TELTO = "driver: teltocharge, unit: 1, serial: {device: /dev/null, baud: 9600, parity: none, stop_bits: 1}, "


def site_with(charger: str, car: str = "phases: 3", driver: str = "") -> Site:
    return parse_site(SITE.format(charger=charger, car=car, driver=driver), "t")


def some_inputs(running: Running | None = None) -> PlanInputs:
    """Inputs of a random site, with one request for the charger of ``SITE`` from before the start on."""
    _, inputs = random_case(3)
    request = inputs.requests[0].model_copy(
        update={
            "charger": "one", "vehicle": "car", "phases": None, "min_current_a": None, "max_current_a": None,
            "arrival": inputs.grid.start, "departure": inputs.grid.end, "energy_kwh": 9.0,
        }
    )  # fmt: skip
    return replace(
        inputs, requests=(request,), solar_kw={}, running={} if running is None else {"one": running}
    )


def session_of_site(site: Site, running: Running | None = None) -> Session:
    (session,) = problem_of(site, some_inputs(running)).problem.sessions
    return session


def sets(session: Session) -> list[tuple[int, ...]]:
    return [option.phases for option in session.options]


def test_both_without_a_budget_ties_nothing() -> None:
    session = session_of_site(site_with("phase_switching: {mode: both, hysteresis_kw: 0.5}"))
    assert sets(session) == [ALL, L1]
    assert not session.tied


@pytest.mark.parametrize(
    ("charger", "car", "left", "one_way"),
    [
        ("mode: both, max_per_session: 4", "phases: 3", 4, False),
        ("mode: both, max_per_session: 4", "phases: 3, phase_switching: {max_per_session: 2}", 2, False),
        ("mode: both, max_per_session: 1", "phases: 3, phase_switching: {max_per_session: 2}", 1, False),
        ("mode: both", "phases: 3, phase_switching: {max_per_session: 3}", 3, False),
        ("mode: oneway", "phases: 3", None, True),
        ("mode: both", "phases: 3, phase_switching: {mode: oneway}", None, True),
        ("mode: both, hold_s: 600", "phases: 3", None, False),
    ],
)
def test_the_stricter_of_charger_and_car_counts(
    charger: str, car: str, left: int | None, *, one_way: bool
) -> None:
    switching = session_of_site(site_with(f"phase_switching: {{{charger}}}", car)).switching
    assert switching is not None
    assert (switching.left, switching.one_way, switching.selected) == (left, one_way, None)
    assert switching.dead_h == pytest.approx(40 / 3600)


def test_a_car_with_a_veto_or_one_phase_has_no_budget() -> None:
    charger = "phase_switching: {mode: both, max_per_session: 4}"
    vetoed = session_of_site(site_with(charger, "phases: 3, phase_switching: {mode: never}"))
    assert (sets(vetoed), vetoed.switching) == ([ALL], None)
    single = session_of_site(site_with(charger, "phases: 1"))
    assert (sets(single), single.switching) == ([L1], None)


def running(phases: tuple[int, ...], current_a: float = 8.0, **more: float) -> Running:
    return Running(phases, current_a, since_s=600.0, **more)  # type: ignore[arg-type]  # counts are floats here


def test_switches_that_are_used_and_a_hold_that_goes_on_count() -> None:
    site = site_with("phase_switching: {mode: both, max_per_session: 4, hold_s: 1800}")
    switching = session_of_site(site, running(L1, switches_used=3, switched_s=600.0)).switching
    assert switching is not None
    assert (switching.left, switching.selected) == (1, 1)
    assert switching.rest_h == pytest.approx(1200 / 3600)


@pytest.mark.parametrize(
    ("at_limit", "now", "left_over"),
    [("stay", ALL, [ALL]), ("stay", L1, [L1]), ("single", ALL, [L1]), ("three", L1, [ALL])],
)
def test_a_budget_that_is_used_up_leaves_where_it_ends(
    at_limit: str, now: tuple[int, ...], left_over: list[tuple[int, ...]]
) -> None:
    site = site_with(f"phase_switching: {{mode: both, max_per_session: 2, at_limit: {at_limit}}}")
    session = session_of_site(site, running(now, switches_used=2))
    assert sets(session) == left_over
    assert session.switching is None


def test_one_way_leaves_no_way_back() -> None:
    site = site_with("phase_switching: {mode: oneway}", driver=TELTO)
    assert sets(session_of_site(site, running(ALL))) == [ALL, L1, L2, (2,)]
    assert sets(session_of_site(site, running(L2))) == [L2]


def test_the_last_switch_may_lead_to_one_phase_only() -> None:
    site = site_with("phase_switching: {mode: both, max_per_session: 2, at_limit: single}")
    switching = session_of_site(site).switching
    assert switching is not None
    assert switching.ends_on == (1,)


def test_runs_and_pauses_from_before_go_on() -> None:
    site = site_with("min_run_s: 1800, min_pause_s: 900")
    on = session_of_site(site, running(ALL, 6.0))
    assert (on.least_run_h, on.least_pause_h) == (0.5, 0.25)
    assert on.before is not None
    assert on.before.run_rest_h == pytest.approx(1200 / 3600)
    off = session_of_site(site, running(ALL, 0.0))
    assert off.before is not None
    assert off.before.pause_rest_h == pytest.approx(300 / 3600)


def test_a_least_run_without_room_ends_and_the_plan_says_so() -> None:
    text = SITE.format(charger="min_run_s: 3600", car="phases: 3", driver="").replace(
        "limit_a: 40", "limit_a: 6"
    )
    stated = problem_of(parse_site(text, "t"), some_inputs(running(ALL, 6.0)))
    assert stated.problem.sessions[0].before is not None
    assert stated.problem.sessions[0].before.run_rest_h == 0.0
    assert any("its least run cannot go on" in note for note in stated.notes)


def test_a_car_that_needs_8_a_is_never_told_less() -> None:
    site = site_with("phase_switching: {mode: both, max_per_session: 2}", "phases: 3, min_current_a: 7.5")
    assert {option.min_a for option in session_of_site(site).options} == {8.0}
    inputs = some_inputs()
    plan = plan_site(site, inputs, made_at=START, clock=perf_counter)
    told = plan.chargers["one"].current_a
    assert told.max() >= 8.0
    assert told[told > 0].min() >= 8.0


def tied(seed: int) -> tuple[Site, PlanInputs]:
    """A random site whose chargers have budgets and least times, some of them running."""
    site, inputs = random_case(seed)
    rng = np.random.default_rng([seed, 7])
    chargers = tuple(_tied(rng, charger) for charger in site.chargers)
    now = {
        charger.id: Running(
            phases=((0, 1, 2), (0,), (1,))[int(rng.integers(3))],
            current_a=float(rng.choice([0.0, 8.0])),
            since_s=float(rng.choice([60.0, 900.0, 3600.0])),
            switched_s=60.0 if rng.random() < 0.3 else None,
            switches_used=int(rng.integers(3)),
        )
        for charger in chargers
        if rng.random() < 0.5
    }
    return site.model_copy(update={"chargers": chargers}), replace(inputs, running=now)


def _tied(rng: np.random.Generator, charger: AcCharger | DcCharger) -> AcCharger | DcCharger:
    changes: dict[str, object] = {}
    if not isinstance(charger, AcCharger):
        return charger
    budget = charger.phase_switching
    if budget is not None:
        most = [None, 1, 2, 3][int(rng.integers(4))]
        changes["phase_switching"] = budget.model_copy(update={
            "mode": str(rng.choice(["both", "both", "oneway"])),
            "max_per_session": most,
            "hold_s": [None, 600.0, 1800.0][int(rng.integers(3))],
            "at_limit": None if most is None else str(rng.choice(["stay", "single", "three"])),
        })  # fmt: skip
    if rng.random() < 0.5:
        changes["min_run_s"] = float(rng.choice([900, 1800, 2700]))
    if rng.random() < 0.5:
        changes["min_pause_s"] = float(rng.choice([900, 1800]))
    return charger.model_copy(update=changes)


def checked(seed: int) -> Plan | None:
    """The plan of a tied random site after every check; none where the site itself is refused."""
    try:
        site, inputs = tied(seed)
    except InputError:
        return None
    options = PlanOptions(calm_eur=0.0 if seed % 2 else 0.02, time_limit_s=20.0)
    plan = plan_site(site, inputs, made_at=START, clock=perf_counter, options=options)
    assert faults(site, inputs, plan) == [], seed
    assert list(broken_ties(site, inputs, plan)) == [], seed
    assert plan.proof.status != Status.FALLBACK, (seed, plan.notes)
    return plan


@pytest.mark.parametrize(
    "seed", [*range(8), *(pytest.param(s, marks=pytest.mark.long) for s in range(8, 200))]
)
def test_no_tie_of_a_random_site_is_broken(seed: int) -> None:
    checked(seed)
