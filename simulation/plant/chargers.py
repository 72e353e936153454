"""All chargers of a site as devices: what they are told, what they offer, what they do in silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import floor, inf
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simulation.plant.device import Device

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Reroutes = Literal["never", "first_or_all", "any"]
"""Which of its terminals a charger can choose."""
_EPS = 1e-6
_NEVER_S = -1e12
"""Long before the start; finite, so that it can be added to a timeout that is not."""


@dataclass(frozen=True, slots=True)
class ChargerSpec:
    """One charger as it hangs on the wall; currents are AC per phase."""

    id: str
    device: Device
    min_a: float
    max_a: float
    step_a: float
    wiring: tuple[int, ...]
    """Grid phase 0..2 of each terminal."""
    reroutes: Reroutes = "never"
    failsafe_a: float = inf
    """In silence [A]; inf: none is set, it goes on as it was told last."""
    failsafe_after_s: float = inf
    kw_factor: float = 1.0
    """Power factor at the grid; 1 for AC points."""
    conversion: float = 1.0
    """From the grid to the car's plug; 1 for AC points."""

    def quantised_a(self, current_a: float) -> float:
        """What the device makes of a current [A]: 0, or rounded down to its own steps within its range."""
        told_a = floor(current_a / self.step_a + _EPS) * self.step_a
        return 0.0 if told_a < self.min_a - _EPS else min(told_a, self.max_a)


