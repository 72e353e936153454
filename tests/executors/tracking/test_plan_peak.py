"""The peak that a plan pays: means of the meter's windows, whatever part of a window its first slot is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from domain.plan import Plan
from domain.time_grid import TimeGrid
from executors.tracking.plan_peak import plan_peak_kw
from tests.executors.tracking.small_days import START, plan_of, site_of


def plan_from(start: datetime, end: datetime, import_kw: list[float]) -> Plan:
    """A plan that draws so much from the grid, in quarters of an hour."""
    plan = plan_of(site_of(), [], {"c0": [0.0]})
    power = replace(plan.power, import_kw=np.array(import_kw))
    return replace(plan, grid=TimeGrid.between(start, end, "UTC", 15), power=power)


def test_a_slot_that_is_cut_short_is_no_peak_of_its_own() -> None:
    """9 kW in the last 5 of 15 minutes, after 0.25 kWh in the first 10: (0.25 + 0.75) kWh in 0.25 h."""
    plan = plan_from(START + timedelta(minutes=10), START + timedelta(minutes=45), [9.0, 3.5, 2.0])
    assert plan_peak_kw(plan, 900.0, 0.25) == pytest.approx(4.0)
    assert plan_peak_kw(plan, 900.0, 0.0) == pytest.approx(3.5)
    assert plan_peak_kw(plan, 900.0, None) == pytest.approx(9.0)


def test_a_slot_of_a_longer_window_is_no_peak_either() -> None:
    """Half hours: 6 kW and 2 kW, then 3 kW and 4 kW."""
    plan = plan_from(START, START + timedelta(minutes=60), [6.0, 2.0, 3.0, 4.0])
    assert plan_peak_kw(plan, 1800.0, None) == pytest.approx(4.0)
    assert plan_peak_kw(plan, 900.0, None) == pytest.approx(6.0)
