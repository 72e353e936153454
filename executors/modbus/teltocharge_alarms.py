"""TeltoCharge EVC2: what a read-back and its own complaints mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from executors.control.seam import CarState
from executors.modbus import teltocharge_words as words
from executors.modbus.phase_change import PhaseChange, Step
from executors.modbus.teltocharge_words import Live, Rest
from executors.modbus.told import Look, Order
from executors.readings import Alarm

STUCK_TRIES: Final = 3
_NAMES: Final[Mapping[int, str]] = {
    words.PHASES_TO_USE: "phases to use (register 14)",
    words.AMPS_TO_USE: "amperes to use (register 15)",
    words.TIMEOUT: "watchdog time (register 19)",
    words.FAILSAFE: "failsafe current (register 20)",
}
_OWN_LIMITS: Final = frozenset({"power from the grid", "the user's setting", "cable", "heat"})


def live_alarms(before: Live, now: Live, looks: Mapping[int, tuple[Order, Look]]) -> tuple[Alarm, ...]:
    """Alarms about settings that are not as they were told, or changed behind our back."""
    found = [alarm for register, (order, look) in looks.items() for alarm in _of(register, order, look)]
    if now.amp_limit_a != before.amp_limit_a:
        text = f"its limit (register 12) was set from {before.amp_limit_a} to {now.amp_limit_a} A"
        found.append(Alarm("foreign_write", text))
    return tuple(found)


def _of(register: int, order: Order, look: Look) -> Iterator[Alarm]:
    if look is Look.REPLACED:
        text = f"{_NAMES[register]}: {order.value} was replaced by somebody else (its app?)"
        code = "watchdog_changed" if register in {words.TIMEOUT, words.FAILSAFE} else "foreign_write"
        yield Alarm(code, text)
    elif look is Look.NOT_TAKEN and order.tries >= STUCK_TRIES:
        text = f"{_NAMES[register]}: {order.value} was not taken {order.tries} times: switch it off and on"
        yield Alarm("charger_stuck", text)


def change_alarms(change: PhaseChange | None, live: Live) -> tuple[Alarm, ...]:
    """An alarm where a change of phases did not come about."""
    if change is None:
        return ()
    if change.step is Step.GIVEN_UP:
        return (Alarm("phase_change", "the car did not stop, so that the phases were not changed"),)
    if change.step is Step.DONE and live.state is CarState.CHARGING and live.connected != change.terminals:
        return (Alarm("phase_change", "the phases in use are not those that were asked for"),)
    return ()


def rest_alarms(rest: Rest) -> tuple[Alarm, ...]:
    """Warnings, errors and its own limits in words."""
    found = [Alarm("device_error", text) for text in rest.errors]
    found += [Alarm("device_warning", text) for text in rest.warnings]
    if rest.limit_cause in _OWN_LIMITS:
        found.append(Alarm("own_limit", f"its current is limited by {rest.limit_cause}"))
    return tuple(found)
