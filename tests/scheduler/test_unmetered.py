"""A grid without a meter: a plan promises no more than the highest load of the house leaves."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from domain.plan import Breach, Plan
from tests.scheduler.days import checked, inputs_of, site_of, wish

POINT = "{id: wall, current_a: {min: 6, max: 16}}"
METER = "meters: {m: {driver: simulated}}"


def planned(grid: str, more: str = "", load_kw: float = 0.69) -> Plan:
    """One hour for a car that wants all there is, beside 1 A of load on each phase."""
    site = site_of(POINT, grid=grid, more=more)
    return checked(site, inputs_of(site, [0.1], [wish("wall", 20.0, leave=1)], load_kw=load_kw))


@pytest.mark.parametrize(
    ("grid", "more", "amps"),
    [
        ("limit_a: 25, base_load_max_a: 12", "", 13),
        ("limit_a: 25, base_load_max_a: 12, reserve_a: 2", "", 11),
        ("limit_a: 25, base_load_max_a: 12, meter: m", METER, 16),
        ("limit_a: 15, base_load_max_a: 6, meter: m", METER, 14),
        ("limit_a: 25", "", 16),
        ("limit_a: 40, limit_kw: 12, base_load_max_a: 8", "", 9),  # 12 kW less 5.52 are 9.39 A
    ],
)
def test_the_car_has_what_the_highest_load_leaves(grid: str, more: str, amps: float) -> None:
    plan = planned(grid, more)
    assert plan.chargers["wall"].current_a.tolist() == [amps]
    kept_free = [note for note in plan.notes if "no meter at the grid" in note]
    assert bool(kept_free) == ("base_load_max_a" in grid and not more)


def test_a_load_above_what_was_stated_counts_itself() -> None:
    """10 A flow where 6 were said to be the most: 25 - 10 are left."""
    assert planned("limit_a: 25, base_load_max_a: 6", load_kw=6.9).chargers["wall"].current_a.tolist() == [15]


def breaches_of(
    grid: str, *, solar_kw: float = 0.0, load_kw: Sequence[float] = (0.69, 0.69)
) -> tuple[Breach, ...]:
    """What load and sun alone break in two hours without a car."""
    roof = "solar: [{id: roof, source: sample, peak_kw: 20}]" if solar_kw else ""
    site = site_of(POINT, grid=grid, more=roof)
    return checked(site, inputs_of(site, [0.1, 0.1], [], solar_kw=solar_kw, load_kw=list(load_kw))).breaches


def test_what_is_kept_free_for_the_house_is_not_broken_by_its_sun() -> None:
    """7 A flow out of 25, and 9 kW less 7 that are cut off: wires and contract carry both."""
    assert breaches_of("limit_a: 25, base_load_max_a: 12", solar_kw=5.52) == ()
    powers = "limit_a: 40, limit_kw: 12, base_load_max_a: 8, export_limit_kw: 2"
    assert breaches_of(powers, solar_kw=9.69) == ()


def test_a_load_that_breaks_the_fuse_is_held_against_the_fuse() -> None:
    """30 A of 25 in the first hour; what is kept free in the second is no limit of a wire."""
    breaches = breaches_of("limit_a: 25, base_load_max_a: 12", load_kw=(20.7, 0.69))
    assert [(one.phase, one.slots, one.limit) for one in breaches] == [
        (phase, (0,), 25.0) for phase in ("L1", "L2", "L3")
    ]
    assert [one.worst for one in breaches] == pytest.approx([30.0] * 3)
