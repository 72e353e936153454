"""The daemon's clocks together: monotonic, of the walls, and sleeping; all of them may run fast."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Clocks:
    """Time as the daemon sees it. At ``speed`` 1 it is the machine's own; ``began``: both clocks' zero of a
    fast one (monotonic, then wall) [s].
    """

    speed: float = 1.0
    began: tuple[float, float] = (0.0, 0.0)

    def mono_s(self) -> float:
        """Monotonic seconds."""
        return self.began[0] + (time.monotonic() - self.began[0]) * self.speed

    def wall_s(self) -> float:
        """Seconds since 1970."""
        if self.speed == 1.0:
            return time.time()
        return self.began[1] + (self.mono_s() - self.began[0])

    def now(self) -> datetime:
        """The moment, UTC, whole seconds."""
        return datetime.fromtimestamp(int(self.wall_s()), UTC)

    async def sleep(self, seconds: float) -> None:
        """Let so many of these seconds pass."""
        await asyncio.sleep(seconds / self.speed)
