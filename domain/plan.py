"""A plan: what every charger is told in every slot, what it costs, and how good it provably is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from domain.phases import PhaseSet
from domain.requests import ChargeRequest
from domain.scenarios import Outlook
from domain.series import Series
from domain.time_grid import TimeGrid

FloatArray = NDArray[np.float64]


class Status(StrEnum):
    """How far a plan is proven."""

    OPTIMAL = "optimal"
    """The gap is at most the asked one, and the shortfall is the least possible."""
    FEASIBLE = "feasible"
    """Every limit holds; the gap is larger than asked."""
    FALLBACK = "fallback"
    """Made by rule, because the solver gave nothing; every limit holds."""


@dataclass(frozen=True, slots=True)
class ChargerPlan:
    """Setpoints of one charger; arrays have the shape (slots,)."""

    current_a: FloatArray
    """Current per phase [A]: 0, or on the charger's own grid."""
    phases: tuple[PhaseSet, ...]
    """Grid phases in use, empty where the charger is off."""
    power_kw: FloatArray
    """Mean of the slot [kW]: a session that covers part of a slot draws in that part only."""


@dataclass(frozen=True, slots=True)
class SitePower:
    """Mean powers of the site [kW], each of shape (slots,); import, export, solar, load are >= 0."""

    import_kw: FloatArray
    export_kw: FloatArray
    solar_kw: FloatArray
    """After curtailment."""
    curtailed_kw: FloatArray
    load_kw: FloatArray
    battery_kw: FloatArray
    """+ when charging."""
    flexible_kw: Mapping[str, FloatArray]


@dataclass(frozen=True, slots=True)
class CircuitPlan:
    """Nominal signed currents of a circuit and what it allows, base load included."""

    phase_a: FloatArray
    """Shape (3, slots) [A], + towards the loads."""
    limit_a: FloatArray
    """Shape (3, slots) [A]: the limit less the reserve, or what load and solar alone already take."""
    limit_kw: float | None = None


@dataclass(frozen=True, slots=True)
class Binding:
    """What keeps a request from getting its energy."""

    kind: str
    """``stay`` (too short at full current), ``circuit``, ``power``, ``imbalance``, ``charger``, ``cabinet``,
    ``group``, ``taper`` (the car takes no more as it fills).
    """
    circuit: str | None
    """Also the id of a cabinet or group."""
    phase: str | None
    slots: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Why a car that stands at its charger is not charged in some slots."""

    kind: str
    """``done`` (it has its energy), ``price``, ``circuit``, ``power``, ``imbalance``, ``cabinet``, ``group``,
    ``peak``, ``shared`` (another car draws at its charger), ``charger``, ``calm`` (it would gain nothing),
    ``taper`` (it takes less than its least current)."""
    circuit: str | None
    """Also the id of a cabinet or group."""
    phase: str | None
    slots: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Remedy:
    """The cheapest change that removes a shortfall."""

    kind: str
    amount: float
    unit: str
    text: str


@dataclass(frozen=True, slots=True)
class RequestPlan:
    """What one request gets."""

    request: ChargeRequest
    energy_kwh: float
    """Energy asked for inside the horizon."""
    delivered_kwh: float
    shortfall_kwh: float
    """Missing energy; 0 when the delivered energy lies within the tolerance of one current step."""
    binding: Binding | None = None
    """The limit that binds in most of its slots."""
    also_binding: tuple[Binding, ...] = ()
    """Every other one that binds in some of them."""
    ranges: str = ""
    """What charger, car and request allow, in words, where that or the stay binds."""
    remedy: Remedy | None = None
    note: str = ""
    waits: tuple[Wait, ...] = ()
    """Why it waits, by the first slot of every reason."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Money of the whole site over the horizon [EUR]."""

    energy_eur: float
    sold_eur: float
    peak_eur: float
    wear_eur: float
    without_charging_eur: float
    stored_eur: float = 0.0
    """Worth of what a home battery holds more at the end than at the start; not part of the total."""

    @property
    def total_eur(self) -> float:
        """Bought less sold, plus peak and wear."""
        return self.energy_eur - self.sold_eur + self.peak_eur + self.wear_eur


@dataclass(frozen=True, slots=True)
class Proof:
    """How good the plan provably is."""

    status: Status
    cost_eur: float
    bound_eur: float
    """No plan with this shortfall costs less, and leaves a home battery as full."""
    gap: float
    """(cost - bound) / max(|cost - without charging|, 1 EUR), of the executable plan."""
    gap_before_rounding: float
    shortfall_kwh: float
    shortfall_bound_kwh: float
    build_s: float
    solve_s: float
    rows: int
    columns: int
    binaries: int


@dataclass(frozen=True, slots=True)
class Breach:
    """A limit that load and solar alone break; it is widened so far, and charging makes it no worse."""

    kind: str
    """``current``, ``power`` or ``imbalance``."""
    circuit: str
    phase: str | None
    slots: tuple[int, ...]
    limit: float
    worst: float
    unit: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan for one site over one horizon."""

    site: str
    made_at: datetime
    grid: TimeGrid
    chargers: Mapping[str, ChargerPlan]
    power: SitePower
    circuits: Mapping[str, CircuitPlan]
    requests: tuple[RequestPlan, ...]
    cost: Cost
    proof: Proof
    breaches: tuple[Breach, ...]
    sources: Mapping[str, Series]
    """``buy``, ``sell``, ``solar.<id>``, ``load``: the series the plan was made from."""
    notes: tuple[str, ...] = ()
    outlook: Outlook | None = None
    """How the first slots stand to what else may come; none where solar and load are not uncertain."""
