"""Cars on surplus: what is shared, by whom, and how phases change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from executors.control.why import Told, Why
from executors.tracking.cars import Beyond
from executors.tracking.phase_change import TRIES
from executors.tracking.shares import shared_kw
from executors.tracking.surplus import Level, next_level, surplus_kw
from tests.executors.tracking.small_days import Car, Day, orders_for, plan_of, request_of, site_of

NAN = float("nan")
ROOF = [{"id": "roof", "peak_kw": 20, "source": "sample"}]
BATTERY = {
    "capacity_kwh": 10, "charge_kw": 5, "discharge_kw": 5, "soc": {"min": 0.1, "max": 1.0}, "efficiency": 0.9,
}  # fmt: skip


def sunny_day(
    sun_kw: float, chargers: int = 1, switching: dict[str, object] | None = None, **keys: object
) -> Day:
    site = site_of(chargers, switching, default_request="solar", **keys)
    cars: list[Car | None] = [Car() for _ in range(chargers)]
    return Day(site, cars, orders_for(site, None, []), solar_kw=lambda _: sun_kw)


def test_a_car_takes_the_surplus_and_not_the_grid() -> None:
    day = sunny_day(7.5)
    answer = day.run(300)
    # 7.5 kW on three phases of 0.23 kW/A: 10.87 A, rounded down.
    assert answer.wanted.current_a[0] == 10
    assert answer.wanted.reasons[0].code is Why.SURPLUS
    assert day.grid_kwh < 0.001


def test_too_little_surplus_starts_nothing() -> None:
    day = sunny_day(2.0)
    day.run(600)
    assert not day.wanted_a().any()


def test_one_phase_is_chosen_where_the_surplus_is_small() -> None:
    day = sunny_day(2.0, switching={"mode": "both", "max_per_session": 4, "hold_s": 60})
    answer = day.run(900)
    assert answer.wanted.phases[0].sum() == 1
    assert answer.wanted.current_a[0] == 8


def test_phases_change_only_while_nothing_flows_and_are_read_back() -> None:
    day = sunny_day(2.0, switching={"mode": "both", "max_per_session": 4, "hold_s": 60})
    day.run(600)
    day.solar_kw = lambda _: 9.0
    flowing: list[bool] = []
    for _ in range(900):
        before = day.phases.copy()
        flows = day.measured_a.sum() > 0
        day.tick()
        if (day.phases != before).any():
            flowing.append(bool(flows))
            assert day.offer_a[0] == 0
    assert flowing == [False]
    assert day.wanted_a()[-1] == 13


def test_a_charger_that_does_not_switch_is_given_up_and_goes_on_as_it_was() -> None:
    day = sunny_day(2.0, switching={"mode": "both", "hold_s": 60})
    day.run(600)
    day.obeys_phases = False
    day.solar_kw = lambda _: 9.0
    answer = day.run(1500)
    assert answer.wanted.phases[0].sum() == 1
    assert answer.wanted.current_a[0] == 16
    assert answer.state.change.given_up[0]
    assert answer.state.change.used[0] <= 1 + TRIES
    assert Told.SWITCH_GIVEN_UP in {event.what for _, tick in day.log for event in tick.state.events}


@pytest.mark.parametrize(("at_limit", "lines"), [("single", 1), ("three", 3)])
def test_the_last_switch_goes_where_the_owner_wants_it_to_end(at_limit: str, lines: int) -> None:
    switching = {"mode": "both", "hold_s": 60, "max_per_session": 2, "at_limit": at_limit}
    day = sunny_day(0.0, switching=switching)
    day.solar_kw = lambda now: 9.0 if now // 1200 % 2 else 2.0
    answer = day.run(9600, dt_s=5)
    assert answer.state.change.used[0] <= 2
    if answer.state.change.used[0] == 2:
        assert answer.wanted.phases[0].sum() == lines


def test_a_veto_of_the_car_keeps_the_phases() -> None:
    site = site_of(
        1, {"mode": "both", "hold_s": 60}, mode=["solar"], solar=ROOF,
        vehicles=[{"id": "zoe", "phase_switching": {"mode": "never"}}],
    )  # fmt: skip
    request = request_of(30.0, 10.0, vehicle="zoe")
    plan = plan_of(site, [request], {"c0": [0.0] * 32 + [16.0] * 16})
    day = Day(site, [Car()], orders_for(site, plan, [request]), solar_kw=lambda _: 2.0)
    answer = day.run(900)
    assert answer.wanted.phases[0].sum() == 3
    assert not day.wanted_a().any()


def test_surplus_beyond_the_plan_is_used_and_taken_off_later() -> None:
    site = site_of(mode=["solar", "tariff"], solar=ROOF)
    request = request_of(11.04, 2.0)
    plan = plan_of(site, [request], {"c0": [8.0] * 8})
    day = Day(site, [Car()], orders_for(site, plan, [request]), solar_kw=lambda _: 11.1)
    answer = day.run(900)
    assert answer.wanted.current_a[0] == 16
    day.solar_kw = lambda _: 0.0
    assert day.run(120).wanted.current_a[0] < 8
    day.run(7200 - 1020, dt_s=5)
    assert day.cars[0] is not None
    # A floor: at most one step of one slot more, 0.69 kW x 1/4 h.
    assert 11.0 <= day.cars[0].drawn_kwh <= 11.04 + 0.18


def test_without_mode_solar_the_plan_alone_counts() -> None:
    site = site_of(solar=ROOF)
    request = request_of(11.04, 2.0)
    plan = plan_of(site, [request], {"c0": [8.0] * 8})
    day = Day(site, [Car()], orders_for(site, plan, [request]), solar_kw=lambda _: 11.1)
    assert day.run(300).wanted.current_a[0] == 8


def test_sun_for_one_group_is_for_that_group_only() -> None:
    day = sunny_day(9.0, 2, groups=[{"id": "tenants", "chargers": ["c1"], "solar": True}])
    answer = day.run(300)
    assert answer.wanted.current_a.tolist() == [0.0, 13.0]


def test_two_cars_share_and_the_second_starts_only_when_there_is_enough_for_it() -> None:
    day = sunny_day(7.0, 2)
    assert np.count_nonzero(day.run(600).wanted.current_a) == 1
    day.solar_kw = lambda _: 9.0
    answer = day.run(600)
    assert answer.wanted.current_a.tolist() == [6.0, 6.0]


def test_a_battery_that_drains_into_the_car_is_no_surplus() -> None:
    # 3 kW of sun less 1 kW of house; the battery gives what the car takes beyond, so that the meter sees 0.
    site = site_of(1, {"mode": "both", "hold_s": 60}, default_request="solar", battery=BATTERY)
    for known in ("battery", "solar"):
        day = Day(site, [Car()], orders_for(site, None, []), solar_kw=lambda _: 3.0, load_kw=lambda _: 1.0)
        for _ in range(240):
            cars_kw = float(day.measured_a.sum()) * 0.23
            battery_kw = 2.0 - cars_kw
            day.battery_kw = lambda _, kw=battery_kw: kw
            seen = Beyond(battery_kw=battery_kw) if known == "battery" else Beyond(solar_kw=3.0)
            answer = day.tick(5.0, seen)
        drawn_kw = float(day.measured_a.sum()) * 0.23
        assert drawn_kw <= (2.0 if known == "battery" else 3.0) + 1e-6, known
        assert answer.surplus_kw <= 3.0


def test_a_battery_nobody_reads_and_no_other_word_of_the_sun_give_no_surplus() -> None:
    assert np.isnan(surplus_kw(-3.0, 0.0, NAN))
    assert surplus_kw(-3.0, 4.0, NAN, planned_kw=2.5) == 2.5
    assert surplus_kw(-3.0, 4.0, 1.0) == 8.0


def test_a_car_that_waits_for_sun_is_told_that_the_battery_hides_it() -> None:
    site = site_of(default_request="solar", battery=BATTERY)
    day = Day(site, [Car()], orders_for(site, None, []), solar_kw=lambda _: 9.0)
    assert day.run(120).wanted.reasons[0].code is Why.BATTERY_FIRST


def test_the_level_falls_with_the_sky_and_rises_only_when_it_lasts() -> None:
    level = Level(kw=5.0, seen_at_s=0.0)
    for second in range(1, 31):
        level = next_level(level, 2.0, 1.0, float(second))
    assert level.kw == pytest.approx(2.0, abs=0.2)
    flicker = level
    for second in range(31, 91):
        flicker = next_level(flicker, 6.0 if second % 4 else 2.0, 1.0, float(second))
    assert flicker.kw <= 2.2
    for second in range(31, 91):
        level = next_level(level, 6.0, 1.0, float(second))
    assert level.kw == pytest.approx(6.0)


def test_a_surplus_that_is_not_known_raises_nothing_and_is_nothing_after_a_minute() -> None:
    level = Level(kw=5.0, seen_at_s=0.0)
    assert next_level(level, NAN, 1.0, 30.0).kw == 5.0
    assert next_level(level, NAN, 1.0, 61.0).kw == 0.0


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    surplus=st.floats(-5, 60),
    cars=st.lists(st.tuples(st.booleans(), st.floats(1, 5), st.floats(5, 22), st.floats(0.5, 3)), max_size=6),
)
def test_shares_never_exceed_the_surplus_nor_what_a_car_can_take(
    surplus: float, cars: list[tuple[bool, float, float, float]]
) -> None:
    takes = np.array([car[0] for car in cars], dtype=np.bool_)
    least, most, weight = (np.array([car[k] for car in cars], dtype=np.float64) for k in (1, 2, 3))
    shares = shared_kw(surplus, takes, least, most, np.arange(len(cars)), weight)
    assert shares.sum() <= max(surplus, 0.0) + 1e-6
    assert np.all(shares <= most + 1e-9)
    assert not shares[~takes].any()
    if takes.any() and surplus >= most[takes].sum():
        assert shares[takes] == pytest.approx(most[takes])


def test_no_surplus_is_shared_where_the_meter_is_silent() -> None:
    day = sunny_day(9.0)
    day.meter = False
    assert np.isnan(day.run(120).surplus_kw)
    assert not day.wanted_a().any()
