"""CHARX SEC: what a read-back of its limit means."""

from __future__ import annotations

from typing import Final

from executors.modbus.charx_words import PointControl, PointSetup
from executors.modbus.told import Look, Order
from executors.readings import Alarm

STUCK_TRIES: Final = 3
MANAGED_TIMES: Final = 3


def limit_alarms(order: Order, look: Look, control: PointControl) -> tuple[Alarm, ...]:
    """Alarms about X301: a value that does not stick, and one that somebody else wrote."""
    if look is Look.NOT_TAKEN and order.tries >= STUCK_TRIES:
        return (_not_taken(order, control),)
    if look is Look.REPLACED or (order.replaced >= MANAGED_TIMES and look is not Look.AS_TOLD):
        return (_replaced(order, control),)
    return ()


def _not_taken(order: Order, control: PointControl) -> Alarm:
    if control.limit_a == 0:
        words = (
            f"told {order.value} A {order.tries} times, but X301 stays 0 (a fault of its firmware): "
            "switch the charger off and on"
        )
        return Alarm("charger_stuck", words)
    return _managed(order, control)


def _replaced(order: Order, control: PointControl) -> Alarm:
    if order.replaced >= MANAGED_TIMES:
        return _managed(order, control)
    words = f"X301 was set from {order.value} to {control.limit_a} A by somebody else (app, dashboard, OCPP)"
    return Alarm("foreign_write", words)


def _managed(order: Order, control: PointControl) -> Alarm:
    words = (
        f"told {order.value} A again and again, but X301 becomes {control.limit_a} A: its own load "
        "management rules this point; detach it from the load circuit, or bind the group limit (register 167)"
    )
    return Alarm("load_management", words)


def setup_alarms(first: PointSetup, now: PointSetup) -> tuple[Alarm, ...]:
    """Alarms about a configuration that is another one than at start."""
    found = []
    if now.uid != first.uid:
        words = (
            f"point {first.uid} is now {now.uid}: the controllers were renumbered; check connector numbers"
        )
        found.append(Alarm("renumbered", words))
    if now.release_mode != first.release_mode:
        found.append(Alarm("release_mode", "the release mode (X120) was changed while we run"))
    return tuple(found)


def watchdog_alarms(fallback_a: int, after_s: int, control: PointControl) -> tuple[Alarm, ...]:
    """An alarm where the watchdog is no longer as it was armed."""
    if (control.fallback_a, control.after_s) == (fallback_a, after_s):
        return ()
    words = (
        f"the watchdog was armed with {fallback_a} A after {after_s} s "
        f"and holds {control.fallback_a} A after {control.after_s} s"
    )
    return (Alarm("watchdog_changed", words),)
