"""Cars that are offered current and draw none: woken up a few times, then counted as not taking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from executors.tracking.arrays import Bools, Floats, Ints

PATIENCE_S: Final = 90.0
"""So long an offer may stay unused before the car counts as asleep [s]."""
PAUSES_S: Final = (10.0, 30.0, 60.0)
"""Length of the pause in each try [s]: some cars wake up when the offer comes back."""
_PAUSE_S: Final = np.array(PAUSES_S)


@dataclass(frozen=True, slots=True)
class Waking:
    """Memory of cars that do not draw; arrays over chargers, times monotonic."""

    unused_since_s: Floats
    """Since when an offer is unused; NaN while it is used or there is none."""
    tries: Ints
    paused_since_s: Floats
    """Begin of the pause of a try; NaN outside."""
    drew: Bools
    """The car has drawn in this session."""
    not_taking: Bools
    """All tries were in vain."""

    @property
    def pausing(self) -> Bools:
        """The offer is withdrawn for a moment."""
        paused: Bools = ~np.isnan(self.paused_since_s)
        return paused

    @property
    def raised(self) -> Bools:
        """A try is under way and the offer should be as high as it can be."""
        awake: Bools = (self.tries > 0) & ~self.not_taking & ~self.pausing
        return awake

    @property
    def full(self) -> Bools:
        """It drew before and stopped by itself."""
        ended: Bools = self.not_taking & self.drew
        return ended


def first_waking(count: int) -> Waking:
    """Nobody asleep."""
    nan, no = np.full(count, np.nan), np.zeros(count, dtype=np.bool_)
    return Waking(nan, np.zeros(count, dtype=np.int64), nan, no, no)


def next_waking(
    waking: Waking, here: Bools, offered: Bools, draws: Bools, unknown: Bools, mono_s: float
) -> Waking:
    """One second of watching. ``offered``: the charger says that it offers; ``draws``: current flows;
    ``unknown``: nobody measures it, so that nobody can call it asleep.
    """
    fresh = ~here | draws | unknown
    tries = np.where(fresh, 0, waking.tries)
    paused_s = np.where(fresh, np.nan, waking.paused_since_s)
    wait_s = _PAUSE_S[np.clip(tries - 1, 0, len(PAUSES_S) - 1)]
    over = mono_s - paused_s >= wait_s
    paused_s = np.where(over, np.nan, paused_s)
    unused = offered & ~draws & here & ~unknown & np.isnan(paused_s)
    since_s = np.where(
        unused, np.where(np.isnan(waking.unused_since_s), mono_s, waking.unused_since_s), np.nan
    )
    asleep = unused & (mono_s - since_s >= PATIENCE_S)
    last = asleep & (tries >= len(PAUSES_S))
    again = asleep & ~last & ~waking.not_taking
    return Waking(
        unused_since_s=np.where(again, np.nan, since_s),
        tries=tries + again,
        paused_since_s=np.where(again, mono_s, paused_s),
        drew=(waking.drew | draws) & here,
        not_taking=(waking.not_taking & ~fresh) | last,
    )
