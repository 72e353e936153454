"""A device that answers Modbus questions, and what a fault makes of its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from simulation.twins.faults import NOISE, Fault, FaultBox, FaultKind
from simulation.twins.modbus_pdu import exception


class ModbusDevice(Protocol):
    """What a server needs of a device."""

    faults: FaultBox

    def hears(self, unit: int) -> bool:
        """Whether a question to this unit is meant for it."""
        ...

    def answer(self, question: bytes) -> bytes:
        """What it answers; the question has been carried out then."""
        ...

    def tick(self) -> None:
        """Let time go on to now where nobody asks."""
        ...

    def reboot(self) -> None:
        """Forget what it does not keep."""
        ...


@dataclass(frozen=True, slots=True)
class Sending:
    """What a server does with one answer."""

    data: bytes = b""
    """Empty: nothing is sent."""
    late_s: float | None = None
    """Sent so much later, and nothing waits for it [s]."""
    gap_s: float = 0.0
    """Between two bytes [s]; 0 sends them at once."""
    hang_up: bool = False
    away_s: float | None = None
    """The device restarts and is away so long [s]."""


NOTHING = Sending()

Frame = Callable[[int, bytes], bytes]
"""Unit and answer to a frame."""


def sending(device: ModbusDevice, unit: int, question: bytes, frame: Frame) -> Sending:
    """Carry a question out and frame its answer, as well as the device's next fault lets it."""
    fault = device.faults.take()
    if fault is None:
        return Sending(frame(unit, device.answer(question)))
    return _SPOILS[fault.kind](fault, device, unit, question, frame)


_Spoil = Callable[[Fault, ModbusDevice, int, bytes, Frame], Sending]


def _refused(fault: Fault, _: ModbusDevice, unit: int, question: bytes, frame: Frame) -> Sending:
    return Sending(frame(unit, exception(question, fault.code)))


def _wrong_unit(_: Fault, device: ModbusDevice, unit: int, question: bytes, frame: Frame) -> Sending:
    return Sending(frame(unit % 247 + 1, device.answer(question)))


def _late(fault: Fault, device: ModbusDevice, unit: int, question: bytes, frame: Frame) -> Sending:
    return Sending(frame(unit, device.answer(question)), late_s=fault.seconds)


def _byte_by_byte(fault: Fault, device: ModbusDevice, unit: int, question: bytes, frame: Frame) -> Sending:
    return Sending(frame(unit, device.answer(question)), gap_s=fault.seconds or 0.005)


def _truncated(_: Fault, device: ModbusDevice, unit: int, question: bytes, frame: Frame) -> Sending:
    whole = frame(unit, device.answer(question))
    return Sending(whole[: len(whole) // 2])


def _garbage(_: Fault, device: ModbusDevice, unit: int, question: bytes, frame: Frame) -> Sending:
    return Sending(NOISE[: len(frame(unit, device.answer(question)))])


def _silent(_f: Fault, _d: ModbusDevice, _u: int, _q: bytes, _frame: Frame) -> Sending:
    return NOTHING


def _lost_answer(_: Fault, device: ModbusDevice, _u: int, question: bytes, _frame: Frame) -> Sending:
    device.answer(question)
    return NOTHING


def _closed(_f: Fault, _d: ModbusDevice, _u: int, _q: bytes, _frame: Frame) -> Sending:
    return Sending(hang_up=True)


def _reboot(fault: Fault, device: ModbusDevice, _u: int, _q: bytes, _frame: Frame) -> Sending:
    device.reboot()
    return Sending(hang_up=True, away_s=fault.seconds)


_SPOILS: dict[FaultKind, _Spoil] = {
    FaultKind.EXCEPTION: _refused,
    FaultKind.WRONG_UNIT: _wrong_unit,
    FaultKind.LATE: _late,
    FaultKind.BYTE_BY_BYTE: _byte_by_byte,
    FaultKind.TRUNCATED: _truncated,
    FaultKind.GARBAGE: _garbage,
    FaultKind.SILENT: _silent,
    FaultKind.LOST_ANSWER: _lost_answer,
    FaultKind.CLOSED: _closed,
    FaultKind.REBOOT: _reboot,
}
