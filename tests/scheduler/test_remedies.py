"""A remedy is true: applied, the request misses nothing; a step less does not do. Slots last one hour."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count, permutations
from typing import Any

import numpy as np
import pytest

from domain.inputs import PlanInputs
from domain.phases import PHASES
from domain.plan import Binding, Plan, Remedy, RequestPlan
from domain.plan_document import document
from domain.requests import ChargeRequest
from domain.site import Site, parse_site
from domain.time_grid import TimeGrid
from scheduler.deadline import Deadline
from scheduler.planner import PlanOptions, plan_site
from scheduler.remedies import with_remedies
from scheduler.remedy_changes import Change, later_departure, switching_of
from scheduler.remedy_limits import raised_together, wider
from scheduler.remedy_moves import moves_for
from scheduler.remedy_trials import Allowance
from service.plan_words import binding_words
from tests.random_cases import random_case, series

DAWN = datetime(2026, 3, 18, 5, tzinfo=UTC)
QUICK = PlanOptions(calm_eur=0.0, remedies_s=60.0)


def at(hour: float) -> datetime:
    return DAWN + timedelta(hours=hour)


def car(energy_kwh: float, leave: float, point: str = "home", **more: Any) -> ChargeRequest:
    return ChargeRequest(
        charger=point, arrival=DAWN, departure=at(leave), energy_kwh=energy_kwh, id=point, **more
    )


def case(
    cars: list[ChargeRequest], *, grid: str = "limit_a: 63", chargers: str, more: str = "", hours: int = 6
) -> tuple[Site, PlanInputs]:
    site = parse_site(
        f"name: n\nlocation: {{time_zone: Europe/Brussels}}\ngrid: {{{grid}}}\n{more}\n"
        f"chargers: [{chargers}]\ntariff: {{buy: {{source: sample}}}}\n",
        "t",
    )
    axis = TimeGrid.between(DAWN, at(hours), "Europe/Brussels", 60)
    load = series(axis, 0.0, "kW")
    inputs = PlanInputs(
        grid=axis,
        buy=series(axis, 0.3, "EUR/kWh"),
        sell=series(axis, 0.0, "EUR/kWh"),
        solar_kw={},
        load_kw=(load, load, load),
        requests=tuple(cars),
    )
    return site, inputs


def planned(site: Site, inputs: PlanInputs, options: PlanOptions = QUICK) -> Plan:
    return plan_site(site, inputs, made_at=DAWN, clock=time.process_time, options=options)


AC = "{id: home, current_a: {min: 6, max: 16}}"
PLAIN = replace(QUICK, remedies_s=0.0)


def test_a_stay_that_is_too_short_wants_minutes() -> None:
    """16 A are 11.04 kW; 16 kWh less half a step (0.345 kWh) are 85.1 minutes, so 30 more than the hour."""
    (request,) = planned(*case([car(16.0, leave=1)], chargers=AC)).requests
    assert request.remedy is not None
    assert (request.remedy.kind, request.remedy.unit, request.remedy.amount) == ("depart_later", "min", 30)
    assert request.remedy.text == "leave 30 min later, at 07:30"


def test_a_narrow_circuit_wants_amperes() -> None:
    """At 10 A 6.9 kWh flow in the last hour there is; 9 kWh less half a step want 13 A."""
    site, inputs = case([car(9.0, leave=1)], grid="limit_a: 10", chargers=AC, hours=1)
    (request,) = planned(site, inputs).requests
    assert request.remedy is not None
    assert (request.remedy.kind, request.remedy.amount, request.remedy.unit) == ("limit", 3.0, "A")
    assert request.remedy.text == "3 A more on circuit grid"


def test_both_ways_are_told_the_one_that_asks_less_first() -> None:
    """At 6.9 kW, 8.655 kWh last 75.3 minutes."""
    site, inputs = case([car(9.0, leave=1)], grid="limit_a: 10", chargers=AC)
    (request,) = planned(site, inputs).requests
    assert request.remedy is not None
    assert request.remedy.text == "leave 20 min later, at 07:20, or 3 A more on circuit grid"


def in_garage(limit: str) -> str:
    return f"circuits: [{{id: garage, parent: grid, {limit}}}]"


def bound_by(request: RequestPlan) -> set[tuple[str, str | None, str | None]]:
    """Every limit that a plan names for a request."""
    assert request.binding is not None
    return {(one.kind, one.circuit, one.phase) for one in (request.binding, *request.also_binding)}


def of_each_phase(*circuits: str) -> set[tuple[str, str | None, str | None]]:
    return {("circuit", circuit, phase) for circuit in circuits for phase in PHASES}


@pytest.mark.parametrize(
    ("grid", "bind"), [("limit_a: 10", ("garage", "grid")), ("limit_a: 11", ("garage",))]
)
def test_two_circuits_are_raised_together(grid: str, bind: tuple[str, ...]) -> None:
    """9 kWh less half a step want 13 A in the hour there is; the second grid binds once the garage has 1 A
    more.
    """
    site, inputs = case(
        [car(9.0, leave=1)], grid=grid, more=in_garage("limit_a: 10"), chargers=at_garage("home"), hours=1
    )
    (request,) = planned(site, inputs).requests
    assert bound_by(request) == of_each_phase(*bind)
    assert request.remedy is not None
    assert (request.remedy.kind, request.remedy.amount, request.remedy.unit) == ("limits", 3.0, "A")
    assert request.remedy.text == "3 A more on circuit garage and on circuit grid"

    def missing_kwh(amount_a: float) -> float:
        raised = case(
            [car(9.0, leave=1)], grid=f"limit_a: {float(grid.split()[1]) + amount_a}", hours=1,
            more=in_garage(f"limit_a: {10 + amount_a}"), chargers=at_garage("home"),
        )  # fmt: skip
        return planned(*raised, PLAIN).requests[0].shortfall_kwh

    assert missing_kwh(3) == 0 < missing_kwh(2)


def test_a_limit_without_which_the_others_help_is_not_told() -> None:
    """The house alone is above the grid's limit in the second hour, so all has to flow in the first one."""
    site, inputs = case(
        [car(9.0, leave=2)], grid="limit_a: 16", chargers=at_garage("home"), hours=2,
        more="circuits: [{id: yard, parent: grid, limit_a: 10}, {id: garage, parent: yard, limit_a: 10}]",
    )  # fmt: skip
    load = replace(inputs.load_kw[0], values=np.array([0.0, 23.0]))
    (request,) = planned(site, replace(inputs, load_kw=(load, load, load))).requests
    assert bound_by(request) == of_each_phase("garage", "yard", "grid")
    assert request.remedy is not None
    assert request.remedy.text == "3 A more on circuit garage and on circuit yard"


