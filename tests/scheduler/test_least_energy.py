"""The most that a plan may deliver reaches the least that the charger can do above what was asked."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from scheduler.needs import _least_above
from scheduler.problem import Option
from tests.scheduler.days import checked, inputs_of, site_of, wish


@pytest.mark.parametrize("seed", range(40))
def test_it_is_the_least_of_all_choices_of_slots(seed: int) -> None:
    """Every subset of the slots, each with every current of a fine grid."""
    rng = np.random.default_rng(seed)
    hours = np.array([rng.uniform(0.05, 1.0), *[1.0] * int(rng.integers(1, 5)), rng.uniform(0.05, 1.0)])
    low, high = 8.0, float(rng.integers(9, 17))
    asked = float(rng.uniform(0.5, 6.0))
    sums = {round(float(np.dot(on, hours)), 9) for on in product((0, 1), repeat=len(hours))}
    reachable = [max(total * low * 0.23, asked) for total in sums if total * high * 0.23 >= asked - 1e-9]
    option = Option(phases=(0,), min_a=low, max_a=high)
    assert _least_above(asked, (option,), hours, 230.0) == pytest.approx(min(reachable, default=asked))


def test_a_car_that_stays_a_minute_into_an_hour_is_served_in_whole_ones() -> None:
    """8 to 9 A on one phase, 2.3 kWh: an hour and a minute give 2.1 kWh at most, two hours 3.68 at least."""
    site = site_of("{id: home, current_a: {min: 8, max: 9}, wiring: [L1]}")
    plan = checked(site, inputs_of(site, [0.1, 0.2, 0.3], [wish("home", 2.3, leave=2.02)]))
    assert plan.requests[0].shortfall_kwh == 0.0
    assert plan.requests[0].delivered_kwh == pytest.approx(3.68)
