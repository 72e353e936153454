"""Cars and the weekly habits of their drivers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from domain.clock import DAYS, ClockTime, Day
from domain.site_chargers import SwitchMode
from domain.site_model import (
    TAG,
    Amperes,
    Efficiency,
    Fraction,
    Id,
    KilowattHours,
    KilowattsFrom0,
    Name,
    SiteModel,
    refusal,
)

Pin = Literal[1, 2, 3]
PinSet = Annotated[tuple[Pin, ...], Field(min_length=1, max_length=3)]


class EfficiencyPoint(SiteModel):
    """Charging efficiency of a car at one current and number of phases."""

    phases: Literal[1, 2, 3]
    current_a: Amperes
    efficiency: Efficiency


class TaperPoint(SiteModel):
    """The most power that a car takes at one state of charge."""

    soc: Fraction
    max_kw: KilowattsFrom0
    """At the plug, as a charger shows it; at a DC point the power at the car [kW]."""


class VehicleToGrid(SiteModel):
    """What a car gives back to the site."""

    soc_min: Fraction
    """It gives nothing below this state of charge."""
    efficiency: Efficiency
    """From the battery to the plug."""
    wear_eur_per_kwh: Annotated[float, Field(ge=0, le=10)]
    """What each kWh given at the plug costs its battery."""


class VehicleSwitching(SiteModel):
    """What a car bears of phase switching: its veto (``never``) and its cap."""

    mode: SwitchMode = "both"
    max_per_session: Annotated[int, Field(ge=1, le=10_000)] | None = None


def _shape_of_efficiency(value: Any) -> str:
    return f"{TAG}table" if isinstance(value, list | tuple) else f"{TAG}one"


class Vehicle(SiteModel):
    """A car."""

    id: Id
    name: Name | None = None
    battery_kwh: KilowattHours | None = None
    phases: Literal[1, 2, 3] = 3
    """Pins with which it charges, from pin 1 on."""
    phase_sets: Annotated[tuple[PinSet, ...], Field(min_length=1)] | None = None
    """The sets of its own pins on which it charges; default: any one of its pins, or all of them."""
    max_current_a: Amperes | None = None
    """Per phase [A]."""
    min_current_a: Amperes | None = None
    """Per phase [A]; below it the car does not charge."""
    efficiency: (
        Annotated[
            Annotated[Efficiency, Tag(f"{TAG}one")]
            | Annotated[tuple[EfficiencyPoint, ...], Field(min_length=1), Tag(f"{TAG}table")],
            Discriminator(_shape_of_efficiency),
        ]
        | None
    ) = None
    """From the plug into the battery: one number, or a table by phases and current."""
    phase_switching: VehicleSwitching | None = None
    taper: Annotated[tuple[TaperPoint, ...], Field(min_length=2)] | None = None
    """How its power falls as it fills: straight lines from point to point, the last one at ``soc`` 1; below
    the first point its ``max_kw`` counts. Needs ``battery_kwh`` and ``efficiency``."""

    v2g: VehicleToGrid | None = None
    """What it gives back where its charger can (``discharge_a``, ``discharge_kw``); needs ``battery_kwh`` and
    ``efficiency`` as one number."""

    @model_validator(mode="after")
    def _knows_what_it_gives(self) -> Self:
        if self.v2g is not None and self.battery_kwh is None:
            raise refusal("v2g without battery_kwh", "what it may give follows from its battery_kwh", "v2g")
        if self.v2g is not None and not isinstance(self.efficiency, float):
            raise refusal("v2g without one efficiency", "v2g needs the car's efficiency as one number", "v2g")
        return self

    @model_validator(mode="after")
    def _tapers_down(self) -> Self:
        for found, allowed, keys in _taper_faults(self):
            raise refusal(found, allowed, *keys)
        return self

    @model_validator(mode="after")
    def _currents_rise(self) -> Self:
        low, high = self.min_current_a, self.max_current_a
        if low is not None and high is not None and low > high:
            raise refusal(
                f"min_current_a {low:g} above max_current_a {high:g}",
                "min_current_a must be at most max",
                "min_current_a",
                "max_current_a",
            )
        return self

    @model_validator(mode="after")
    def _has_the_pins(self) -> Self:
        for pins in self.phase_sets or ():
            if max(pins) > self.phases or len(set(pins)) < len(pins):
                raise refusal(
                    f"phase_sets entry {list(pins)}",
                    f"each of the pins 1 to {self.phases} at most once",
                    "phases",
                    "phase_sets",
                )
        return self

    @property
    def pin_sets(self) -> tuple[tuple[Pin, ...], ...]:
        """The sets of pins on which it charges, ascending."""
        if self.phase_sets is not None:
            return tuple(tuple(sorted(pins)) for pins in self.phase_sets)
        pins: tuple[Pin, ...] = (1, 2, 3)
        singles = tuple((pin,) for pin in pins[: self.phases])
        return singles if self.phases == 1 else (*singles, pins[: self.phases])


_LEAST_BEND: Final = 1e-9


def _taper_faults(car: Vehicle) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """What contradicts itself in a car's taper, or cannot be placed: found, allowed, keys."""
    if car.taper is None:
        return
    for key in ("battery_kwh", "efficiency"):
        if getattr(car, key) is None:
            allowed = f"a taper needs the car's {key}: how full it is follows from it"
            yield f"taper without {key}", allowed, ("taper",)
    last = car.taper[-1].soc
    if last < 1:
        yield f"taper ends at soc {last:g}", "its last point must be at soc 1", ("taper",)
    steepest = 0.0
    for low, high in pairwise(car.taper):
        words = f"taper from soc {low.soc:g}, {low.max_kw:g} kW to soc {high.soc:g}, {high.max_kw:g} kW"
        allowed = _wrong_way(low, high, steepest)
        if allowed:
            yield words, allowed, ("taper",)
            return
        steepest = (low.max_kw - high.max_kw) / (high.soc - low.soc)


def _wrong_way(low: TaperPoint, high: TaperPoint, steepest: float) -> str:
    """What is allowed instead, where a taper does not go on as it must; else empty."""
    if high.soc <= low.soc:
        return "soc must rise from point to point"
    falls = (low.max_kw - high.max_kw) / (high.soc - low.soc)
    if falls < 0:
        return "max_kw must not rise"
    if falls < steepest - _LEAST_BEND:
        return "it must fall at least as steeply as before: leave out the point before, or lower it"
    return ""


class Departure(SiteModel):
    """A weekly habit: the days on which a car leaves, and what it then wants to have."""

    charger: Id
    vehicle: Id | None = None
    user: Id | None = None
    days: Annotated[tuple[Day, ...], Field(min_length=1, max_length=7)] = DAYS
    """Local days of the departure."""
    arrive: ClockTime
    """Later than ``depart``: the evening before."""
    depart: ClockTime
    energy_kwh: KilowattHours
    """AC energy at the charger, at least [kWh]."""

    @model_validator(mode="after")
    def _stays(self) -> Self:
        if self.arrive == self.depart:
            raise refusal(f"arrive and depart both {self.arrive}", "they must differ", "arrive", "depart")
        if len(set(self.days)) < len(self.days):
            raise refusal("a day twice in days", "name each day once", "days")
        return self
