"""A meter that shows a new value once a period, as P1 meters do."""

from __future__ import annotations

import math

from simulation.twins.physics import Clock, MeterPhysics, MeterReading


class Sampled:
    """Another place of measurement, looked at once a period and not in between."""

    def __init__(self, physics: MeterPhysics, clock: Clock, period_s: float) -> None:
        self.frozen = False
        """Fault on command: the last value is shown for ever, with its time."""
        self.period_s = period_s
        """Seconds between two values."""
        self._physics = physics
        self._clock = clock
        self._reading = physics.read()
        self._sample = self._number()

    @property
    def sample(self) -> int:
        """A number that changes with each value."""
        self.read()
        return self._sample

    def read(self) -> MeterReading:
        """The value of this period."""
        number = self._number()
        if number != self._sample and not self.frozen:
            self._reading = self._physics.read()
            self._sample = number
        return self._reading

    def _number(self) -> int:
        return math.floor(self._clock() / self.period_s)
