"""Faults of the plant as they show on the wires: links that go away, controllers that restart.

What a meter says wrong, and what a charger does wrong, the plant does by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Protocol, runtime_checkable

from simulation.plant.fault import FaultKind, PlantFault
from simulation.plant.plant import Plant
from simulation.twins.faults import Fault
from simulation.twins.faults import FaultKind as OnWire
from simulation.twins.host import TwinHost
from simulation.twins.modbus_rtu import ModbusRtuBus
from simulation.twins.served import Served

_AWAY: Final = frozenset({FaultKind.METER_LOST, FaultKind.CHARGER_LOST, FaultKind.CHARGER_REBOOT})


@runtime_checkable
class _Restarts(Protocol):
    """A twin that forgets what it does not keep."""

    def reboot(self) -> None: ...


class WireFaults:
    """Lets the devices of a host go away and come back as the plant's faults say; asked every second of it.

    A device with a port of its own refuses connections, and so do all points of its controller; one on a
    serial bus is silent.
    """

    def __init__(self, plant: Plant, host: TwinHost) -> None:
        self._plant, self._host = plant, host
        self._until_s: dict[PlantFault, float] = {}
        self._over: set[PlantFault] = set()
        self._last: dict[int, asyncio.Task[None]] = {}

    def tick(self) -> None:
        """Begin and end what begins and ends in this second."""
        for fault in self._plant.faults.active:
            if fault.kind in _AWAY and fault not in self._until_s:
                self._until_s[fault] = self._end_s(fault)
                self._begin(fault)
        for fault, until_s in self._until_s.items():
            if self._plant.now_s >= until_s and fault not in self._over:
                self._over.add(fault)
                self._end(fault)

    def _begin(self, fault: PlantFault) -> None:
        served = self._served(fault)
        if served is None:
            return
        if fault.kind is FaultKind.CHARGER_REBOOT and isinstance(served.twin, _Restarts):
            served.twin.reboot()
        if isinstance(served.server, ModbusRtuBus):
            served.faults.command(Fault(OnWire.SILENT, answers=None))
        else:
            self._in_turn(served, served.server.stop)

    def _end(self, fault: PlantFault) -> None:
        served = self._served(fault)
        if served is None:
            return
        if isinstance(served.server, ModbusRtuBus):
            served.faults.clear()
        else:
            self._in_turn(served, served.server.start)

    def _in_turn(self, served: Served, work: Callable[[], Awaitable[None]]) -> None:
        """Do it after what was begun with this server before."""
        before = self._last.get(id(served.server))

        async def do() -> None:
            if before is not None:
                await asyncio.wait([before])
            await work()

        self._last[id(served.server)] = asyncio.ensure_future(do())

    def _served(self, fault: PlantFault) -> Served | None:
        """The twin of its device; none where it has none."""
        is_meter = fault.kind is FaultKind.METER_LOST
        if ("meter" if is_meter else "charger", fault.device) in self._host.without_twin:
            return None
        return self._host.meter(fault.device) if is_meter else self._host.charger(fault.device)

    def _end_s(self, fault: PlantFault) -> float:
        """The second of the plant in which it is back."""
        if fault.kind is not FaultKind.CHARGER_REBOOT:
            return fault.until_s
        row = self._plant.wires.charger_ids.index(fault.device)
        return float(self._plant.chargers.down_until_s[row])
