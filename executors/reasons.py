"""Reasons in English, made when somebody reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from executors.control.why import Reason, Why

SENTENCES: Final[Mapping[Why, str]] = {
    Why.AS_WANTED: "as wanted",
    Why.CIRCUIT_FULL: "circuit {circuit} {phase} full, {used_a} of {of_a} A used by others",
    Why.POWER_LIMIT: "circuit {circuit} at its power limit, {used_kw} of {of_kw} kW used by others",
    Why.IMBALANCE: "phase currents would differ too much, {used_a} of {of_a} A",
    Why.CURVE: "more could trip the protection of {circuit} {phase} before the car has reacted",
    Why.SECTION_14A: "the grid operator limits the draw to {of_kw} kW",
    Why.QUARTER_BUDGET: "the running quarter's energy below the peak is used up",
    Why.WAITS_FOR_DROP: "another charger's cut is not confirmed yet",
    Why.HOLD: "there is room, but not for long enough yet",
    Why.ROTATION: "another car's turn, not all fit at their minimum",
    Why.METER_HELD: "no fresh meter reading, the last command with shrinking headroom",
    Why.METER_FAILSAFE: "no meter reading for a while, failsafe current",
    Why.METER_STOP: "no meter reading for long, stopped",
    Why.LINK_LOST: "the charger does not answer",
    Why.DISOBEYS: "the charger did not come down when told",
    Why.STEP: "rounded down to what the charger can be told",
    Why.UNUSED_OFFER: "the car takes less than it was offered, and others need it",
    Why.HOT: "the protection of {circuit} {phase} is still warm",
    Why.PLAN: "as planned",
    Why.PLAN_CARRIED: "the plan's energy, {owed_kwh} kWh behind it",
    Why.NO_PLAN: "no plan for this car, served at once, {left_kwh} kWh missing",
    Why.PLAN_TOO_OLD: "the plan has ended or is too old, served at once, {left_kwh} kWh missing",
    Why.DEFAULT_REQUEST: "a car without a request gets what the site file says",
    Why.SURPLUS: "solar surplus, {share_kw} kW for this car",
    Why.HEADROOM: "room that the plan left",
    Why.CAR_LIMIT: "the car itself takes no more than {car_a} A",
    Why.CAR_FULL: "the car has stopped by itself: it is full, or its own timer or app holds it back",
    Why.CAR_SLEEPS: "the car does not draw, woken up {tries} times without success",
    Why.WAKE_UP: "the car does not draw, wake-up try {tries}",
    Why.NO_CAR: "no car",
    Why.PHASE_SWITCH: "changing phases",
    Why.SWITCH_BUDGET_USED: "the session's phase switches are used up ({switches})",
    Why.SWITCH_GIVEN_UP: "the charger did not change its phases, given up",
    Why.BOOST: "boost, by the owner",
    Why.PAUSED: "paused, by the owner",
    Why.MANUAL_LIMIT: "limited to {hand_a} A by the owner",
    Why.DEADLINE_IN_DANGER: "full power for the departure in {left_h} h, {left_kwh} kWh missing",
    Why.DEADLINE_IMPOSSIBLE: "the departure in {left_h} h cannot be met, {shortfall_kwh} kWh will be missing",
    Why.BATTERY_FIRST: "the surplus cannot be told from the home battery's",
    Why.NOT_REQUESTED: "nobody has asked for energy",
    Why.ENERGY_DONE: "the request has its energy",
}
"""One sentence per code; a part whose number is missing is left out, up to the next comma."""


def sentence(reason: Reason) -> str:
    """The reason with its current in front and what the plan asked at its end:
    ``8 A: circuit garage L2 full, 14.2 of 20 A used by others; plan asked 12 A``.
    """
    current_a = _number(reason, "limit_a", "current_a")
    asked_a = _number(reason, "plan_a", "wanted_a")
    head = "" if current_a is None else f"{_amount(current_a)} A: "
    body = _filled(SENTENCES.get(reason.code, reason.code.name.lower().replace("_", " ")), reason)
    word = "plan asked" if "plan_a" in reason.numbers else "wanted"
    differs = asked_a is not None and current_a is not None and abs(asked_a - current_a) >= 0.05
    tail = f"; {word} {_amount(asked_a)} A" if differs and asked_a is not None else ""
    return f"{head}{body}{tail}"


def _filled(text: str, reason: Reason) -> str:
    """The sentence with its numbers; parts between commas whose number is missing fall away."""
    words: dict[str, str] = {name: _amount(value) for name, value in reason.numbers.items()}
    words |= {name: word for name, word in (("circuit", reason.circuit), ("phase", reason.phase)) if word}
    if reason.code is Why.PLAN_CARRIED and reason.numbers.get("owed_kwh", 0.0) < 0:
        text = text.replace("behind", "ahead of")
        words["owed_kwh"] = _amount(-reason.numbers["owed_kwh"])
    parts = [_part(part, words) for part in text.split(", ")]
    return ", ".join(part for part in parts if part)


def _part(part: str, words: Mapping[str, str]) -> str:
    needed = [piece.split("}")[0] for piece in part.split("{")[1:]]
    if all(name in words for name in needed):
        return part.format_map(words)
    names = {name: words.get(name, "") for name in needed}
    only_names: Callable[[str], bool] = {"circuit", "phase"}.__contains__
    return " ".join(part.format_map(names).split()) if all(map(only_names, needed)) else ""


def _number(reason: Reason, *names: str) -> float | None:
    """The first of the numbers that there is."""
    return next((reason.numbers[name] for name in names if name in reason.numbers), None)


def _amount(value: float) -> str:
    """At most one digit behind the point."""
    return f"{round(value, 1):g}"
