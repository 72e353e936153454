"""Frames around Modbus questions and answers: MBAP on TCP, unit and CRC on a serial line."""

from __future__ import annotations

from dataclasses import dataclass

MBAP_BYTES = 7
LONGEST_PDU = 253


@dataclass(frozen=True, slots=True)
class Mbap:
    """The head of a frame on TCP (Modbus messaging on TCP/IP, V1.0b, section 3.1.3)."""

    transaction: int
    unit: int
    length: int
    """Bytes of the question that follows."""


def mbap(head: bytes) -> Mbap | None:
    """The head of a frame; none where it is no Modbus."""
    length = int.from_bytes(head[4:6], "big") - 1
    if head[2:4] != b"\0\0" or not 1 <= length <= LONGEST_PDU:
        return None
    return Mbap(int.from_bytes(head[0:2], "big"), head[6], length)


def tcp_frame(transaction: int, unit: int, pdu: bytes) -> bytes:
    """A frame on TCP."""
    return transaction.to_bytes(2, "big") + b"\0\0" + (len(pdu) + 1).to_bytes(2, "big") + bytes([unit]) + pdu


def crc16(data: bytes) -> int:
    """CRC of a serial frame: polynomial A001h, begun at FFFFh (Modbus over serial line, V1.02, 6.2.2)."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def rtu_frame(unit: int, pdu: bytes) -> bytes:
    """A frame on a serial line, the CRC's low byte first."""
    body = bytes([unit]) + pdu
    return body + crc16(body).to_bytes(2, "little")


def rtu_length(buffer: bytes) -> int | None:
    """Bytes of the question that a buffer begins with; none where that cannot be said (yet)."""
    if len(buffer) < 2:
        return None
    if buffer[1] in {1, 2, 3, 4, 5, 6}:
        return 8
    if buffer[1] in {15, 16}:
        return 9 + buffer[6] if len(buffer) > 6 else None
    return None


def rtu_question(frame: bytes) -> tuple[int, bytes] | None:
    """Unit and question of a frame; none where it is too short or its CRC is wrong."""
    if len(frame) < 4 or crc16(frame[:-2]) != int.from_bytes(frame[-2:], "little"):
        return None
    return frame[0], frame[1:-2]


def wire_s(count: int, baud: float, bits: int = 10) -> float:
    """How long so many bytes are on a serial line [s]; 10 bits each for 8N1, 11 with parity."""
    return count * bits / baud
