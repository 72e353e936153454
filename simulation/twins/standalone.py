"""A simple car and a simple connection, for twins that stand alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from simulation.twins.physics import (
    NONE,
    CarState,
    Clock,
    Demand,
    MeterReading,
    PointReading,
    Three,
)


@dataclass(frozen=True, slots=True)
class Car:
    """What a car on the plug can take."""

    max_current_a: float = 16.0
    """Per phase [A]."""
    pins: tuple[int, ...] = (0, 1, 2)
    """Terminals that it has pins for."""
    wants_kwh: float = float("inf")
    """Energy that it still takes [kWh]."""
    delay_s: float = 0.0
    """From a changed offer to a changed draw [s]; IEC 61851-1 allows 5."""


class SimplePoint:
    """A plug with at most one car, which follows the offer after its delay."""

    def __init__(self, clock: Clock, voltage_v: float = 230.0) -> None:
        self._clock = clock
        self._at_s = clock()
        self._voltage_v = voltage_v
        self._car: Car | None = None
        self._offer: tuple[float, tuple[int, ...]] = (0.0, ())
        self._coming: list[tuple[float, tuple[float, tuple[int, ...]]]] = []
        self._total_kwh = 0.0
        self._begin_session()

    def plug(self, car: Car) -> None:
        """Put a car on the plug."""
        self._pass_time()
        self._car = car
        self._begin_session()

    def unplug(self) -> None:
        """Take the car away."""
        self._pass_time()
        self._car = None

    def offer(self, current_a: float, terminals: tuple[int, ...]) -> None:
        """Signal a current per phase [A]; the car follows after its delay."""
        self._pass_time()
        latest = self._coming[-1][1] if self._coming else self._offer
        if (current_a, terminals) != latest:
            delay_s = self._car.delay_s if self._car else 0.0
            self._coming.append((self._at_s + delay_s, (current_a, terminals)))
            self._pass_time()

    def fall(self, current_a: float, terminals: tuple[int, ...]) -> None:
        """The same: this point does what it is told."""
        self.offer(current_a, terminals)

    def read(self) -> PointReading:
        """What is measured now."""
        self._pass_time()
        current_a = self._draw_a()
        volts = (self._voltage_v,) * 3
        return PointReading(
            car=self._state(),
            voltage_v=volts,
            current_a=current_a,
            power_w=_times(volts, current_a),
            total_kwh=self._total_kwh,
            session_kwh=self._session_kwh,
            connected_s=self._at_s - self._since_s if self._car else 0.0,
            charging_s=self._charging_s,
        )

    def _begin_session(self) -> None:
        self._since_s = self._at_s
        self._session_kwh = 0.0
        self._charging_s = 0.0

    def _state(self) -> CarState:
        if self._car is None:
            return CarState.AWAY
        return CarState.ASKS if self._session_kwh < self._car.wants_kwh else CarState.WAITS

    def _draw_a(self) -> Three:
        offered_a, terminals = self._offer
        if self._car is None or self._state() is not CarState.ASKS or offered_a < 6:
            return NONE
        drawn_a = min(offered_a, self._car.max_current_a)
        used = set(terminals) & set(self._car.pins)
        return (drawn_a * (0 in used), drawn_a * (1 in used), drawn_a * (2 in used))

    def _pass_time(self) -> None:
        """Go on to now, piece by piece where an offer took effect on the way."""
        now_s = self._clock()
        while self._coming and self._coming[0][0] <= now_s:
            at_s, offer = self._coming.pop(0)
            self._go_on_to(at_s)
            self._offer = offer
        self._go_on_to(now_s)

    def _go_on_to(self, at_s: float) -> None:
        passed_s = max(0.0, at_s - self._at_s)
        draw_a = self._draw_a()
        kwh = sum(draw_a) * self._voltage_v / 1000 * passed_s / 3600
        self._charging_s += passed_s if kwh > 0 else 0.0
        self._session_kwh += kwh
        self._total_kwh += kwh
        self._at_s = max(at_s, self._at_s)


class SimpleMeter:
    """A connection with a set base load and what else draws from it by phase [A]."""

    def __init__(
        self,
        clock: Clock,
        draws: Sequence[Callable[[], Three]] = (),
        base_a: Three = NONE,
        began: datetime = datetime(2026, 1, 1, tzinfo=UTC),
        voltage_v: float = 230.0,
    ) -> None:
        self.base_a = base_a
        """What the house draws by phase [A], negative where it feeds in."""
        self.demand: Demand | None = None
        """The quarter-hour values of a Belgian meter."""
        self._clock = clock
        self._began_s = self._at_s = clock()
        self._began = began
        self._draws = tuple(draws)
        self._voltage_v = voltage_v
        self._import_kwh: Three = NONE
        self._export_kwh: Three = NONE
        self._netted_kwh = (0.0, 0.0)

    def read(self) -> MeterReading:
        """What is measured now; energy since the last reading counts with the present power."""
        now_s = self._clock()
        draws = [draw() for draw in self._draws]
        amps = _three([self.base_a[k] + sum(draw[k] for draw in draws) for k in range(3)])
        watts = _times((self._voltage_v,) * 3, amps)
        hours = (now_s - self._at_s) / 3600
        self._at_s = now_s
        self._import_kwh = _grown(self._import_kwh, watts, hours)
        self._export_kwh = _grown(self._export_kwh, _times((-1.0,) * 3, watts), hours)
        net_kwh = sum(watts) / 1000 * hours
        bought_kwh, sold_kwh = self._netted_kwh
        self._netted_kwh = (bought_kwh + max(0.0, net_kwh), sold_kwh + max(0.0, -net_kwh))
        return MeterReading(
            at=self._began + timedelta(seconds=now_s - self._began_s),
            voltage_v=(self._voltage_v,) * 3,
            current_a=amps,
            power_w=watts,
            import_kwh=self._import_kwh,
            export_kwh=self._export_kwh,
            netted_import_kwh=self._netted_kwh[0],
            netted_export_kwh=self._netted_kwh[1],
            demand=self.demand,
        )


def _three(values: list[float]) -> Three:
    first, second, third = values
    return (first, second, third)


def _times(a: Three, b: Three) -> Three:
    return (a[0] * b[0], a[1] * b[1], a[2] * b[2])


def _grown(kwh: Three, watts: Three, hours: float) -> Three:
    return _three([old + max(0.0, w) / 1000 * hours for old, w in zip(kwh, watts, strict=True)])
