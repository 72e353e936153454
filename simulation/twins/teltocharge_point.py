"""How a TeltoCharge EVC2 behaves as a secondary: limits, phases, session, watchdog.

Facts: Teltonika's wiki page "Dynamic Load Balancing EVC2", section on the Modbus RTU interface.
Where it is silent, the harder behaviour for whoever controls it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from simulation.twins.physics import CarState, Clock, PointPhysics, PointReading

PHASES_BY_CODE: dict[int, tuple[int, ...]] = {
    0: (0,),
    1: (1,),
    2: (2,),
    3: (0, 1),
    4: (0, 2),
    5: (1, 2),
    6: (0, 1, 2),
    7: (),
}
"""Terminals by the code of registers 13 and 14."""
ALL_PHASES, NO_PHASE = 6, 7
LEAVE, STOP, START = 0, 1, 2
"""What register 16 asks of a session."""


class OnSilence(Enum):
    """What happens when the watchdog runs out; the maker's text says one thing, its register 20 the other."""

    FAILSAFE = "offer the failsafe current"
    STOP = "stop charging"


class Cause(Enum):
    """What limits the current, by the code of register 36."""

    HARDWARE = 0
    GRID = 1
    USER = 2
    LOAD_BALANCE = 6


@dataclass(frozen=True, slots=True)
class EvcSettings:
    """What the installer has set."""

    amp_limit_a: int = 16
    """Register 12 [A]."""
    grid_max_a: int = 32
    """Register 28 [A]."""
    user_max_a: int = 32
    """Register 29 [A]."""
    three_phases: bool = True
    phase_change: bool = True
    needs_authorization: bool = False
    phase_change_s: float = 10.0
    """From phases to other phases, nothing offered [s]."""
    on_silence: OnSilence = OnSilence.FAILSAFE


class EvcPoint:
    """The charger's mind; times are those of the clock it was given."""

    def __init__(self, physics: PointPhysics, clock: Clock, settings: EvcSettings) -> None:
        self.settings = settings
        self.warnings = 0
        """Bits of register 34."""
        self.errors = 0
        """Bits of register 35; any of them stops charging."""
        self._physics = physics
        self._clock = clock
        self.restart()

    def restart(self) -> None:
        """Begin as after power came back; what was written is forgotten."""
        self.phase_code = ALL_PHASES if self.settings.three_phases else 0
        self.amps_a = self.settings.amp_limit_a
        self.session_request = LEAVE
        self.authorized = False
        self.lock_mode = 0
        self.timeout_s = 30
        self.failsafe_a = 6
        self.stopped = False
        self._heard_s = self._clock()
        self._switching_until_s = self._heard_s
        self._charged = False
        self._state_since = (0, self._heard_s)
        self.seen = self._physics.read()

    def heard(self) -> None:
        """A valid frame for this charger has come: the watchdog starts again."""
        self._heard_s = self._clock()

    def tick(self) -> PointReading:
        """Look at watchdog and car, and signal the offer."""
        self.seen = self._physics.read()
        if self.seen.car is CarState.AWAY:
            self.stopped = self.authorized = self._charged = False
        offer_a = self.offer_a
        signal = self._physics.fall if self.silent else self._physics.offer
        signal(float(offer_a), PHASES_BY_CODE[self.phase_code] if offer_a else ())
        self.seen = self._physics.read()
        self._charged = self._charged or sum(self.seen.current_a) > 0
        if self.state != self._state_since[0]:
            self._state_since = (self.state, self._clock())
        return self.seen

    def use_phases(self, code: int) -> None:
        """Write register 14: a car that charges is taken off and put on the other phases."""
        if code != self.phase_code and self.seen.car is CarState.ASKS and self.offer_a:
            self._switching_until_s = self._clock() + self.settings.phase_change_s
        self.phase_code = code

    def ask_session(self, request: int) -> None:
        """Write register 16."""
        self.session_request = request
        if request != LEAVE:
            self.stopped = request == STOP

    @property
    def silent(self) -> bool:
        """Whether the watchdog has run out; 0 s is no watchdog."""
        return self.timeout_s > 0 and self._clock() - self._heard_s >= self.timeout_s

    @property
    def permitted(self) -> bool:
        """Whether somebody has allowed the session, or nobody needs to."""
        return self.authorized or not self.settings.needs_authorization

    @property
    def offer_a(self) -> int:
        """What is signalled to the car [A]."""
        if not self._may_charge or (self.silent and self.settings.on_silence is OnSilence.STOP):
            return 0
        limit_a = min(self._limits_a().values())
        return limit_a if limit_a >= 6 else 0

    @property
    def cause(self) -> Cause:
        """What limits the current."""
        limits_a = self._limits_a()
        return min(limits_a, key=lambda cause: limits_a[cause])

    @property
    def state(self) -> int:
        """Register 6, state of the charger."""
        if self.errors or self.seen.car is CarState.FAULT:
            return 8
        if self.seen.car is CarState.AWAY:
            return 7
        if not self.permitted:
            return 5
        if not self.offer_a:
            return 2 if self._charged else 3
        if self.seen.car is CarState.ASKS:
            return 0
        return 4 if self._charged else 1

    @property
    def state_s(self) -> float:
        """How long it has been in that state [s]."""
        return self._clock() - self._state_since[1]

    @property
    def _may_charge(self) -> bool:
        here = self.seen.car in {CarState.WAITS, CarState.ASKS}
        ready = not self.errors and not self.stopped and self.permitted
        return here and ready and self.phase_code != NO_PHASE and self._clock() >= self._switching_until_s

    def _limits_a(self) -> dict[Cause, int]:
        return {
            Cause.LOAD_BALANCE: self.failsafe_a if self.silent else self.amps_a,
            Cause.HARDWARE: self.settings.amp_limit_a,
            Cause.GRID: self.settings.grid_max_a,
            Cause.USER: self.settings.user_max_a,
        }
