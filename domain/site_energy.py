"""Everything but chargers that makes, takes or stores energy: solar, load, battery, flexible loads."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, Tag, model_validator

from domain.clock import ClockTime
from domain.drivers import BATTERY_DRIVERS, LOAD_DRIVERS
from domain.phases import PHASES
from domain.site_chargers import Wiring
from domain.site_devices import Connection
from domain.site_model import (
    TAG,
    Efficiency,
    Fraction,
    Id,
    KilowattHours,
    Kilowatts,
    KilowattsFrom0,
    Name,
    Path,
    SiteModel,
    chosen_by,
    refusal,
)

SOLAR_PROVIDERS: Final = ("open_meteo", "forecast_solar", "solcast")
Hours = Annotated[float, Field(gt=0, le=24)]


class SolarArray(SiteModel):
    """Panels behind one inverter."""

    id: Id
    peak_kw: Kilowatts
    """Of the panels, kWp [kW]."""
    inverter_kw: Kilowatts | None = None
    """The most that it feeds [kW]."""
    tilt_deg: Annotated[float, Field(ge=0, le=90)] | None = None
    """0 lies flat."""
    azimuth_deg: Annotated[float, Field(ge=0, le=360)] | None = None
    """90 looks east, 180 south, 270 west."""
    circuit: Id = "grid"
    wiring: Wiring = PHASES
    source: Literal["sample", "file", "open_meteo", "forecast_solar", "solcast"]
    path: Path | None = None
    """With ``source: file``, relative to the site file."""
    resource_id: Name | None = None
    """Id of the roof at Solcast."""
    key_file: Path | None = None
    key_env: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None

    @model_validator(mode="after")
    def _is_told_what_its_source_needs(self) -> Self:
        if (self.source == "file") != (self.path is not None):
            found = "source: file without path" if self.path is None else f"path with source: {self.source}"
            raise refusal(found, "path and source: file belong together", "path", "source")
        if self.source in {"open_meteo", "forecast_solar"} and None in (self.tilt_deg, self.azimuth_deg):
            raise refusal(
                f"{self.source} without tilt_deg or azimuth_deg", "say both", "tilt_deg", "azimuth_deg"
            )
        if self.key_file is not None and self.key_env is not None:
            raise refusal("key_file and key_env", "only one of them", "key_file", "key_env")
        if self.source == "solcast" and (self.resource_id is None or not (self.key_file or self.key_env)):
            found = "solcast without resource_id or a key"
            raise refusal(
                found, "say resource_id and key_file or key_env", "resource_id", "key_file", "key_env"
            )
        return self


class FixedLoad(SiteModel):
    """The same power all day, evenly over the phases."""

    source: Literal["fixed"]
    kw: KilowattsFrom0


class FileLoad(SiteModel):
    """Load from a CSV or Parquet file."""

    source: Literal["file"]
    path: Path


class HabitLoad(SiteModel):
    """Load as it was on the same kind of day in the last weeks: learnt from what was recorded."""

    source: Literal["habit"]
    path: Path | None = None
    """Recorded load, CSV or Parquet, with the columns of ``--load``; gaps and empty cells are allowed."""
    yearly_kwh: KilowattHours | None = None
    """What the household draws in a year without chargers [kWh]; counts while little is recorded."""


Load = Annotated[
    Annotated[FixedLoad, Tag(f"{TAG}fixed")]
    | Annotated[FileLoad, Tag(f"{TAG}file")]
    | Annotated[HabitLoad, Tag(f"{TAG}habit")],
    chosen_by("source", {name: f"{TAG}{name}" for name in ("fixed", "file", "habit")}),
]


class SocRange(SiteModel):
    """Between which states of charge the battery works, 0..1."""

    min: Fraction
    max: Fraction

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.min >= self.max:
            raise refusal(
                f"min {self.min:g} not below max {self.max:g}", "min must be below max", "min", "max"
            )
        return self


class Battery(Connection):
    """A home battery."""

    circuit: Id = "grid"
    wiring: Wiring = PHASES
    capacity_kwh: KilowattHours
    charge_kw: Kilowatts
    discharge_kw: Kilowatts
    soc: SocRange
    efficiency: Efficiency
    """One way."""
    wear_eur_per_kwh: Annotated[float, Field(ge=0, le=10)] = 0
    """Per kWh that comes out."""
    control: Literal["none", "hold", "full"] = "none"
    """``none``: it behaves by itself and is only modelled; ``hold``: it can be kept from draining;
    ``full``: it follows a power.
    """
    driver: Annotated[Name, Field(json_schema_extra={"enum": list(BATTERY_DRIVERS)})] = "none"
    map_file: Path | None = None
    """Map of the battery: where it keeps its power and state of charge, and how it is told."""


class FlexibleLoad(Connection):
    """A boiler, heat pump or pool: energy or run time by a time of day."""

    id: Id
    power_kw: Kilowatts
    circuit: Id = "grid"
    wiring: Wiring = PHASES
    run_h: Hours | None = None
    """Run time a day [h]; this or ``energy_kwh``."""
    energy_kwh: KilowattHours | None = None
    """Energy a day [kWh]; this or ``run_h``."""
    between: Annotated[tuple[ClockTime, ...], Field(min_length=2, max_length=2)]
    """From and to, local time."""
    min_run_h: Hours | None = None
    """Least run at a time [h]."""
    driver: Annotated[Name, Field(json_schema_extra={"enum": list(LOAD_DRIVERS)})] = "none"
    state_topic: Name | None = None
    """MQTT topic on which the switch says what it does; without it nothing is read back."""
    state_key: Name | None = None
    """Where the state lies in what the switch says, if that is JSON: ``state``."""
    available_topic: Name | None = None
    """MQTT topic that says ``online`` or ``offline`` for the switch."""
    payload_on: Name = "ON"
    payload_off: Name = "OFF"
    when_lost: Literal["off", "stay"] = "off"
    """What the switch is told when we go away: in peace by us, else by the broker as our last will."""

    @model_validator(mode="after")
    def _asks_for_one_thing(self) -> Self:
        if (self.run_h is None) == (self.energy_kwh is None):
            found = "neither run_h nor energy_kwh" if self.run_h is None else "run_h and energy_kwh"
            raise refusal(found, "exactly one of them is allowed", "run_h", "energy_kwh")
        return self
