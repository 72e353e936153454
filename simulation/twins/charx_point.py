"""One charging point of a CHARX SEC controller: release, limit, watchdog, and what it offers the car.

Facts: Phoenix Contact, UM EN CHARX SEC, Rev. 08, appendix B3; Veton's page on energy management.
Where they are silent, the harder behaviour for whoever controls it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

from simulation.twins.physics import TERMINALS, CarState, Clock, PointPhysics, PointReading

LOWEST_A, HIGHEST_A = 6, 80
"""What X301 takes; anything else withdraws the release."""
WATCHDOG_OFF = 65535
NO_CAP_A = 65535


class ReleaseMode(IntEnum):
    """Who releases charging (X120)."""

    DASHBOARD = 0
    WHITELIST = 1
    EXTERNAL = 2
    PERMANENT = 3
    OCPP = 4
    MODBUS = 5


class FedBy(Enum):
    """What feeds the watchdog; the manual says that the timer starts again when it is written."""

    TIMER_WRITE = "a write of the timer"
    ANY_WRITE = "any write to the point"
    ANY_FRAME = "any frame"


@dataclass(frozen=True, slots=True)
class PointSettings:
    """What the installer has set."""

    max_current_a: int = 16
    """X101 [A]."""
    min_current_a: int = 6
    """X102 [A]."""
    cable_a: int = 32
    """X298 [A]."""
    release_mode: ReleaseMode = ReleaseMode.MODBUS
    released_otherwise: bool = True
    """Whether charging is released where that is not up to Modbus."""
    bound_to_circuit: bool = False
    """The internal load management gives it a share."""
    keeps_own_limit: bool = False
    """X301 holds beside the share; else the share is written into it. The manual does not say which."""
    phases_known: bool = True
    """Phase rotation is set; without it currents read -1."""
    uid: str = "CP0001"
    fed_by: FedBy = FedBy.TIMER_WRITE


class CharxPoint:
    """A point; times are those of the clock it was given."""

    def __init__(self, physics: PointPhysics, clock: Clock, settings: PointSettings) -> None:
        self.settings = settings
        self.sticks_at_zero = False
        """Firmware fault on command: once X301 is 0 it stays so until the point restarts."""
        self._physics = physics
        self._clock = clock
        self.restart()

    def restart(self) -> None:
        """Begin as after power came back; what was written is forgotten."""
        self.released = True
        self.limit_a = self.settings.max_current_a
        self.share_a = self.settings.max_current_a
        self.outputs = 0
        self.locked = False
        self.available = True
        self.fallback_a = LOWEST_A
        self.timeout_s = WATCHDOG_OFF
        self.fallen_back = False
        self._fed_s = self._clock()
        self.seen = self._physics.read()

    @property
    def offer_a(self) -> int:
        """What is signalled to the car, whole amps (X297)."""
        if self.seen.car in {CarState.AWAY, CarState.FAULT} or not self._in_service:
            return 0
        limit_a = self.fallback_a if self.fallen_back else self._allowed_a
        limit_a = min(limit_a, self.share_a, self.settings.max_current_a, self.settings.cable_a)
        return limit_a if limit_a >= self.settings.min_current_a else 0

    @property
    def status(self) -> str:
        """Vehicle status (X299); 1: no PWM, 2: PWM, as in IEC 61851-1."""
        if self.seen.car is CarState.FAULT:
            return "E0"
        if not self._in_service:
            return "F0"
        return f"{self.seen.car.value}{2 if self.offer_a else 1}"

    def tick(self) -> PointReading:
        """Look at watchdog and car, and signal the offer."""
        silent_s = self._clock() - self._fed_s
        if self.timeout_s != WATCHDOG_OFF and silent_s >= self.timeout_s:
            self.fallen_back = True
        self.seen = self._physics.read()
        signal = self._physics.fall if self.fallen_back else self._physics.offer
        signal(float(self.offer_a), TERMINALS if self.offer_a else ())
        self.seen = self._physics.read()
        return self.seen

    def heard(self, written: bool) -> None:
        """A frame for this point has come."""
        if self.settings.fed_by is FedBy.ANY_FRAME or (written and self.settings.fed_by is FedBy.ANY_WRITE):
            self._feed()

    def set_limit(self, amps: int) -> None:
        """Write X301."""
        if not (self.sticks_at_zero and self.limit_a == 0):
            self.limit_a = amps

    def give_share(self, amps: int) -> None:
        """What the load management gives it."""
        if self.settings.keeps_own_limit:
            self.share_a = amps
        else:
            self.set_limit(amps)

    def set_timeout(self, seconds: int) -> None:
        """Write X307, which starts the timer again."""
        self.timeout_s = seconds
        self._feed()

    @property
    def _in_service(self) -> bool:
        return self.available or self.settings.release_mode is not ReleaseMode.MODBUS

    @property
    def _allowed_a(self) -> int:
        """What the last commands allow [A]; 0 without a release."""
        by_modbus = self.settings.release_mode is ReleaseMode.MODBUS
        released = self.released if by_modbus else self.settings.released_otherwise
        return self.limit_a if released and LOWEST_A <= self.limit_a <= HIGHEST_A else 0

    def _feed(self) -> None:
        self._fed_s = self._clock()
        self.fallen_back = False
