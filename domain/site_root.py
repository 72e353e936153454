"""The root of the site file: what the owner writes, as one frozen value."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from domain.phases import PHASES
from domain.site_chargers import AcCharger, Cabinet, Charger, DcCharger, Group, User
from domain.site_curtailment import Curtailment
from domain.site_devices import Meter
from domain.site_energy import Battery, FlexibleLoad, Load, SolarArray
from domain.site_grid import Circuit, Grid, Location
from domain.site_model import EurPerKwh, Id, Kilowatts, Name, SiteModel
from domain.site_tariff import Tariff
from domain.site_vehicles import Departure, Vehicle

GRID = "grid"
"""Id of the root of the tree of circuits."""

Mode = Literal["solar", "tariff", "capacity"]


class Site(SiteModel):
    """One site: its wires, chargers, cars, habits, sun and prices."""

    name: Name
    location: Location
    mode: Annotated[tuple[Mode, ...], Field(min_length=1, max_length=3)] = ("tariff",)
    default_request: Literal["none", "solar", "cheapest", "full"] = "none"
    """What a car without a request gets, from the executor; a plan knows cars by their requests alone."""
    grid: Grid
    circuits: tuple[Circuit, ...] = ()
    meters: dict[Id, Meter] = Field(default_factory=dict)
    chargers: Annotated[tuple[Charger, ...], Field(min_length=1)]
    cabinets: tuple[Cabinet, ...] = ()
    groups: tuple[Group, ...] = ()
    users: tuple[User, ...] = ()
    vehicles: tuple[Vehicle, ...] = ()
    departures: tuple[Departure, ...] = ()
    solar: tuple[SolarArray, ...] = ()
    load: Load | None = None
    battery: Battery | None = None
    flexible_loads: tuple[FlexibleLoad, ...] = ()
    tariff: Tariff
    curtailment: Curtailment | None = None
    target_kw: Kilowatts | None = None
    """Peak that mode ``capacity`` keeps where there is no ``tariff.peak``."""
    solar_bonus_eur_per_kwh: EurPerKwh = 0.05
    """How much mode ``solar`` prefers own solar."""

    @model_validator(mode="before")
    @classmethod
    def _wire_by_the_grid(cls, data: Any) -> Any:
        """Wiring that is not given is the grid's: a 1-phase grid has L1 only."""
        return wired_to_one_phase(data) if _has_one_phase(data) else data

    def charger(self, charger_id: str) -> AcCharger | DcCharger:
        """The charger of that id; KeyError where there is none."""
        return {charger.id: charger for charger in self.chargers}[charger_id]

    def vehicle(self, vehicle_id: str) -> Vehicle:
        """The vehicle of that id; KeyError where there is none."""
        return {vehicle.id: vehicle for vehicle in self.vehicles}[vehicle_id]

    def circuit_of(self, charger_id: str) -> str:
        """Id of the circuit that a charger hangs on; a stall's is its cabinet's."""
        charger = self.charger(charger_id)
        cabinet = charger.cabinet if isinstance(charger, DcCharger) else None
        return {one.id: one.circuit for one in self.cabinets}.get(cabinet or "", charger.circuit)

    def path_to_grid(self, circuit_id: str) -> tuple[str, ...]:
        """Ids from a circuit up to ``grid``, both included."""
        parents = {circuit.id: circuit.parent for circuit in self.circuits}
        path = [circuit_id]
        while path[-1] != GRID:
            path.append(parents[path[-1]])
        return tuple(path)


def _has_one_phase(data: Any) -> bool:
    return isinstance(data, dict) and isinstance(data.get("grid"), dict) and data["grid"].get("phases") == 1


def wired_to_one_phase(data: dict[str, Any]) -> dict[str, Any]:
    """The site's data with L1 as the wiring of everything that has none."""

    def wired(part: Any) -> Any:
        return {"wiring": PHASES[:1], **part} if isinstance(part, dict) else part

    lists = {
        key: tuple(wired(part) for part in data[key])
        for key in ("chargers", "solar", "flexible_loads")
        if isinstance(data.get(key), list | tuple)
    }
    single = {"battery": wired(data["battery"])} if "battery" in data else {}
    return {**data, **lists, **single}