def test_of_a_limit_with_a_value_for_each_phase_all_that_bind_are_raised() -> None:
    """L3 has room."""
    site, inputs = case([car(9.0, leave=1)], grid="limit_a: [10, 10, 20]", chargers=AC, hours=1)
    (request,) = planned(site, inputs).requests
    assert bound_by(request) == {("circuit", "grid", "L1"), ("circuit", "grid", "L2")}
    assert request.remedy is not None
    assert request.remedy.text == "3 A more on circuit grid L1, L2"


def test_the_stay_and_a_limit_that_is_full_as_well_are_both_told() -> None:
    """At 16 A, 11.04 kW, charger and grid have nothing left; no wider grid helps."""
    site, inputs = case([car(16.0, leave=1)], grid="limit_a: 63, limit_kw: 11.1", chargers=AC, hours=1)
    (request,) = planned(site, inputs).requests
    assert request.binding is not None
    assert request.binding.kind == "stay"
    assert bound_by(request) == {("stay", None, None), ("power", "grid", None)}
    assert request.remedy is None


@pytest.mark.parametrize(
    ("wish", "kind", "words"),
    [
        ({"min_current_a": 20.0}, "charger", "charger home 6 to 16 A, request at least 20 A"),
        ({"max_current_a": 10.0}, "stay", "charger home 6 to 16 A, request at most 10 A"),
        ({"vehicle": "zoe"}, "charger", "charger home 6 to 16 A, car zoe 18 to 32 A"),
        ({"vehicle": "zoe", "max_current_a": 5.0}, "charger",
         "charger home 6 to 16 A, car zoe 18 to 32 A, request at most 5 A"),
    ],
)  # fmt: skip
def test_the_ranges_that_bind_are_named_with_their_owners(
    wish: dict[str, Any], kind: str, words: str
) -> None:
    zoe = "vehicles: [{id: zoe, battery_kwh: 50, min_current_a: 18, max_current_a: 32}]"
    site, inputs = case([car(16.0, leave=1, **wish)], chargers=AC, more=zoe)
    plan = planned(site, inputs, PLAIN)
    (request,) = plan.requests
    assert request.binding is not None
    assert (request.binding.kind, request.ranges) == (kind, words)
    assert f"({words})" in binding_words(request)
    assert words in document(plan).requests[0].note


