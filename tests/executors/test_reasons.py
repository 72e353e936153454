"""Reasons read as sentences."""

from __future__ import annotations

from executors.control.why import Reason, Why
from executors.reasons import SENTENCES, sentence


def test_a_full_circuit_reads_with_its_numbers_and_what_the_plan_asked() -> None:
    numbers = {"limit_a": 8.0, "plan_a": 12.0, "used_a": 14.2, "of_a": 20.0}
    reason = Reason(Why.CIRCUIT_FULL, numbers, "garage", "L2")
    assert sentence(reason) == "8 A: circuit garage L2 full, 14.2 of 20 A used by others; plan asked 12 A"


def test_numbers_that_are_missing_leave_their_part_out() -> None:
    assert (
        sentence(Reason(Why.CIRCUIT_FULL, {"limit_a": 8.0}, "garage", "L2")) == "8 A: circuit garage L2 full"
    )
    assert sentence(Reason(Why.NO_CAR)) == "no car"


def test_being_ahead_of_the_plan_is_not_called_behind() -> None:
    ahead = Reason(Why.PLAN_CARRIED, {"current_a": 6.0, "plan_a": 8.0, "owed_kwh": -0.4})
    assert sentence(ahead) == "6 A: the plan's energy, 0.4 kWh ahead of it; plan asked 8 A"


def test_every_code_has_a_sentence() -> None:
    assert set(SENTENCES) == set(Why)
