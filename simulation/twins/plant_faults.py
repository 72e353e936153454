"""Faults of the plant as they show on the wires: links that go away, controllers that restart.

What a meter says wrong, and what a charger does wrong, the plant does by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol, runtime_checkable

from simulation.plant.fault import FaultKind, PlantFault
from simulation.plant.plant import Plant
from simulation.twins.faults import Fault
from simulation.twins.faults import FaultKind as OnWire
from simulation.twins.host import TwinHost
from simulation.twins.served import Served

_FOR_EVER_S: Final = 1e6


@runtime_checkable
class _GoesAway(Protocol):
    """A server that can refuse connections for a while."""

    def away(self, seconds: float) -> None: ...


@runtime_checkable
class _Restarts(Protocol):
    """A twin that forgets what it does not keep."""

    def reboot(self) -> None: ...


class WireFaults:
    """Brings the servers of a host into the state that the plant's faults make; ask it every second."""

    def __init__(self, plant: Plant, host: TwinHost, speed: float) -> None:
        """``speed``: seconds of the plant in a real one."""
        self._plant, self._host, self._speed = plant, host, speed
        self._on: tuple[PlantFault, ...] = ()

    def tick(self) -> None:
        """Begin and end what has begun and ended in the plant."""
        active = self._plant.faults.active
        if active is self._on:
            return
        for fault in active:
            if fault not in self._on and fault.kind in _BEGINS and (served := self._served(fault)):
                _BEGINS[fault.kind](served, self._real_s(fault))
        for fault in self._on:
            if fault not in active and fault.kind in _BEGINS and (served := self._served(fault)):
                served.faults.clear()
        self._on = active

    def _served(self, fault: PlantFault) -> Served | None:
        """The twin of its device; none where it has none."""
        is_meter = fault.kind is FaultKind.METER_LOST
        if ("meter" if is_meter else "charger", fault.device) in self._host.without_twin:
            return None
        return self._host.meter(fault.device) if is_meter else self._host.charger(fault.device)

    def _real_s(self, fault: PlantFault) -> float:
        """How long the device is away, real seconds [s]."""
        until_s = fault.until_s
        if fault.kind is FaultKind.CHARGER_REBOOT:
            row = self._plant.wires.charger_ids.index(fault.device)
            until_s = float(self._plant.chargers.down_until_s[row])
        return min((until_s - self._plant.now_s) / self._speed, _FOR_EVER_S)


def _lost(served: Served, real_s: float) -> None:
    """No connection; on a shared bus it does not hear what is asked."""
    if isinstance(served.server, _GoesAway):
        served.server.away(real_s)
    else:
        served.faults.command(Fault(OnWire.SILENT, answers=None))


def _reboots(served: Served, real_s: float) -> None:
    """It forgets and is away; on a bus from the next question on."""
    if isinstance(served.server, _GoesAway):
        if isinstance(served.twin, _Restarts):
            served.twin.reboot()
        served.server.away(real_s)
    else:
        served.faults.command(Fault(OnWire.REBOOT, seconds=real_s))


_BEGINS: Final[dict[FaultKind, Callable[[Served, float], None]]] = {
    FaultKind.METER_LOST: _lost,
    FaultKind.CHARGER_LOST: _lost,
    FaultKind.CHARGER_REBOOT: _reboots,
}