def test_no_plan_is_made_for_a_car_that_no_current_of_its_charger_suits() -> None:
    site, inputs = case([car(9.0, leave=1, min_current_a=20.0)], chargers=AC)
    plan = planned(site, inputs, PLAIN)
    nothing = Allowance(0, Deadline.after(lambda: 0.0, 1.0))
    assert with_remedies(plan, site, inputs, lambda *_: plan, nothing) == plan


def test_a_limit_that_binds_in_other_slots_is_told_after_the_main_one() -> None:
    """The house takes 10 A for two of three hours; then the car charges at full current."""
    site, inputs = case([car(40.0, leave=3)], grid="limit_a: 20", chargers=AC, hours=3)
    load = replace(inputs.load_kw[0], values=np.array([2.3, 2.3, 0.0]))
    (request,) = planned(site, replace(inputs, load_kw=(load, load, load)), PLAIN).requests
    assert request.binding is not None
    assert (request.binding.kind, request.binding.slots) == ("circuit", (0, 1))
    assert bound_by(request) == {*of_each_phase("grid"), ("stay", None, None)}
    assert next(one.slots for one in request.also_binding if one.kind == "stay") == (2,)


def test_a_slow_machine_says_what_a_fast_one_says() -> None:
    """A clock on which planning again takes more than 5 s, and one on which it takes next to nothing."""
    site, inputs = case([car(9.0, leave=1)], grid="limit_a: 10", chargers=AC)

    def said(seconds_each_look: float) -> Plan:
        looks = count()
        return plan_site(
            site, inputs, made_at=DAWN, clock=lambda: next(looks) * seconds_each_look,
            options=PlanOptions(calm_eur=0.0),
        )  # fmt: skip

    slow, fast = said(0.03), said(1e-6)
    assert fast.requests[0].remedy is not None
    assert (slow.requests[0].remedy, slow.notes) == (fast.requests[0].remedy, fast.notes)


def test_every_car_that_misses_energy_gets_its_share_of_the_plans() -> None:
    """Nobody can be helped, and every car takes 9 plans to know that."""
    cars = [car(200.0, leave=1, point=name) for name in ("a", "b", "c")]
    points = ", ".join(f"{{id: {one.charger}, current_a: {{min: 6, max: 16}}}}" for one in cars)
    site, inputs = case(cars, grid="limit_a: 10", chargers=points, hours=1)
    plan = planned(site, inputs, PLAIN)
    endless = Deadline.after(lambda: 0.0, 1.0)

    def notes(plans: int) -> tuple[str, ...]:
        return with_remedies(plan, site, inputs, lambda *_: plan, Allowance(plans, endless)).notes

    assert notes(27) == ()
    assert notes(26) == ("no plans were left to look at every remedy: c",)
    assert notes(10) == (
        "no plans were left to look at every remedy: b",
        "no plans were left to look for any remedy: c",
    )


def test_a_power_limit_wants_kilowatts() -> None:
    site, inputs = case([car(9.0, leave=1)], grid="limit_a: 63, limit_kw: 5", chargers=AC, hours=1)
    (request,) = planned(site, inputs).requests
    assert request.remedy is not None
    assert (request.remedy.amount, request.remedy.unit) == (4.0, "kW")


