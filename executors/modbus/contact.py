"""The grid operator's signal from a contact on a Modbus device: a coil or a discrete input."""

from __future__ import annotations

from dataclasses import dataclass

from executors.modbus.link import BitTable, ModbusLink
from executors.readings import SignalReading


@dataclass(frozen=True, slots=True)
class Contact:
    """One bit of a device. With ``invert`` an open contact is the signal, so that a cut wire is one too."""

    link: ModbusLink
    unit: int
    table: BitTable
    address: int
    invert: bool = False

    async def read(self) -> SignalReading:
        """What the contact says now; a ``DeviceError`` where it cannot be asked."""
        asked_s = self.link.clock()
        closed = await self.link.read_bit(self.unit, self.table, self.address)
        return SignalReading(asked_s, closed != self.invert)
