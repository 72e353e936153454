"""Cars and the weekly habits of their drivers."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from domain.clock import DAYS, ClockTime, Day
from domain.site_chargers import SwitchMode
from domain.site_model import TAG, Amperes, Efficiency, Id, KilowattHours, Name, SiteModel, refusal

Pin = Literal[1, 2, 3]
PinSet = Annotated[tuple[Pin, ...], Field(min_length=1, max_length=3)]


class EfficiencyPoint(SiteModel):
    """Charging efficiency of a car at one current and number of phases."""

    phases: Literal[1, 2, 3]
    current_a: Amperes
    efficiency: Efficiency


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
