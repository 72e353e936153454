"""The place and its wires: location, grid connection, circuits, fuses."""

from __future__ import annotations

from math import inf
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from domain.phases import PHASES, Phase
from domain.site_model import (
    Amperes,
    AmperesFrom0,
    Id,
    Kilowatts,
    KilowattsFrom0,
    Name,
    PhaseAmperes,
    SiteModel,
    per_phase_a,
    refusal,
)


def _wye_only(system: str) -> str:
    reasons = {
        "delta_230": "a 230 V delta grid has no neutral, so its cars draw between phases",
        "split_phase": "a split-phase service has two halves of 120 V, not phases of a wye",
        "split-phase": "a split-phase service has two halves of 120 V, not phases of a wye",
    }
    if system != "wye":
        why = f"; {reasons[system]}, which would be planned wrongly" if system in reasons else ""
        raise refusal("", f"only wye (phase to neutral) is modelled{why}")
    return system


def _of_the_code(share: float) -> float:
    if share not in {0.8, 1.0}:
        raise refusal("", "0.8 (standard breaker) or 1.0 (rated for 100 %) is allowed")
    return share


ContinuousShare = Annotated[float, AfterValidator(_of_the_code), Field(json_schema_extra={"enum": [0.8, 1]})]


def _phase_to_neutral(voltage_v: float) -> float:
    if not 90 <= voltage_v <= 350:
        raise refusal("", "90 to 350 V is allowed, phase to neutral: 230 in Europe, 277 on a 480 V service")
    return voltage_v


PhaseVoltage = Annotated[
    float, AfterValidator(_phase_to_neutral), Field(json_schema_extra={"minimum": 90, "maximum": 350})
]


_CONTINUOUS: Final = 0.8
"""Share of a standard North American main that may flow for hours (NEC 210.20)."""


class Location(SiteModel):
    """Where the site is; the sun needs latitude and longitude, everything needs the time zone."""

    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    """Degrees north."""
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    """Degrees east."""
    time_zone: Name
    """IANA name, such as ``Europe/Brussels``."""
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    """ISO 3166 alpha-2, for public holidays; derived from the time zone where it is not given."""
    subdivision: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,3}$")] | None = None
    """ISO 3166-2 part after the hyphen, for holidays of a state or province."""


class CurvePoint(SiteModel):
    """One point of a protection's curve."""

    current_a: Amperes
    time_s: Annotated[float, Field(gt=0, le=1e6)]
    """Time after which the protection may trip at this current [s]."""


class Protection(SiteModel):
    """The fuse or breaker; without it the strictest curve at the circuit's limit counts."""

    type: Literal["mcb", "gg", "sls_e", "ul", "points"] | None = None
    rating_a: Amperes
    continuous: ContinuousShare | None = None
    """Share of the rating that may flow for hours (North America); `ul` counts 0.8 where it is not said."""
    points: tuple[CurvePoint, ...] | None = None

    @property
    def continuous_share(self) -> float:
        """Share of the rating that may flow for hours; inf where the rating itself is no limit for hours."""
        if self.continuous is not None:
            return self.continuous
        return _CONTINUOUS if self.type == "ul" else inf

    @model_validator(mode="after")
    def _points_belong_to_their_type(self) -> Self:
        if (self.type == "points") != bool(self.points):
            found = "points without type: points" if self.points else "type: points without points"
            allowed = "points: [{current_a, time_s}, ...] and type: points belong together"
            raise refusal(found, allowed, "type", "points")
        return self


class Grid(SiteModel):
    """The connection to the street."""

    phases: Literal[1, 3] = 3
    """A 1-phase grid has L1 only."""
    system: Annotated[str, AfterValidator(_wye_only), Field(json_schema_extra={"enum": ["wye"]})] = "wye"
    limit_a: PhaseAmperes
    """Per phase, in both directions [A]; a list gives each phase its own."""
    limit_kw: Kilowatts | None = None
    """Contract power [kW]."""
    imbalance_limit_a: Amperes | None = None
    """Largest difference of the signed phase currents [A]."""
    export_limit_kw: KilowattsFrom0 | None = None
    """Most that may be fed in [kW]; solar is curtailed to it."""
    netting: Literal["sum", "per_phase"] = "sum"
    """How the meter counts: the sum over the phases, or each phase by itself."""
    voltage_v: PhaseVoltage = 230
    """Phase to neutral [V]."""
    base_load_max_a: AmperesFrom0 | None = None
    """Highest current of everything but charging, per phase [A]."""
    reserve_a: AmperesFrom0 = 0
    """Kept free per phase [A]."""
    protection: Protection | None = None
    meter: Id | None = None
    """One of ``meters``; without it there is no live protection."""

    @property
    def phase_names(self) -> tuple[Phase, ...]:
        """The phases that this grid has."""
        return PHASES[: self.phases]

    @model_validator(mode="after")
    def _one_phase_has_no_imbalance(self) -> Self:
        if self.phases == 1 and self.imbalance_limit_a is not None:
            allowed = "leave it out: one phase has no imbalance"
            raise refusal("imbalance_limit_a with phases: 1", allowed, "imbalance_limit_a")
        return self


class Circuit(SiteModel):
    """A circuit below the grid, with its own fuse or contract."""

    id: Id
    parent: Id
    """A circuit, or ``grid``."""
    limit_a: PhaseAmperes | None = None
    """Per phase, in both directions [A]; this, ``limit_kw``, or both."""
    limit_kw: Kilowatts | None = None
    reserve_a: AmperesFrom0 = 0
    base_load_max_a: AmperesFrom0 | None = None
    protection: Protection | None = None
    meter: Id | None = None

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if self.limit_a is None and self.limit_kw is None:
            allowed = "a circuit needs at least one of them"
            raise refusal("neither limit_a nor limit_kw", allowed, "limit_a", "limit_kw")
        return self


def carried_a(part: Grid | Circuit) -> tuple[float, float, float]:
    """What may flow for hours on L1, L2, L3 [A]: limit, and continuous share of the rating; inf: no limit."""
    limit_a = (inf, inf, inf) if part.limit_a is None else per_phase_a(part.limit_a)
    if part.protection is None:
        return limit_a
    share, rating_a = part.protection.continuous_share, per_phase_a(part.protection.rating_a)
    one, two, three = (min(limit, rating * share) for limit, rating in zip(limit_a, rating_a, strict=True))
    return (one, two, three)
