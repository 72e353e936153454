"""Protections that trip on their curve, and the sums of a run."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest

from domain.site_grid import CurvePoint, Protection
from simulation.plant.fault import FaultKind, PlantFault
from simulation.plant.house import House, quiet_house
from simulation.plant.profile import by_second, constant
from simulation.plant.score import Excess, Prices, Score
from simulation.plant.trace import Trace
from simulation.plant.trip_curve import TripCurve, curve_of
from simulation.plant.trips import Trips, trips_of
from tests.simulation.plant.plants import HOUR, START, plant, site_of, told, visit

MCB = Protection(type="mcb", rating_a=25)


def heated(curve: TripCurve, current_a: float, seconds: int) -> Trips:
    trips = Trips([[curve] * 3])
    trips.take(np.full((seconds, 1, 3), current_a), 0)
    return trips


@pytest.mark.parametrize(
    ("kind", "borne", "trips_within_s"),
    # Standards: conventional non-tripping current, and a current that must trip within the time.
    [("mcb", 1.13, 1.45), ("gg", 1.25, 1.6), ("sls_e", 1.05, 1.2), ("ul", 1.0, 1.35)],
)
def test_each_type_bears_its_non_tripping_current_and_trips_at_its_tripping_current(
    kind: str, borne: float, trips_within_s: float
) -> None:
    curve = curve_of(Protection(type=kind, rating_a=100), 100)  # type: ignore[arg-type]  # a literal
    assert not heated(curve, 100 * borne - 0.01, 4 * HOUR).tripped
    assert heated(curve, 100 * trips_within_s + 0.01, HOUR).tripped


def test_a_miniature_breaker_trips_at_2_55_times_its_rating_after_a_second_and_at_3_at_once() -> None:
    curve = curve_of(MCB, 25)
    assert curve.seconds(np.array([2.55 * 25]))[0] == pytest.approx(1.0)
    assert curve.seconds(np.array([80.0]))[0] == pytest.approx(0.1)
    assert curve.seconds(np.array([-80.0]))[0] == pytest.approx(0.1)


def test_without_a_type_the_strictest_curve_counts() -> None:
    strict = curve_of(None, 25)
    multiples = np.linspace(1.01, 6, 200) * 25
    for kind in ("mcb", "gg", "sls_e", "ul"):
        own = curve_of(Protection.model_validate({"type": kind, "rating_a": 25.0}), 25)
        assert np.all(strict.seconds(multiples) <= own.seconds(multiples) * 1.3)
    assert np.isinf(strict.seconds(np.array([25.0])))[0]


def test_a_curve_of_points_is_taken_as_it_is() -> None:
    points = (CurvePoint(current_a=60, time_s=10), CurvePoint(current_a=30, time_s=1000))
    curve = curve_of(Protection(type="points", rating_a=25, points=points), 25)
    # Straight on logarithmic paper: at sqrt(30 x 60) A the time is sqrt(1000 x 10) s.
    assert curve.seconds(np.array([np.sqrt(1800.0)]))[0] == pytest.approx(100.0)


def test_a_warm_protection_trips_at_three_quarters_of_the_cold_time() -> None:
    # At twice the rating an mcb bears 10 s from cold; hot it starts a quarter up.
    assert heated(curve_of(MCB, 25), 50.0, 30).tripped_s[0, 0] == 7


def test_heat_fades_between_two_overloads() -> None:
    curve = curve_of(MCB, 25)
    over, pause = np.full((4, 1, 3), 50.0), np.zeros((600, 1, 3))
    trips = Trips([[curve] * 3])
    trips.take(over, 0)
    assert trips.heat[0, 0] == pytest.approx(0.25 + 4 / 10)
    trips.take(pause, 4)
    assert trips.heat[0, 0] == pytest.approx(0.65 * exp(-1))
    assert not trips.tripped


def test_heat_is_the_same_in_one_block_and_in_many() -> None:
    rng = np.random.default_rng(5)
    flow_a = rng.uniform(10, 40, (600, 1, 3))
    whole, pieces = Trips([[curve_of(MCB, 25)] * 3]), Trips([[curve_of(MCB, 25)] * 3])
    whole.take(flow_a, 0)
    for first in range(0, 600, 50):
        pieces.take(flow_a[first : first + 50], first)
    assert pieces.heat == pytest.approx(whole.heat)
    assert np.array_equal(pieces.tripped_s, whole.tripped_s)


def test_a_car_beside_a_full_house_trips_the_fuse_when_nobody_controls_it() -> None:
    site = site_of()
    trips, score = trips_of(site), Score(site, START.timestamp())
    made = plant(site=site, house=quiet_house(20 * 0.69), hear=(trips.hear, score.hear))
    told(made, 16, 300)
    made.flush()
    assert trips.tripped
    assert score.current.worst[0] == pytest.approx([11, 11, 11])
    assert score.current.worst_caused[0] == pytest.approx([11, 11, 11])
    assert score.current.longest_caused_s[0, 0] > 250
    assert score.current.seconds[1].sum() == 0


def test_what_the_house_alone_takes_too_much_is_not_caused_by_charging() -> None:
    site = site_of()
    score = Score(site, START.timestamp())
    made = plant(visit(arrive_s=HOUR * 9), site=site, house=quiet_house(30 * 0.69), hear=(score.hear,))
    made.step(99)
    made.flush()
    assert score.current.seconds[0].tolist() == [100, 100, 100]
    assert score.current.caused_s.sum() == 0


@pytest.mark.parametrize("block", [40, 7, 1])
@pytest.mark.parametrize(("down_s", "caused_s", "late_s"), [(16, 6, 0), (19, 9, 3)])
def test_what_a_car_takes_before_it_can_follow_a_step_is_told_apart(
    down_s: int, caused_s: int, late_s: int, block: int
) -> None:
    """25 A; the house steps from 5 to 15 A at second 10, the car comes down from 16 to 10 A later."""
    seconds = np.arange(40)
    house_a = np.where(seconds < 10, 5.0, 15.0)[:, np.newaxis]
    car_a = np.where(seconds < down_s, 16.0, 10.0)[:, np.newaxis]
    excess = Excess.of_shape(1)
    for first in range(0, 40, block):
        part = slice(first, first + block)
        excess.take(house_a[part] + car_a[part], house_a[part], np.array([25.0]), 0.05)
    assert excess.caused_s.tolist() == [caused_s]
    assert excess.late_s.tolist() == [late_s]


def test_a_car_that_goes_above_a_limit_by_itself_has_no_step_to_follow() -> None:
    house_a = np.full((20, 1), 15.0)
    car_a = np.where(np.arange(20) < 10, 6.0, 16.0)[:, np.newaxis]
    excess = Excess.of_shape(1)
    excess.take(house_a + car_a, house_a, np.array([25.0]), 0.05)
    assert excess.caused_s.tolist() == excess.late_s.tolist() == [10]


def test_energy_money_peak_and_solar_share_add_up_by_hand() -> None:
    site = site_of(more="solar: [{id: roof, peak_kw: 6, source: sample}]")
    prices = Prices(np.array([0.0, 1800, 3600]), np.array([0.20, 0.40]), np.array([0.05, 0.05]))
    score, trace = Score(site, START.timestamp(), prices), Trace()
    zero = constant(0.0)
    sun = by_second(np.concatenate((np.full(1800, 4.14), np.zeros(1800))))
    made = plant(site=site, house=House((zero, zero, zero), {"roof": sun}), hear=(score.hear, trace.hear))
    told(made, 6, 3599)
    made.flush()
    # 4.14 kW but for its first seconds: half an hour from the sun, half an hour bought at 0.40.
    assert score.seconds == 3600
    assert score.bought_kwh == pytest.approx(2.07)
    assert score.energy_kwh[0] == pytest.approx(4.14, rel=5e-3)
    assert score.cost_eur == pytest.approx(2.07 * 0.40 - score.sold_kwh * 0.05)
    assert score.sold_kwh == pytest.approx(4.14 - score.energy_kwh[0])
    assert score.solar_share == pytest.approx(0.5, abs=0.01)
    assert score.peak_kw == pytest.approx(4.14)
    assert score.starts.tolist() == [1]
    assert len(trace.exchange_kw) == 12
    assert trace.charger_kw[-1, 0] == pytest.approx(4.14)
    assert trace.worst_a[-1, 0] == pytest.approx([6, 6, 6])


def test_nothing_is_recorded_twice_or_lost_however_often_it_is_flushed() -> None:
    site = site_of()
    often, once = Score(site, START.timestamp()), Score(site, START.timestamp())
    for score, every in ((often, 7), (once, 10_000)):
        made = plant(site=site, hear=(score.hear,))
        for second in range(2000):
            made.charger("box").set_limit(16 if second % 400 < 200 else 0)
            made.step()
            if second % every == 0:
                made.flush()
        made.flush()
        assert score.energy_kwh[0] == pytest.approx(made.cars.energy_kwh[0])
    assert often.seconds == once.seconds == 2001
    assert often.starts.tolist() == once.starts.tolist() == [5]


def test_a_kill_of_the_control_leaves_every_charger_at_its_failsafe() -> None:
    made = plant(faults=[PlantFault(FaultKind.CONTROL_HUNG, 100)])
    for _ in range(300):
        if made.control_runs:
            made.charger("box").set_limit(16)
        made.step()
    assert made.phase_a[0].tolist() == [6, 6, 6]
