"""A wish of a driver: so much energy at this charger between arrival and departure."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

Fraction = Annotated[float, Field(ge=0, le=1)]


class ChargeRequest(BaseModel):
    """One session to plan for; ``energy_kwh`` is AC energy at the charger, and a floor."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    charger: str
    arrival: AwareDatetime
    departure: AwareDatetime
    energy_kwh: Annotated[float, Field(ge=0)] | None = None
    id: str = ""
    """Given, or made of charger and arrival (see ``named``)."""
    vehicle: str | None = None
    user: str | None = None
    phases: Literal[1, 2, 3] | None = None
    max_current_a: Annotated[float, Field(gt=0)] | None = None
    min_current_a: Annotated[float, Field(gt=0)] | None = None
    priority: int | None = None
    weight: Annotated[float, Field(gt=0)] | None = None
    target_soc: Fraction | None = None
    soc_now: Fraction | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.departure <= self.arrival:
            raise ValueError(f"departure {self.departure} is not after arrival {self.arrival}")
        return self

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if self.energy_kwh is None and self.target_soc is None:
            raise ValueError("neither energy_kwh nor target_soc is given")
        return self


def default_request_id(charger: str, arrival: datetime) -> str:
    """Id of a request that has none: its charger and its arrival in UTC."""
    return f"{charger}@{arrival:%Y-%m-%dT%H:%MZ}"
