"""What a person asks of `simulate` beyond a plan: how long, how unruly, which faults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from domain.errors import Fault, InputError
from domain.site import Site
from service.plan_options import PlanOrder

if TYPE_CHECKING:
    from simulation.plant.fault import PlantFault

_SHAPE: Final = (
    "write KIND:FROM-UNTIL or KIND:DEVICE:FROM-UNTIL, in seconds after the start: meter_lost:p1:600-900"
)
FASTEST: Final = 100.0
"""Wires have a pace of their own: beyond this no computer here keeps up."""
_DAY_MIN: Final = 1440
_SITE_WIDE: Final = ("clock_step", "control_hung")


@dataclass(frozen=True, slots=True)
class SimulateOrder:
    """The arguments of `simulate`, as they were typed."""

    plan: PlanOrder
    hours: str | None = None
    seed: str | None = None
    faults: tuple[str, ...] = ()
    real_time: bool = False
    speed: str | None = None
    replan: str | None = None


@dataclass(frozen=True, slots=True)
class Replan:
    """That new plans are made while the day runs."""

    every_s: int | None = None
    """None: when a car comes or goes, and at quarters that find something changed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The same, understood."""

    seconds: int | None
    """None: to the end of the plan."""
    seed: int | None
    """Of made-up clouds and appliances; none: the day goes as planned."""
    faults: tuple[PlantFault, ...]
    speed: float = 1.0
    """Of a run over wires: simulated seconds in a real one."""
    replan: Replan | None = Replan()
    """None: one plan for all of it."""


def wanted_of(order: SimulateOrder, site: Site) -> Wanted:
    """The options, understood; InputError with everything that is wrong with them."""
    faults: list[Fault] = []
    seconds = _whole("--hours", order.hours, faults, 3600.0, 1, 72 * 3600)
    seed = _whole("--seed", order.seed, faults, 1.0, 0, 2**32 - 1)
    speed = _speed(order, faults)
    replan = _replan(order, faults)
    wrongs = [_plant_fault(text, site, faults) for text in order.faults]
    if faults:
        raise InputError(faults)
    return Wanted(seconds, seed, tuple(wrong for wrong in wrongs if wrong is not None), speed, replan)


def _speed(order: SimulateOrder, faults: list[Fault]) -> float:
    """How much faster than the clock on the wall a run over wires is."""
    if order.speed is None:
        return 1.0
    if not order.real_time:
        faults.append(
            Fault("--speed", f"'{order.speed}'", "only with --real-time: virtual time has no speed")
        )
        return 1.0
    try:
        speed = float(order.speed)
    except ValueError:
        speed = float("nan")
    if not 1.0 <= speed <= FASTEST:
        faults.append(Fault("--speed", f"'{order.speed}'", f"from 1 to {FASTEST:g} is allowed"))
    return speed


def _replan(order: SimulateOrder, faults: list[Fault]) -> Replan | None:
    """How often to plan anew."""
    text = order.replan
    if text is None or text == "changed":
        return Replan()
    if order.real_time:
        faults.append(Fault("--replan", f"'{text}'", "only in virtual time, without --real-time"))
    if text == "never":
        return None
    if text.isdecimal() and text.isascii() and 1 <= int(text) <= _DAY_MIN:
        return Replan(60 * int(text))
    faults.append(Fault("--replan", f"'{text}'", f"changed, never, or 1 to {_DAY_MIN} minutes is allowed"))
    return None


def _whole(
    option: str, text: str | None, faults: list[Fault], factor: float, least: int, most: int
) -> int | None:
    """A number times ``factor``, as a whole number; none where nothing was typed."""
    if text is None:
        return None
    try:
        value = float(text) * factor
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        allowed = (
            f"from {least / factor:g} to {most / factor:g} is allowed"
            if factor == 1
            else "up to 72 is allowed"
        )
        faults.append(Fault(option, f"'{text}'", allowed))
        return None
    return int(value)


def _plant_fault(text: str, site: Site, faults: list[Fault]) -> PlantFault | None:
    """One fault of the plant; none, and a fault of the user, where it makes no sense."""
    from simulation.plant.fault import FaultKind, PlantFault

    kind, _, rest = text.partition(":")
    device, _, span = rest.rpartition(":")
    first, _, past = span.partition("-")
    kinds = [one.value for one in FaultKind]
    if kind not in kinds:
        faults.append(Fault("--fault", f"'{kind}'", f"one of {', '.join(kinds)}"))
        return None
    devices = _devices(kind, site)
    if device not in devices:
        faults.append(Fault("--fault", *_no_such_device(kind, device, devices)))
        return None
    if not (first.isdecimal() and past.isdecimal() and int(first) < int(past)):
        faults.append(Fault("--fault", f"'{text}'", _SHAPE))
        return None
    return PlantFault(FaultKind(kind), int(first), int(past), device)


def _no_such_device(kind: str, device: str, devices: tuple[str, ...]) -> tuple[str, str]:
    """What was typed for a device of a fault, and what is allowed."""
    if not devices:
        return kind, "this site has no meter that it could happen to"
    if devices == ("",):
        return f"device '{device}'", f"{kind} is about the whole site: write {kind}:FROM-UNTIL"
    return f"device '{device}'" if device else "no device", f"{kind} wants one of {', '.join(devices)}"


def _devices(kind: str, site: Site) -> tuple[str, ...]:
    """The devices on which such a fault may be; an empty name where it is about the whole site."""
    if kind in _SITE_WIDE:
        return ("",)
    if kind.startswith("meter"):
        return tuple(site.meters)
    return tuple(charger.id for charger in site.chargers)
