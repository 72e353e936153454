"""What the plan by rule misses is counted as what the plan misses: from what was asked."""

from __future__ import annotations

import pytest

from scheduler.baselines import by_rule_of
from scheduler.by_rule import cheapest_first
from tests.scheduler.tiny import problem, session

STEP_KWH = 0.1725
"""One ampere on three phases in a quarter of an hour."""


def test_missing_energy_counts_from_what_was_asked() -> None:
    """Two slots hold at most 5.52 of 6.5 kWh; the tolerance of half a step is for those that reach it."""
    case = problem([0.30, 0.10], [session([0, 1], 6.5)])
    drawn_kwh = float(cheapest_first(case).sum()) * STEP_KWH
    assert drawn_kwh <= 5.52 + 1e-9
    assert by_rule_of(case).shortfall_kwh == pytest.approx(6.5 - drawn_kwh)


def test_within_the_tolerance_nothing_is_missing() -> None:
    case = problem([0.30, 0.10], [session([0, 1], 5.55)])
    assert by_rule_of(case).shortfall_kwh == 0.0
