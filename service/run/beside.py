"""What runs beside the loop: switches, home battery, the grid operator's signal and its record."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from domain.load_windows import Ran, hours_in_window, ran_on
from domain.plan import Plan
from domain.site import Site
from domain.units import kw_per_a
from executors.evidence import DRAW, draw_is_due, evidence_of, signal_word
from executors.others import Others
from executors.others_wanted import OthersWanted, others_wanted
from executors.signal import counts_as_on, curtailed
from executors.tick import Ticking
from service.run.clocks import Clocks
from service.run.keeper import Keeper
from service.run.wired_site import Wired

COUNT_S: Final = 10.0
"""How often run time of loads is counted [s]."""
TELL_S: Final = 10.0
"""A device that is missing for so long is told of [s]."""
LAST_LINE_S: Final = 3.0
"""So long the record's last lines may take when we stop [s]."""


class Beside:
    """Everything of the site that is no charger and no meter. Nothing of it is waited for by the loop."""

    def __init__(
        self,
        wired: Wired,
        clocks: Clocks,
        say: Callable[[str], None],
        *,
        keeper: Keeper | None = None,
        ran: Ran | None = None,
    ) -> None:
        self.site: Site = wired.site
        self.plan: Plan | None = None
        self.ran = Ran() if ran is None else ran
        self.keeper = keeper
        self.others = Others(
            self.wanted, clocks.mono_s, switches=wired.switches, battery=wired.battery,
            signal=wired.signal, sleep=clocks.sleep,
        )  # fmt: skip
        self._has_state = {load.id: load.state_topic is not None for load in self.site.flexible_loads}
        self._clocks, self._say = clocks, say
        self._zone = ZoneInfo(self.site.location.time_zone)
        self._counted_s = self._told_s = clocks.mono_s()
        self._drew_s, self._on_since_s = -math.inf, math.inf
        self._signal = ""
        self._missing: set[str] = set()
        self._alarms: set[str] = set()

    @property
    def ceiling_on(self) -> bool:
        """Whether the grid operator's ceiling holds: its signal is on, or not to be believed."""
        heard = self.others.heard.signal
        return self.site.curtailment is not None and counts_as_on(heard, self._clocks.mono_s())

    def wanted(self) -> OthersWanted:
        """What switches and battery are told now."""
        return others_wanted(self.site, self.plan, self._clocks.wall_s(), ceiling_on=self.ceiling_on)

    def connect(self, ticking: Ticking) -> None:
        """Have the loop hear the signal and the battery."""
        if self.others.has_signal:
            ticking.signal = self.others.signal
        ticking.battery_kw = lambda: self.others.battery_kw

    def ran_h(self) -> dict[str, float]:
        """Hours that loads with a switch have run in their running windows, for a plan."""
        now = self._clocks.now()
        return {
            load.id: hours_in_window(self.ran, load, now, self._zone)
            for load in self.site.flexible_loads
            if load.id in self.others.switches
        }

    def curtailed(self) -> tuple[tuple[datetime, datetime], ...]:
        """When a plan that is made now has to reckon with the ceiling."""
        if self.site.curtailment is None:
            return ()
        return curtailed(self.others.heard.signal, self._clocks.mono_s(), self._clocks.now())

    def after_tick(self, ticking: Ticking) -> bool:
        """Count, record and tell; True where the signal became another one, so that a plan is due."""
        now_s = self._clocks.mono_s()
        if now_s - self._counted_s >= COUNT_S:
            self._count(now_s)
            self._tell(now_s)
        return self._hear_signal(ticking, now_s)

    async def finish(self, writing: asyncio.Future[None] | None) -> None:
        """Have the record's last lines on the disk, as far as it takes them soon."""
        if self.keeper is None or writing is None:
            return
        self.keeper.finish()
        await asyncio.wait({writing}, timeout=LAST_LINE_S)
        writing.cancel()

    def runs(self, load: str) -> bool:
        """Whether a load runs, as its switch says; of one that says nothing, as it was told."""
        reading = self.others.heard.switches.get(load)
        if reading is None or self._has_state[load]:
            return reading is not None and reading.on is True
        return self.wanted().on.get(load, False)

    def _count(self, now_s: float) -> None:
        """Count the time since the last look for the loads that run."""
        seconds, now = now_s - self._counted_s, self._clocks.now()
        self._counted_s = now_s
        for load in self.site.flexible_loads:
            if load.id in self.others.switches and self.runs(load.id):
                self.ran = ran_on(self.ran, load, now, seconds, self._zone)

    def _hear_signal(self, ticking: Ticking, now_s: float) -> bool:
        """Put what happened with the signal and the ceiling into the record."""
        if self.site.curtailment is None:
            return False
        word = signal_word(self.others.heard.signal, now_s)
        changed, self._signal = word != self._signal, word
        numbers = self.numbers(ticking)
        if changed:
            self._say(f"the grid operator's signal: {word.removeprefix('signal_')}")
            self._put(word, numbers)
        for what, more in evidence_of(ticking.happened):
            self._put(what, {**numbers, **more})
        self._on_since_s = min(self._on_since_s, now_s) if self.ceiling_on else math.inf
        if draw_is_due(now_s, self._drew_s, self._on_since_s):
            self._drew_s = now_s
            self._put(DRAW, numbers)
        return changed

    def numbers(self, ticking: Ticking) -> Mapping[str, float]:
        """What the record says of this moment: draw of grid and cars, and what the cars may draw [kW]."""
        if ticking.last is None:
            return {}
        readings, decided = ticking.last
        allowed_a = decided.limit_a[:, None] * (decided.phases & ticking.wiring.wired)
        kw = kw_per_a(self.site.grid.voltage_v, 1)
        return {
            "grid_kw": round(float(readings.meter_kw[0]), 3),
            "cars_kw": round(float(np.nansum(readings.measured_a)) * kw, 3),
            "allowed_kw": round(float(allowed_a.sum()) * kw, 3),
            "loads_on": float(sum(self.runs(name) for name in self.others.switches)),
        }

    def _put(self, what: str, numbers: Mapping[str, float]) -> None:
        if self.keeper is not None:
            self.keeper.put(what, numbers)

    def _tell(self, now_s: float) -> None:
        """Say which devices are missing and which complain, each once."""
        heard = self.others.heard
        missing = {name for name, since_s in heard.troubled_s.items() if now_s - since_s >= TELL_S}
        for name in sorted(missing - self._missing):
            self._say(f"{name}: {heard.trouble.get(name, 'missing')}")
        for name in sorted(self._missing - set(heard.troubled_s)):
            self._say(f"{name}: answers again")
        self._missing = missing | (self._missing & set(heard.troubled_s))
        alarms = {f"{name}: {alarm.words}" for name, one in heard.switches.items() for alarm in one.alarms}
        for words in sorted(alarms - self._alarms):
            self._say(words)
        self._alarms = alarms
