"""Faults of meters and chargers in the closed loop: charging comes back, and adds nothing while blind."""

from __future__ import annotations

import pytest

from benchmarks.reliability import FROM_S, UNTIL_S, ran
from simulation.plant.fault import FaultKind, PlantFault

CAR_AND_CHARGER_S = 5
"""Charger 1 s, car 2 s, meter 1 s, and the second of the sample."""
BACK_S = 30


def of(kind: FaultKind) -> PlantFault:
    device = "p1" if kind.startswith("meter") else "box" if kind.startswith("charger") else ""
    return PlantFault(kind, FROM_S, UNTIL_S, device)


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.METER_LOST,
        FaultKind.METER_GARBAGE,
        FaultKind.METER_SIGN_FLIPPED,
        FaultKind.METER_PHASE_MISSING,
        FaultKind.CHARGER_LOST,
    ],
)
def test_a_fault_that_is_seen_costs_charging_and_not_the_fuse(kind: FaultKind) -> None:
    row = ran(kind, of(kind))
    assert row.least_drawn_a == 6
    assert row.caused_s <= CAR_AND_CHARGER_S
    assert row.back_s is not None
    assert row.back_s <= BACK_S


def test_a_frozen_meter_with_time_stamps_is_one_that_is_lost() -> None:
    row = ran("frozen", of(FaultKind.METER_FROZEN), meter="homewizard_p1")
    assert row.least_drawn_a == 6
    assert row.caused_s == 0
    assert row.back_s is not None
    assert row.back_s <= BACK_S


@pytest.mark.parametrize("kind", [FaultKind.METER_DELAYED, FaultKind.CHARGER_SLOW])
def test_what_is_late_by_10_s_exceeds_for_little_longer_than_that(kind: FaultKind) -> None:
    row = ran(kind, of(kind))
    assert row.longest_s <= 10 + CAR_AND_CHARGER_S
    assert row.back_s is not None
    assert row.back_s <= BACK_S


def test_a_charger_that_does_not_obey_falls_to_its_failsafe_by_its_own_watchdog() -> None:
    row = ran("deaf", of(FaultKind.CHARGER_DEAF))
    assert row.least_drawn_a <= 6
    assert row.longest_s <= 15 + 30 + CAR_AND_CHARGER_S
    assert row.heat < 1
