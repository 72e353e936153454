"""What a run was worth: energy, money, time over limits, starts, own sun."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from domain.site import Site
from domain.units import S_PER_H, W_PER_KW
from simulation.plant.record import Record
from simulation.plant.wires import FloatArray, wires_of

TOLERANCE_A = 0.05
"""Currents this little above a limit are not counted as above it [A]."""
TOLERANCE_KW = 0.02
REACTION_S = 6
"""Between a step of the load and the car's answer: the second of the sample, charger, car, ramp [s]."""
_QUARTER_S = 900


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices by slot, in seconds since the start of the plant; ``edges_s`` has one more entry."""

    edges_s: FloatArray
    buy_eur_per_kwh: FloatArray
    sell_eur_per_kwh: FloatArray

    def at(self, seconds: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Buying and selling price at some seconds; NaN outside the slots."""
        place = np.searchsorted(self.edges_s, seconds, side="right") - 1
        inside = (place >= 0) & (place < len(self.buy_eur_per_kwh))
        place = np.clip(place, 0, len(self.buy_eur_per_kwh) - 1)
        buy, sell = self.buy_eur_per_kwh[place], self.sell_eur_per_kwh[place]
        return np.where(inside, buy, np.nan), np.where(inside, sell, np.nan)


@dataclass
class Excess:
    """Time and size above one kind of limit, by place in an array."""

    seconds: FloatArray
    caused_s: FloatArray
    """Seconds in which charging adds to it: what load and sun alone take counts as allowed."""
    worst: FloatArray
    worst_caused: FloatArray
    longest_caused_s: FloatArray
    """Longest stretch of it without a pause."""
    late_s: FloatArray
    """Those of ``caused_s`` in which charging did not fit beside the least load of the last seconds either:
    the others lie within the car's reaction to a step of the load."""
    _running_s: FloatArray
    _before: FloatArray = field(init=False)
    """What load and sun alone took in the last seconds."""

    def __post_init__(self) -> None:
        self._before = np.zeros((0, *self.seconds.shape))

    @classmethod
    def of_shape(cls, *shape: int) -> Excess:
        """Nothing above anything yet."""
        return cls(*(np.zeros(shape) for _ in range(7)))

    def take(self, total: FloatArray, without: FloatArray, limit: FloatArray, tolerance: float) -> None:
        """Seconds of ``total`` with charging and ``without``; the first axis is the second."""
        seen = np.concatenate((self._before, without))
        self._before = seen[-REACTION_S:]
        over = np.maximum(total - limit, 0.0)
        caused = np.maximum(total - np.maximum(limit, without), 0.0)
        self.seconds += (over > tolerance).sum(axis=0)
        is_caused = caused > tolerance
        self.caused_s += is_caused.sum(axis=0)
        self.worst = np.maximum(self.worst, over.max(axis=0))
        self.worst_caused = np.maximum(self.worst_caused, caused.max(axis=0))
        if not is_caused.any():
            self._running_s = np.zeros_like(self._running_s)
            return
        least = _least(seen)[-len(without) :]
        late = total - without + least - np.maximum(limit, least)
        self.late_s += (is_caused & (late > tolerance)).sum(axis=0)
        for second in is_caused:
            self._running_s = (self._running_s + 1) * second
            self.longest_caused_s = np.maximum(self.longest_caused_s, self._running_s)


def _least(values: FloatArray) -> FloatArray:
    """The least of each second and of the ``REACTION_S`` before it."""
    ahead = np.repeat(values[:1], REACTION_S, axis=0)
    windows = np.lib.stride_tricks.sliding_window_view(
        np.concatenate((ahead, values)), REACTION_S + 1, axis=0
    )
    least: FloatArray = windows.min(axis=-1)
    return least


