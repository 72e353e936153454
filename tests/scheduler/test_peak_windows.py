"""The clock windows of the capacity tariff: where they lie, what they hold, and what is known of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from domain.inputs import PlanInputs
from domain.site import Site, parse_site
from domain.time_grid import TimeGrid
from scheduler.from_site import problem_of
from scheduler.peaks import Peak
from tests.random_cases import series

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


def site(peak: str, zone: str = "Europe/Brussels") -> Site:
    return parse_site(
        f"name: Home\nlocation: {{time_zone: {zone}}}\ngrid: {{limit_a: 25}}\n"
        "chargers: [{id: one, current_a: {min: 6, max: 16}}]\nmode: [capacity]\n"
        f"tariff: {{buy: {{source: fixed, eur_per_kwh: 0.3}}, peak: {{{peak}}}}}\n",
        "home.yaml",
    )


def peaks(
    peak: str,
    start: datetime,
    hours: float,
    slot_min: int = 15,
    zone: str = "Europe/Brussels",
    used_kwh: float | None = None,
) -> tuple[Peak, ...]:
    """Peaks of a house that takes 3 kW all the time."""
    grid = TimeGrid.between(start, start + timedelta(hours=hours), zone, slot_min)
    flat, nothing = series(grid, 3.0, "kW"), series(grid, 0.0, "kW")
    price = series(grid, 0.3, "EUR/kWh")
    inputs = PlanInputs(grid, price, price, {}, (flat, nothing, nothing), (), window_import_kwh=used_kwh)
    return problem_of(site(peak, zone), inputs).problem.peaks


def test_every_quarter_is_a_window_of_its_own() -> None:
    (month,) = peaks("eur_per_kw_month: 4, floor_kw: 2.5", NOON, 2)
    assert (month.month, month.eur_per_kw, month.paid_kw) == ("2026-03", 4.0, 2.5)
    assert [window.slots.tolist() for window in month.windows] == [[t] for t in range(8)]
    assert month.rise_kw(np.array([0, 0, 0, 4.0, 0, 0, 0, 0])) == pytest.approx(1.5)


def test_short_slots_share_a_window() -> None:
    (month,) = peaks("eur_per_kw_month: 4", NOON, 1, slot_min=5)
    assert [window.slots.tolist() for window in month.windows] == [
        [0, 1, 2],
        [3, 4, 5],
        [6, 7, 8],
        [9, 10, 11],
    ]
    assert month.rise_kw(np.array([6.0, 0, 3, *[0] * 9])) == pytest.approx(3.0)


def test_a_long_slot_is_one_window_at_its_mean() -> None:
    (month,) = peaks("eur_per_kw_month: 4", NOON, 2, slot_min=60)
    assert [window.slots.tolist() for window in month.windows] == [[0], [1]]
    assert month.rise_kw(np.array([2.0, 7.0])) == pytest.approx(7.0)


def test_an_hour_holds_four_quarters() -> None:
    (month,) = peaks("eur_per_kw_month: 4, window_min: 60", NOON, 2)
    assert [window.slots.tolist() for window in month.windows] == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert month.rise_kw(np.array([8.0, *[0] * 7])) == pytest.approx(2.0)


def test_the_new_month_begins_at_local_midnight() -> None:
    """31 March 22:00 UTC is midnight in Brussels: March keeps its peak so far, April starts at the floor."""
    march, april = peaks('eur_per_kw_month: 4, floor_kw: 2.5, so_far: {kw: 7, month: "2026-03"}', NOON, 12)
    assert (march.month, march.paid_kw, len(march.windows)) == ("2026-03", 7.0, 40)
    assert (april.month, april.paid_kw, len(april.windows)) == ("2026-04", 2.5, 8)


def test_what_the_running_window_took_before_counts() -> None:
    """From 12:10 on a third of the quarter is left: 0.5 kWh, and 3 kW for 5 minutes, are 0.75 kWh or 3 kW."""
    begun = NOON + timedelta(minutes=10)
    (month,) = peaks("eur_per_kw_month: 4", begun, 1, used_kwh=0.5)
    assert month.windows[0].mean_kw(np.full(5, 3.0)) == pytest.approx(3.0)
    assert month.windows[0].mean_kw(np.full(5, 6.0)) == pytest.approx(4.0)


def test_what_is_not_known_of_a_window_is_as_without_charging() -> None:
    """3 kW before 12:10, and 3 kW after 13:10 until the quarter ends."""
    (month,) = peaks("eur_per_kw_month: 4", NOON + timedelta(minutes=10), 1)
    assert month.windows[0].known_kwh == pytest.approx(0.5)
    assert month.windows[-1].known_kwh == pytest.approx(0.25)


def test_windows_follow_the_local_clock() -> None:
    """Kathmandu is 5:45 ahead: its hours begin at a quarter past the hour of UTC."""
    (month,) = peaks("eur_per_kw_month: 4, window_min: 60", NOON, 2, zone="Asia/Kathmandu")
    assert [window.slots.tolist() for window in month.windows] == [[0], [1, 2, 3, 4], [5, 6, 7]]


def test_the_hour_that_comes_twice_is_two_windows() -> None:
    """25 October 2026, 02:00 to 03:00 twice in Brussels: 00:00 to 02:00 UTC."""
    (month,) = peaks("eur_per_kw_month: 4, window_min: 60", datetime(2026, 10, 25, tzinfo=UTC), 2)
    assert [len(window.slots) for window in month.windows] == [4, 4]
