"""What a loop has seen of its cars and chargers, as far as the next plan has to know it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from domain.running import Running
from domain.site import Site
from domain.units import kw_per_a
from executors.control.seam import Bools, CarState, Floats, Readings, Setpoints, Wiring
from executors.tracking.plan_peak import window_s_of
from executors.tracking.state import Tracked
from service.run.car_limits import CarLimits, limits_of, taper_of
from service.run.seen_import import SeenImport

DRIFT: Final = 0.05
"""A car that is owed more than this share of a quarter at the charger's full power is off its plan."""
_QUARTER_H: Final = 0.25


class Seen:
    """Who is there, since when each charger does what it does, what the cars had and what they showed.

    The daemon and the simulated day both ask it after every decision, and plan with what it says.
    """

    def __init__(
        self, site: Site, wiring: Wiring, mono_s: float, delivered_kwh: Mapping[str, float] | None = None
    ) -> None:
        self._wiring = wiring
        self._kw_per_a = kw_per_a(site.grid.voltage_v, 1)
        self.delivered_kwh: dict[str, float] = dict(delivered_kwh or {})
        """By request, also of cars that have left [kWh]."""
        self.imported = SeenImport(ZoneInfo(site.location.time_zone), window_s_of(site))
        self._here: Bools | None = None
        self._on: Bools = np.zeros(wiring.chargers, dtype=np.bool_)
        self._since_s: Floats = np.full(wiring.chargers, mono_s)
        self._last: tuple[Readings, Setpoints, Tracked] | None = None

    def look(self, readings: Readings, decided: Setpoints, tracked: Tracked, mono_s: float) -> list[str]:
        """After a decision: the chargers at which a car came or went since the one before."""
        session = tracked.state.session
        for name, kwh in zip(session.request_ids, session.delivered_kwh.tolist(), strict=True):
            if name:
                self.delivered_kwh[name] = kwh
        on = decided.limit_a > 0
        self._since_s = np.where(on == self._on, self._since_s, mono_s)
        self._on = on
        counted = np.isfinite(tracked.wanted.budget_kwh)
        import_kw = float(readings.meter_kw[0]) if counted else float("nan")
        self.imported.look(tracked.state.quarter, import_kw, tracked.time.wall_s)
        self._last = (readings, decided, tracked)
        return self._came_or_went(readings)

    def _came_or_went(self, readings: Readings) -> list[str]:
        here = np.asarray(readings.car != CarState.NONE) & (readings.car != CarState.UNKNOWN)
        known = readings.car != CarState.UNKNOWN
        before = here if self._here is None else self._here
        self._here = np.where(known, here, before)
        return [self._wiring.charger_ids[row] for row in np.flatnonzero(known & (here != before)).tolist()]

    def keep_only(self, known: Collection[str]) -> None:
        """Forget the requests that nobody plans any more."""
        self.delivered_kwh = {name: kwh for name, kwh in self.delivered_kwh.items() if name in known}

    def running(self, mono_s: float) -> dict[str, Running]:
        """What the chargers with a car do now."""
        if self._last is None:
            return {}
        readings, decided, _ = self._last
        there = np.isin(readings.car, (CarState.WAITING, CarState.CHARGING)) & decided.phases.any(axis=1)
        rows = np.flatnonzero(there).tolist()
        return {self._wiring.charger_ids[row]: self._running(row, mono_s) for row in rows}

    def _running(self, row: int, mono_s: float) -> Running:
        assert self._last is not None
        _, decided, tracked = self._last
        change, drawn = tracked.state.change, tracked.learnt.phases[row] & decided.phases[row]
        switched_s = float(mono_s - change.switched_s[row])
        current_a = float(decided.limit_a[row])
        phases = drawn if drawn.any() else decided.phases[row]
        if not change.selected[row] and current_a == 0:
            phases = np.zeros_like(phases)
        return Running(
            phases=tuple(np.flatnonzero(phases).tolist()),
            current_a=current_a,
            since_s=max(0.0, float(mono_s - self._since_s[row])),
            switched_s=max(0.0, switched_s) if np.isfinite(switched_s) else None,
            switches_used=int(change.used[row]),
            taper=taper_of(tracked.learnt, row),
        )

    def limits(self) -> dict[str, CarLimits]:
        """What the cars that are here have shown, by request."""
        if self._last is None:
            return {}
        tracked = self._last[2]
        return limits_of(tracked.learnt, tracked.state.session.request_ids)

    def off_plan(self) -> bool:
        """Whether a car had clearly more or less than its plan gave it."""
        if self._last is None:
            return False
        most_kw = self._wiring.max_a * self._wiring.wired.sum(axis=1) * self._kw_per_a
        return bool((np.abs(self._last[2].owed_kwh) > DRIFT * _QUARTER_H * most_kw).any())