@dataclass
class Score:
    """Sums over the blocks of a run; ask after ``Plant.flush``."""

    site: Site
    start_utc_s: float
    prices: Prices | None = None
    seconds: int = 0
    bought_kwh: float = 0.0
    sold_kwh: float = 0.0
    cost_eur: float = 0.0
    """Bought less sold, without peak and wear [EUR]; NaN without prices."""
    solar_kwh: float = 0.0
    """Energy in cars that came from own sun beyond what the house took [kWh]."""
    quarters_kwh: dict[int, float] = field(default_factory=dict)
    """Bought energy by clock quarter (number since 1970) [kWh]."""

    def __post_init__(self) -> None:
        wires = wires_of(self.site)
        self._limit_a, self._limit_kw = wires.limit_a, wires.limit_kw
        self._kw_per_a = wires.voltage_v / W_PER_KW
        count = len(wires.charger_ids)
        self.energy_kwh: FloatArray = np.zeros(count)
        """AC energy by charger [kWh]."""
        self.starts = np.zeros(count, dtype=np.int64)
        """How often each charger's current rose from 0."""
        self.load_a: FloatArray = np.zeros(3)
        """Highest current of load and sun towards the house, by phase at the grid [A]."""
        self._drew = np.zeros(count, dtype=bool)
        self.current = Excess.of_shape(*wires.limit_a.shape)
        """Above the limits in A, by circuit and phase."""
        self.power = Excess.of_shape(len(wires.limit_kw))
        """Above the limits in kW, by circuit."""
        self.imbalance = Excess.of_shape(1)
        self.export = Excess.of_shape(1)

    @property
    def peak_kw(self) -> float:
        """Highest mean import of a clock quarter [kW]."""
        return max(self.quarters_kwh.values(), default=0.0) * S_PER_H / _QUARTER_S

    @property
    def solar_share(self) -> float:
        """Share of the charged energy that own sun gave; NaN where nothing was charged."""
        charged_kwh = float(self.energy_kwh.sum())
        return self.solar_kwh / charged_kwh if charged_kwh > 0 else float("nan")

    def hear(self, record: Record) -> None:
        """Take one recorded block."""
        if len(record) == 0:
            return
        self.seconds += len(record)
        self._energy(record)
        self._money(record)
        self._limits(record)

    def _energy(self, record: Record) -> None:
        self.energy_kwh += record.charger_kw.sum(axis=0) / S_PER_H
        draws = np.vstack((self._drew, record.charger_kw > 0))
        self.starts += (draws[1:] & ~draws[:-1]).sum(axis=0)
        self._drew = draws[-1]
        charging_kw = record.charger_kw.sum(axis=1)
        house_kw = record.exchange_kw + record.solar_kw - charging_kw - record.battery_kw
        spare_kw = np.clip(record.solar_kw - house_kw, 0.0, charging_kw)
        self.solar_kwh += float(spare_kw.sum()) / S_PER_H

    def _money(self, record: Record) -> None:
        drawn_kw, fed_kw = np.maximum(record.exchange_kw, 0.0), np.maximum(-record.exchange_kw, 0.0)
        if self.site.grid.netting == "per_phase":
            phase_kw = record.flow_a[:, 0] * self._kw_per_a
            drawn_kw, fed_kw = np.maximum(phase_kw, 0).sum(axis=1), np.maximum(-phase_kw, 0).sum(axis=1)
        self.bought_kwh += float(drawn_kw.sum()) / S_PER_H
        self.sold_kwh += float(fed_kw.sum()) / S_PER_H
        seconds = record.first_s + np.arange(len(record), dtype=float)
        quarters = ((self.start_utc_s + seconds) // _QUARTER_S).astype(np.int64)
        for quarter in np.unique(quarters).tolist():
            energy_kwh = float(drawn_kw[quarters == quarter].sum()) / S_PER_H
            self.quarters_kwh[quarter] = self.quarters_kwh.get(quarter, 0.0) + energy_kwh
        if self.prices is None:
            self.cost_eur = float("nan")
            return
        buy, sell = self.prices.at(seconds)
        self.cost_eur += float((drawn_kw * buy - fed_kw * sell).sum()) / S_PER_H

    def _limits(self, record: Record) -> None:
        rest_a = record.flow_a - record.charging_a
        self.load_a = np.maximum(self.load_a, rest_a[:, 0].max(axis=0))
        self.current.take(np.abs(record.flow_a), np.abs(rest_a), self._limit_a, TOLERANCE_A)
        power_kw = record.flow_a.sum(axis=2) * self._kw_per_a
        rest_kw = rest_a.sum(axis=2) * self._kw_per_a
        self.power.take(power_kw, rest_kw, self._limit_kw, TOLERANCE_KW)
        grid = self.site.grid
        if grid.imbalance_limit_a is not None:
            limit_a = np.array([grid.imbalance_limit_a])
            self.imbalance.take(_spread(record.flow_a), _spread(rest_a), limit_a, TOLERANCE_A)
        if grid.export_limit_kw is not None:
            limit_kw = np.array([grid.export_limit_kw])
            self.export.take(-power_kw[:, :1], -rest_kw[:, :1], limit_kw, TOLERANCE_KW)


def _spread(flow_a: FloatArray) -> FloatArray:
    """Largest less smallest signed phase current at the grid, shape (seconds, 1) [A]."""
    spread: FloatArray = np.ptp(flow_a[:, 0], axis=1)[:, np.newaxis]
    return spread