class Chargers:
    """State of all chargers in arrays of shape (chargers,); times are seconds since the start.

    After a start or a reboot a charger has heard nothing: it offers its failsafe current, or its most
    where it has none. ``offer_a`` is what the pilot signal says; ``told_a`` what a read-back says.
    """

    def __init__(self, specs: Sequence[ChargerSpec]) -> None:
        self.specs = tuple(specs)
        count = len(self.specs)
        self.told_a: FloatArray = np.array([spec.max_a for spec in specs])
        self.limit_a = self.told_a.copy()
        """In effect: told, and arrived at the pilot signal."""
        self.failsafe_a: FloatArray = np.array([spec.failsafe_a for spec in specs])
        self.after_s: FloatArray = np.array([spec.failsafe_after_s for spec in specs])
        self.fed_s: FloatArray = np.full(count, _NEVER_S)
        self.blocked_until_s: FloatArray = np.full(count, -inf)
        """Contactor open for a change of phases, or the device boots."""
        self.down_until_s: FloatArray = np.full(count, -inf)
        """No link before this, because it boots."""
        self.link_up: BoolArray = np.ones(count, dtype=bool)
        self.deaf: BoolArray = np.zeros(count, dtype=bool)
        """Confirms what it is told and does not do it."""
        self.fallen_a: FloatArray = np.full(count, inf)
        """What a watchdog that somebody else keeps lets it offer; inf: everything."""
        self.extra_delay_s: FloatArray = np.zeros(count)
        self.terminals: list[tuple[int, ...]] = [tuple(range(len(spec.wiring))) for spec in specs]
        self.energised: BoolArray = np.zeros((count, 3), dtype=bool)
        """Grid phases on the terminals in use; shape (chargers, 3)."""
        for index in range(count):
            self._energise(index, self.terminals[index])
        self.switches = np.zeros(count, dtype=np.int64)
        self.offer_a: FloatArray = np.zeros(count)
        self._resumes: BoolArray = np.array([spec.device.resumes_paused for spec in specs])
        self._due: list[tuple[float, int, int, float]] = []
        self._writes = 0
        self.changes = 0
        """How often the offers were computed anew."""
        self._look_again_s = -inf

    def reachable(self, now_s: float) -> BoolArray:
        """Which answer at all."""
        up: BoolArray = self.link_up & (self.down_until_s <= now_s)
        return up

    def set_limit(self, index: int, current_a: float, now_s: float) -> bool:
        """Tell one charger its current [A]; False where it cannot be reached."""
        if not self.reachable(now_s)[index]:
            return False
        spec = self.specs[index]
        told_a = spec.quantised_a(current_a)
        self.told_a[index] = told_a
        if spec.device.fed_by != "feed":
            self.feed_one(index, now_s)
        if not self.deaf[index]:
            self._writes += 1
            due_s = now_s + spec.device.write_delay_s + self.extra_delay_s[index]
            heappush(self._due, (due_s, self._writes, index, told_a))
        return True

    def set_failsafe(self, index: int, current_a: float, after_s: float, now_s: float) -> bool:
        """Write what one charger does in silence: current [A] after so many seconds."""
        if not self.reachable(now_s)[index]:
            return False
        self.failsafe_a[index] = self.specs[index].quantised_a(current_a)
        self.after_s[index] = after_s
        self.feed_one(index, now_s)
        return True

    def feed_one(self, index: int, now_s: float) -> None:
        """Keep the watchdog of one reachable charger quiet."""
        self.fed_s[index] = now_s
        self._look_again_s = -inf

    def fall(self, index: int, current_a: float) -> None:
        """Offer at most this [A] whatever it was told, or all of that again with inf."""
        if self.fallen_a[index] != current_a:
            self.fallen_a[index] = current_a
            self._look_again_s = -inf

    def feed(self, which: BoolArray, now_s: float) -> None:
        """Keep the watchdogs of all reachable ones among ``which`` quiet."""
        fed = which & self.reachable(now_s)
        woken = fed & (now_s - self.fed_s >= self.after_s)
        self.fed_s[fed] = now_s
        if woken.any():
            self._look_again_s = -inf

    def set_terminals(self, index: int, terminals: tuple[int, ...], now_s: float) -> bool:
        """Energise only these terminals, in the order of the car's pins; opens the contactor meanwhile.

        False where the charger cannot be reached, ValueError where it cannot do that.
        """
        spec = self.specs[index]
        if not _possible(spec, terminals):
            raise ValueError(f"charger '{spec.id}' cannot energise its terminals {terminals} alone")
        if not self.reachable(now_s)[index]:
            return False
        if terminals != self.terminals[index] and not self.deaf[index]:
            self._energise(index, terminals)
            self.switches[index] += 1
            self.block(index, now_s + spec.device.dead_s)
        return True

    def _energise(self, index: int, terminals: tuple[int, ...]) -> None:
        self.terminals[index] = terminals
        self.energised[index] = False
        self.energised[index, [self.specs[index].wiring[terminal] for terminal in terminals]] = True

    def look_again(self) -> None:
        """Compute the offers anew in the next second."""
        self._look_again_s = -inf

    def block(self, index: int, until_s: float) -> None:
        """No offer from one charger before ``until_s``."""
        self.blocked_until_s[index] = max(until_s, self.blocked_until_s[index])
        self._look_again_s = -inf

    def reboot(self, index: int, now_s: float) -> None:
        """Forget everything and be away for a while; nobody has fed the watchdog when it comes back."""
        spec = self.specs[index]
        self.down_until_s[index] = now_s + spec.device.reboot_s
        self.block(index, now_s + spec.device.reboot_s)
        self.fed_s[index] = _NEVER_S
        self.told_a[index] = self.limit_a[index] = spec.max_a
        self._energise(index, tuple(range(len(spec.wiring))))
        self._due = sorted(entry for entry in self._due if entry[2] != index)

    def advance(self, now_s: float) -> bool:
        """Bring the offers up to ``now_s``; whether any of them may have changed."""
        while self._due and self._due[0][0] <= now_s:
            _, _, index, told_a = heappop(self._due)
            self.limit_a[index] = told_a
            self._look_again_s = -inf
        if now_s < self._look_again_s:
            return False
        self.changes += 1
        expiry_s = self.fed_s + self.after_s
        silent = (expiry_s <= now_s) & np.isfinite(self.failsafe_a)
        quiet_a = np.where(self._resumes | (self.limit_a > 0), self.failsafe_a, 0.0)
        blocked = self.blocked_until_s > now_s
        open_a = np.minimum(np.where(silent, quiet_a, self.limit_a), self.fallen_a)
        self.offer_a = np.where(blocked, 0.0, open_a)
        self._look_again_s = min(_next_after(expiry_s, now_s), _next_after(self.blocked_until_s, now_s))
        return True


def _next_after(times_s: FloatArray, now_s: float) -> float:
    """The earliest of some times that lies ahead; inf where none does."""
    return float(np.min(times_s, initial=inf, where=times_s > now_s))


def _possible(spec: ChargerSpec, terminals: tuple[int, ...]) -> bool:
    """Whether a charger can energise just these terminals."""
    everything = tuple(range(len(spec.wiring)))
    if spec.reroutes == "any":
        return bool(terminals) and set(terminals) <= set(everything)
    return terminals == everything or (spec.reroutes == "first_or_all" and terminals == everything[:1])
