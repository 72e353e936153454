"""Chargers: AC points, DC points and the cabinets that DC points share."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, Tag, model_validator

from domain.drivers import CHARGER_DRIVERS
from domain.phases import PHASES, Phase
from domain.site_devices import Connection
from domain.site_model import (
    TAG,
    Amperes,
    AmperesFrom0,
    Efficiency,
    Id,
    Kilowatts,
    KilowattsFrom0,
    Name,
    Priority,
    SiteModel,
    Weight,
    chosen_by,
    refusal,
)

Wiring = Annotated[
    tuple[Phase, ...],
    Field(
        min_length=1,
        max_length=3,
        description="Grid phase of each terminal, first terminal first; default: the grid's phases.",
    ),
]
SwitchMode = Literal["never", "oneway", "both"]
Seconds = Annotated[float, Field(ge=0, le=86_400)]


class CurrentRange(SiteModel):
    """What an AC charger can be told, per phase: 0, or min, min + step, ... up to max [A]."""

    min: Amperes
    max: Amperes
    step: Amperes = 1
    """Finest change that the device takes [A]."""

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.min > self.max:
            raise refusal(f"min {self.min:g} above max {self.max:g}", "min must be at most max", "min", "max")
        return self


class DischargeRange(SiteModel):
    """What an AC charger can take back from a car, per phase: min, then the steps of ``current_a`` [A]."""

    min: Amperes
    max: Amperes

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.min > self.max:
            raise refusal(f"min {self.min:g} above max {self.max:g}", "min must be at most max", "min", "max")
        return self


class PowerRange(SiteModel):
    """What a DC point can be told [kW]."""

    min: KilowattsFrom0
    max: Kilowatts

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.min > self.max:
            raise refusal(f"min {self.min:g} above max {self.max:g}", "min must be at most max", "min", "max")
        return self


class Failsafe(SiteModel):
    """What the charger does by itself when it hears nothing."""

    current_a: AmperesFrom0
    """Per phase [A]; 0 stops."""
    after_s: Annotated[float, Field(gt=0, le=86_400)]
    """Silence after which it happens [s]."""


class PhaseSwitching(SiteModel):
    """Whether and how often the charger may change its phases during a session."""

    mode: SwitchMode
    """``never``, ``oneway`` (from all to one, not back) or ``both``."""
    max_per_session: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """So many switches while one car is there, its first selection not counted; one in a pause counts too."""
    hold_s: Seconds | None = None
    """Least time between two switches [s]."""
    hysteresis_kw: KilowattsFrom0 | None = None
    """How far past the threshold the power must be before a switch [kW]; for live control, not for plans."""
    at_limit: Literal["stay", "single", "three"] | None = None
    """When ``max_per_session`` is used up: stays as it is, or the last switch leads to one phase, to all."""

    @model_validator(mode="after")
    def _limit_exists(self) -> Self:
        if self.at_limit is not None and self.max_per_session is None:
            allowed = "say max_per_session, or leave at_limit out"
            raise refusal("at_limit without max_per_session", allowed, "at_limit", "max_per_session")
        return self


class ChargerBase(Connection):
    """What AC and DC points have in common."""

    id: Id
    circuit: Id = "grid"
    """What it hangs on."""
    driver: Annotated[Name, Field(json_schema_extra={"enum": list(CHARGER_DRIVERS)})] = "none"
    """What speaks to it; ``none``: it is only planned for."""
    connector: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Number of the point at its device."""
    in_load_circuit: bool = False
    """CHARX: the point is bound to the first load circuit of its load management, whose limit (register 167)
    is ours alone: it cuts all such points in one frame.
    """
    station: Name | None = None
    """Identity of an OCPP charge point."""
    protocol: Literal["ocpp1.6", "ocpp2.0.1"] | None = None
    wiring: Wiring = PHASES
    failsafe: Failsafe | None = None
    priority: Priority = 1
    """A class: higher classes come strictly first."""
    weight: Weight = 1
    """Shares inside a class."""


class AcCharger(ChargerBase):
    """A point that offers alternating current."""

    kind: Literal["ac"] = "ac"
    current_a: CurrentRange
    discharge_a: DischargeRange | None = None
    """What it takes back from a car with ``v2g``; planned only, so with ``driver`` none or simulated [A]."""
    phase_switching: PhaseSwitching | None = None
    min_run_s: Seconds | None = None
    """Once it charges, it goes on for at least so long, unless the car leaves [s]; default: no such rule."""
    min_pause_s: Seconds | None = None
    """Once it has stopped, it rests for at least so long [s]; default: no such rule."""

    @property
    def discharges(self) -> bool:
        """Whether it takes energy back from a car."""
        return self.discharge_a is not None


class DcCharger(ChargerBase):
    """A point that makes direct current, alone or from a shared cabinet."""

    kind: Literal["dc"]
    power_kw: PowerRange
    """At the car [kW]."""
    discharge_kw: PowerRange | None = None
    """What it takes back from a car with ``v2g``, at the car; planned only, so with ``driver`` none or
    simulated [kW]."""
    cabinet: Id | None = None
    """Its circuit is then the cabinet's."""
    efficiency: Efficiency | None = None
    """From the grid to the car."""
    power_factor: Efficiency | None = None
    """At the grid."""

    @property
    def discharges(self) -> bool:
        """Whether it takes energy back from a car."""
        return self.discharge_kw is not None


Charger = Annotated[
    Annotated[AcCharger, Tag(f"{TAG}ac")] | Annotated[DcCharger, Tag(f"{TAG}dc")],
    chosen_by("kind", {"ac": f"{TAG}ac", "dc": f"{TAG}dc"}, lambda _: "ac"),
]


class Cabinet(SiteModel):
    """Power electronics that several DC points share."""

    id: Id
    circuit: Id = "grid"
    limit_kw: Kilowatts
    """Shared by its points [kW]."""


class Group(SiteModel):
    """Chargers that belong together."""

    id: Id
    chargers: Annotated[tuple[Id, ...], Field(min_length=1)]
    priority: Priority | None = None
    weight: Weight | None = None
    limit_a: Amperes | None = None
    """Sum of the group per phase [A]."""
    solar: bool = False
    """Solar surplus is for this group only."""


class User(SiteModel):
    """A person or a card, with rights of their own."""

    id: Id
    rfid: tuple[Name, ...] = ()
    """Cards, each in quotes."""
    group: Id | None = None
    priority: Priority | None = None
    weight: Weight | None = None
