"""Curtailment: a ceiling on grid draw while the grid operator's signal is on."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from domain.site_devices import Signal
from domain.site_model import TAG, Kilowatts, Name, SiteModel, chosen_by, refusal

_MINIMUM_KW: Final = 4.2
"""What a controllable device may always draw [kW] (section 14a EnWG)."""


def _shape_of_signal(value: Any) -> str:
    return f"{TAG}block" if isinstance(value, dict | Signal) else f"{TAG}topic"


SignalPlace = Annotated[
    Annotated[Name, Tag(f"{TAG}topic")] | Annotated[Signal, Tag(f"{TAG}block")],
    Discriminator(_shape_of_signal),
]
"""An MQTT topic on the broker of this machine, or a block that says where."""


class De14aCurtailment(SiteModel):
    """German section 14a EnWG: 4.2 kW + (n - 1) x gzf x 4.2 kW for all controllable devices."""

    rule: Literal["de_14a"]
    devices: Annotated[int, Field(ge=1, le=1000)]
    """Controllable devices behind the manager, chargers included."""
    gzf: Annotated[float, Field(gt=0, le=1)] | None = None
    """Simultaneity factor; needed for two devices and more."""
    signal: SignalPlace
    """Where the signal comes from: an MQTT topic on the broker of this machine, or a block."""

    @property
    def ceiling_kw(self) -> float:
        """Grid draw of all controllable devices [kW] (BNetzA BK6-22-300, annex 1, 4.5)."""
        return _MINIMUM_KW * (1 + (self.devices - 1) * (self.gzf or 0.0))

    @model_validator(mode="after")
    def _knows_its_factor(self) -> Self:
        if self.devices > 1 and self.gzf is None:
            raise refusal(f"{self.devices} devices without gzf", "say gzf, such as 0.8 for two devices")
        return self


class FixedCurtailment(SiteModel):
    """A ceiling in kW."""

    rule: Literal["fixed_kw"] = "fixed_kw"
    fixed_kw: Kilowatts
    signal: SignalPlace

    @property
    def ceiling_kw(self) -> float:
        """Grid draw of all controllable devices [kW]."""
        return self.fixed_kw


Curtailment = Annotated[
    Annotated[De14aCurtailment, Tag(f"{TAG}de_14a")] | Annotated[FixedCurtailment, Tag(f"{TAG}fixed_kw")],
    chosen_by(
        "rule",
        {"de_14a": f"{TAG}de_14a", "fixed_kw": f"{TAG}fixed_kw"},
        lambda data: "fixed_kw" if "fixed_kw" in data else None,
    ),
]