def test_a_charger_that_may_switch_finds_room_on_one_phase() -> None:
    """L2 has 4 A left, so three phases stay dark; L1 alone carries what is asked."""
    site, inputs = case([car(6.0, leave=3)], chargers=AC, grid="limit_a: 10", hours=3)
    load = (0.0, 1.38, 0.0)
    inputs = replace(inputs, load_kw=tuple(series(inputs.grid, kw, "kW") for kw in load))  # type: ignore[arg-type]
    (request,) = planned(site, inputs).requests
    assert request.remedy is not None
    assert request.remedy.kind == "phase_switching"
    assert request.remedy.text.startswith("let charger home switch phases")


def test_the_next_car_at_the_charger_bounds_the_waiting() -> None:
    after = ChargeRequest(charger="home", arrival=at(1), departure=at(6), energy_kwh=1.0, id="after")
    site, inputs = case([car(16.0, leave=1), after], chargers=AC)
    first = planned(site, inputs).requests[0]
    assert first.shortfall_kwh > 0
    assert first.remedy is None


def test_no_time_for_remedies_is_told() -> None:
    site, inputs = case([car(16.0, leave=1)], chargers=AC)
    plan = planned(site, inputs, replace(QUICK, remedies_s=1e-9))
    assert plan.requests[0].remedy is None
    assert any("no time was left to look for any remedy: home" in note for note in plan.notes)


def at_garage(charger: str) -> str:
    return f"{{id: {charger}, circuit: garage, current_a: {{min: 6, max: 16}}}}"


GARAGE = "circuits: [{id: garage, parent: grid, limit_a: 16}]"
STREET = "{id: street, current_a: {min: 6, max: 16}}"


def test_a_car_that_plugs_in_elsewhere_leaves_room() -> None:
    """Two cars want 11 kWh in an hour, and the garage carries 11.04 kW for both."""
    points = f"{at_garage('home')}, {at_garage('guest')}, {STREET}"
    cars = [car(11.0, leave=1), car(11.0, leave=1, point="guest")]
    site, inputs = case(cars, chargers=points, more=GARAGE, hours=1)
    for request in planned(site, inputs).requests:
        assert request.remedy is not None
        assert (request.remedy.kind, request.remedy.amount, request.remedy.unit) == ("move_car", 1, "car")
        assert request.remedy.text.startswith("plug in at charger street instead")


def test_another_car_is_moved_where_the_own_one_cannot() -> None:
    """The street is taken while the first car is there, and free while the second one is."""
    points = f"{at_garage('home')}, {at_garage('guest')}, {STREET}"
    early = ChargeRequest(charger="street", arrival=DAWN, departure=at(1), energy_kwh=1.0, id="street")
    late = ChargeRequest(charger="guest", arrival=at(1), departure=at(2), energy_kwh=11.0, id="guest")
    site, inputs = case([car(18.0, leave=2), early, late], chargers=points, more=GARAGE, hours=2)
    plan = planned(site, inputs)
    request = plan.requests[0]
    assert request.shortfall_kwh > 0
    assert request.remedy is not None
    assert request.remedy.kind == "move_car"
    assert request.remedy.text.startswith("let guest plug in at charger street instead")
    moved = replace(inputs, requests=(*inputs.requests[:2], late.model_copy(update={"charger": "street"})))
    assert [one.shortfall_kwh for one in planned(site, moved, PLAIN).requests] == [0, 0, 0]


def test_another_car_that_leaves_later_leaves_room() -> None:
    """Both want 10.655 kWh in an hour in which 16 A, 11.04 kWh, flow; the first one cannot stay. With m
    minutes more for the second, either the first gets all now, and 10.655 - 0.184 m are missing then, or it
    gets 10 A and the second one 6 A, and 3.755 kWh are missing of the first: from 37.5 minutes on the first
    way is better.
    """
    points = f"{at_garage('home')}, {at_garage('guest')}"
    first, second = car(11.0, leave=1), car(11.0, leave=1, point="guest")
    next_one = ChargeRequest(charger="home", arrival=at(1), departure=at(2), energy_kwh=0.0, id="next")
    site, inputs = case([first, second, next_one], chargers=points, more=GARAGE, hours=2)
    request = planned(site, inputs).requests[0]
    assert request.remedy is not None
    assert request.remedy.kind == "other_departs_later"
    assert (request.remedy.amount, request.remedy.unit) == (40, "min")
    assert request.remedy.text.startswith("let guest leave 40 min later, at 07:40")


