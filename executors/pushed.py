"""The last reading of a meter that sends by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from domain.errors import DeviceSilent
from executors.readings import MeterReading

OLDEST_S: Final = 15.0
"""After so long nothing is given any more [s]; the slowest utility meters send every 10 s."""


class LastReading:
    """Keeps the last reading with the time at which it came, and gives it while it is young."""

    def __init__(self, name: str, clock: Callable[[], float]) -> None:
        self._name, self._clock = name, clock
        self._last: MeterReading | None = None
        self.trouble = "nothing came yet"
        """Why nothing comes, in words."""

    def put(self, reading: MeterReading) -> None:
        """Keep a new reading."""
        self._last = reading

    def get(self) -> MeterReading:
        """The last reading; ``DeviceSilent`` where there is none or it is too old."""
        if self._last is None:
            raise DeviceSilent(f"{self._name}: {self.trouble}")
        age_s = self._clock() - self._last.sampled_s
        if age_s > OLDEST_S:
            raise DeviceSilent(f"{self._name}: nothing came for {age_s:.0f} s; {self.trouble}")
        return self._last
