"""Limits that are not a fuse: imbalance, kW, section 14a, the running quarter, the jump of the base load."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from executors.control.seam import Wanted
from executors.control.why import Told, Why
from tests.executors.control.small_sites import charger, wiring
from tests.executors.control.tiny_plant import all_you_can, plant_of, run

WIDE = {"limit_a": 63, "protection": None}
RULE = {"rule": "de_14a", "devices": 2, "gzf": 0.8, "signal": "relay"}


def test_a_one_phase_car_is_cut_when_the_phases_drift_apart() -> None:
    site = wiring(chargers=[charger("a", wiring=["L1"])], grid={**WIDE, "imbalance_limit_a": 20})
    record = run(plant_of(site), lambda s: 5 if s < 60 else np.array([[14, 2, 5]]), 90)
    assert record.told()[59] == 16
    assert record.told()[60] == 8
    assert record.setpoints[60].reason(0).code is Why.IMBALANCE
    assert set(record.told()[60:]) <= {7, 8}


def test_three_phase_cars_are_not_cut_for_an_imbalance_that_is_the_house_s() -> None:
    site = wiring(2, grid={**WIDE, "imbalance_limit_a": 20})
    record = run(plant_of(site), lambda s: 5 if s < 60 else np.array([[28, 2, 5]]), 90)
    assert set(record.told()[59:]) == {16}


def test_export_on_another_phase_counts_with_its_sign() -> None:
    site = wiring(chargers=[charger("a", wiring=["L1"])], grid={**WIDE, "imbalance_limit_a": 20})
    record = run(plant_of(site), lambda _s: np.array([[3, -9, 3]]), 90)
    assert record.told()[-1] == 7


def test_a_limit_in_kw_binds_over_all_phases() -> None:
    site = wiring(1, grid={**WIDE, "limit_kw": 11.04})
    record = run(plant_of(site), lambda s: 2 if s < 60 else 8, 90)
    assert record.told()[59] == 13
    assert record.told()[60] == 8
    assert record.setpoints[60].reason(0).code is Why.POWER_LIMIT


@pytest.mark.parametrize("signal", [{"ceiling_on": True}, {"ceiling_age_s": 90.0}])
def test_under_section_14a_charging_stays_below_its_ceiling_and_a_stale_signal_counts(
    signal: dict[str, Any],
) -> None:
    site = wiring(2, grid=WIDE, curtailment=RULE)
    record = run(plant_of(site), lambda _s: 3, 120, change=lambda s, _p: signal if s >= 60 else {})
    assert record.limit_a[59].tolist() == [16, 16]
    charging_kw = float(record.limit_a[60].sum()) * 3 * 0.23
    assert charging_kw <= 7.56
    assert record.limit_a[60].tolist() == [10, 0] or record.limit_a[60].tolist() == [0, 10]
    told = [event.what for event in record.setpoints[60].events]
    assert (Told.CEILING_ON if "ceiling_on" in signal else Told.CEILING_STALE) in told
    assert record.setpoints[60].reason(0).code is Why.SECTION_14A


def test_own_sun_comes_on_top_of_the_ceiling() -> None:
    site = wiring(2, grid=WIDE, curtailment=RULE)
    record = run(plant_of(site), lambda _s: -10, 120, change=lambda _s, _p: {"ceiling_on": True})
    by_hand_kw = 7.56 + 3 * 10 * 0.23
    charging_kw = float(record.limit_a[-1].sum()) * 3 * 0.23
    assert by_hand_kw - 2 * 0.69 <= charging_kw <= by_hand_kw


def test_the_running_quarter_s_energy_is_not_overdrawn() -> None:
    site = wiring(1, grid=WIDE)
    left_kwh, base_a = 1.5, 2.0
    record_kwh = 0.0

    def wanted(second: int) -> Wanted:
        return all_you_can(site)._replace(budget_kwh=left_kwh - record_kwh, budget_left_s=float(900 - second))

    plant = plant_of(site)
    state = None
    for second in range(900):
        record = run(plant, lambda _s: base_a, 1, wanted=wanted, state=state, begin_s=second)
        state = record.state
        record_kwh += float(record.total_a[0][0].sum()) * 0.23 / 3600
    assert 0.9 * left_kwh < record_kwh <= left_kwh * 1.01


def _always(wanted: Wanted) -> Callable[[int], Wanted]:
    return lambda _: wanted


def test_a_quarter_that_is_a_little_short_stops_a_car_once_and_not_at_every_kettle() -> None:
    """6 A on three phases are 4.14 kW; the house takes 0.46 kW, and 2.3 kW more for 20 s of every 100 s."""
    site = wiring(1, grid=WIDE)
    house_a = lambda second: 2 / 3 + (10 / 3 if second % 100 < 20 else 0.0)  # noqa: E731 - said once
    budget_kwh = 0.25 * (4.14 + 0.46 + 0.46) * 0.97
    used_kwh, told_a, state = 0.0, [], None
    plant = plant_of(site)
    for second in range(900):
        wanted = all_you_can(site)._replace(budget_kwh=budget_kwh - used_kwh, budget_left_s=900.0 - second)
        record = run(plant, house_a, 1, wanted=_always(wanted), state=state, begin_s=second)
        state = record.state
        told_a.append(float(record.limit_a[0][0]))
        used_kwh += float(record.total_a[0][0].sum()) * 0.23 / 3600
    starts = sum(before == 0 < after for before, after in zip([0.0, *told_a], told_a, strict=False))
    assert starts <= 2
    assert 0.9 * budget_kwh < used_kwh <= budget_kwh * 1.01


def test_offers_leave_room_for_the_largest_stated_jump_of_the_base_load() -> None:
    site = wiring(1, grid={"base_load_max_a": 19})
    record = run(plant_of(site), lambda _s: 2, 60)
    stands_a = 25 * (1.13**2 + (2.55**2 - 1.13**2) / 17) ** 0.5
    assert record.told()[-1] == int(stands_a - 19)
    assert record.setpoints[-1].reason(0).code is Why.CURVE


def test_a_circuit_below_without_a_meter_keeps_its_stated_base_load_free() -> None:
    site = wiring(
        chargers=[charger("a", circuit="garage"), charger("b", circuit="garage")],
        grid=WIDE,
        circuits=[{"id": "garage", "parent": "grid", "limit_a": 25, "base_load_max_a": 4}],
    )
    record = run(plant_of(site), lambda _s: np.array([[5.0] * 3, [0.0] * 3]), 90)
    assert record.limit_a[-1].tolist() == [10, 10]
    assert record.setpoints[-1].reason(0).circuit == "garage"


def test_a_cabinet_without_a_meter_gives_all_of_its_power() -> None:
    """4 stalls of 200 kW share 640 kW: 640 / (0.23 x 0.98 x 0.95 x 3) / 4 = 249.07 A each, in tenths."""
    stall = {
        "kind": "dc",
        "driver": "simulated",
        "cabinet": "k",
        "power_kw": {"min": 10, "max": 200},
        "efficiency": 0.95,
        "power_factor": 0.98,
        "failsafe": {"current_a": 0, "after_s": 30},
    }
    site = wiring(
        chargers=[{"id": f"s{i}", **stall} for i in range(4)],
        grid={"limit_a": 4000, "protection": None},
        cabinets=[{"id": "k", "circuit": "grid", "limit_kw": 640}],
    )
    record = run(plant_of(site, car_max_a=np.full(4, 999.0)), lambda _s: 100, 60)
    assert record.limit_a[-1].tolist() == pytest.approx([249.0] * 4, abs=0.11)