def ways(site: Site, inputs: PlanInputs, plan: Plan, i: int) -> Iterator[Change]:
    """Every change that a remedy may be, three limits together at most, most of them first."""
    own = plan.requests[i].request
    yield from (one for one in (later_departure(inputs, own), switching_of(site, own)) if one is not None)
    yield from moves_for(site, inputs, plan, i)
    kinds = [(kind, circuit) for circuit in plan.circuits for kind in ("circuit", "power")]
    kinds += [("group", group.id) for group in site.groups if group.limit_a is not None]
    kinds += [("cabinet", cabinet.id) for cabinet in site.cabinets]
    kinds += [("imbalance", "grid")] if site.grid.imbalance_limit_a is not None else []
    found = (wider(site, Binding(kind, place, None, ())) for kind, place in kinds)
    limits = [one for one in found if one is not None]
    for size in (3, 2, 1):
        yield from (raised_together(parts) for parts in permutations(limits, size))


def says(remedy: Remedy, change: Change) -> bool:
    return remedy.text.startswith(change.text(remedy.amount))


@pytest.mark.parametrize("part", range(3))
def test_a_remedy_of_a_random_site_is_true(part: int) -> None:
    """Applied, it removes the shortfall and adds none; a step less does not."""
    looked_at = 0
    for seed in range(part * 40, (part + 1) * 40):
        site, inputs = random_case(seed)
        plan = planned(site, inputs, replace(QUICK, remedies_s=2.0))
        for i, request in enumerate(plan.requests):
            if request.remedy is None:
                continue
            kind, amount = request.remedy.kind, request.remedy.amount
            change = next(
                one for one in ways(site, inputs, plan, i) if one.kind == kind and says(request.remedy, one)
            )
            after = planned(*change.applied(site, inputs, amount), replace(PLAIN, gap=0.5)).requests
            assert after[i].shortfall_kwh == 0, f"random_case({seed})"
            if amount > change.step:
                less = change.applied(site, inputs, amount - change.step)
                before = planned(*less, replace(PLAIN, gap=0.5)).requests
                worse = any(
                    a.shortfall_kwh > b.shortfall_kwh + 1e-6
                    for a, b in zip(before, plan.requests, strict=True)
                )
                assert before[i].shortfall_kwh > 0 or worse, f"random_case({seed})"
            looked_at += 1
        if looked_at >= 4:
            break
    assert looked_at >= 3


def test_whatever_was_not_looked_at_in_time_is_told() -> None:
    """Every plan made again takes a second of a clock of its own; whenever time or plans end, the best remedy
    is told, or that some were not looked at.
    """
    site, inputs = case([car(9.0, leave=1)], grid="limit_a: 10", chargers=AC)
    plan = planned(site, inputs, PLAIN)
    best = planned(site, inputs).requests[0].remedy
    assert best is not None
    made: list[int] = []

    def again(changed: Site, given: PlanInputs) -> Plan:
        made.append(1)
        return planned(changed, given, replace(PLAIN, gap=1.0, fine_gap=1.0))

    def told_after(plans: int, limit_s: float) -> Plan:
        made.clear()
        deadline = Deadline.after(lambda: float(len(made)), limit_s)
        return with_remedies(plan, site, inputs, again, Allowance(plans, deadline))

    assert told_after(1000, 1e9).requests[0].remedy == best
    enough = len(made)
    assert enough >= 6
    for some in range(1, enough):
        assert told_after(1000, some).notes[-1:] == ("no time was left to look at every remedy: home",)
        assert told_after(some, 1e9).notes[-1:] == ("no plans were left to look at every remedy: home",)
    assert told_after(1000, 0).notes[-1:] == ("no time was left to look for any remedy: home",)
    assert told_after(0, 1e9).notes[-1:] == ("no plans were left to look for any remedy: home",)
    for whole in (told_after(1000, enough + 1), told_after(enough, 1e9)):
        assert (whole.requests[0].remedy, whole.notes) == (best, plan.notes)
