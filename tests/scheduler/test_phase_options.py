"""A car draws on its own sets of pins only, as far as they have power."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.requests import ChargeRequest
from domain.site import parse_site
from domain.site_chargers import AcCharger
from scheduler.phase_options import options_of

SITE = """\
name: Garage
location: {{time_zone: Europe/Brussels}}
grid: {{limit_a: 25}}
chargers: [{{id: one, wiring: {wiring}, current_a: {{min: 6, max: 16}}{more}}}]
vehicles: [{{id: car, {car}}}]
tariff: {{buy: {{source: fixed, eur_per_kwh: 0.3}}}}
"""
CHOOSES = ", driver: teltocharge, host: t, phase_switching: {mode: both}"


def phase_sets(wiring: str, car: str, more: str = "") -> list[tuple[int, ...]]:
    site = parse_site(SITE.format(wiring=wiring, car=car, more=more), "garage.yaml")
    request = ChargeRequest(
        charger="one", vehicle="car", energy_kwh=5, arrival=datetime(2026, 11, 20, 8, tzinfo=UTC),
        departure=datetime(2026, 11, 20, 16, tzinfo=UTC),
    )  # fmt: skip
    charger = site.chargers[0]
    assert isinstance(charger, AcCharger)
    return [option.phases for option in options_of(charger, site.vehicles[0], request)]


@pytest.mark.parametrize(
    ("wiring", "car", "expected"),
    [
        ("[L1, L2, L3]", "phase_sets: [[1, 2]]", [(0, 1)]),
        ("[L3, L1, L2]", "phase_sets: [[1, 2]]", [(0, 2)]),
        ("[L1, L2, L3]", "phases: 2, phase_sets: [[2]]", [(1,)]),
        ("[L1, L2, L3]", "phase_sets: [[1], [1, 2]]", [(0, 1)]),
        ("[L2]", "phase_sets: [[1, 2]]", []),
        ("[L2, L3]", "phases: 3", [(1,)]),
        ("[L2, L3]", "phases: 1", [(1,)]),
    ],
)
def test_a_car_with_more_power_than_its_sets_want_draws_on_its_largest_set(
    wiring: str, car: str, expected: list[tuple[int, ...]]
) -> None:
    assert phase_sets(wiring, car) == expected


def test_a_charger_that_chooses_phases_leads_no_single_phase_to_a_car_that_wants_two() -> None:
    assert phase_sets("[L1, L2, L3]", "phase_sets: [[1, 2]]", CHOOSES) == [(0, 1), (0, 2), (1, 2)]
