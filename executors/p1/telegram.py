"""A P1 telegram of a Dutch, Belgian or Austrian meter: its checksum, its time and its values.

P1 Companion Standard (DSMR 2.2 to 5.0) and eMUCS-P1 (Fluvius). Import and export come as two halves,
currents without a sign: whole amperes in the Netherlands, hundredths in Belgium.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from domain.errors import DeviceGarbled
from domain.units import OF_DEVICES, from_device

CODES: Final[Mapping[str, str]] = {
    "1.7.0": "power_import_total",
    "2.7.0": "power_export_total",
    "21.7.0": "power_import_l1",
    "41.7.0": "power_import_l2",
    "61.7.0": "power_import_l3",
    "22.7.0": "power_export_l1",
    "42.7.0": "power_export_l2",
    "62.7.0": "power_export_l3",
    "32.7.0": "voltage_l1",
    "52.7.0": "voltage_l2",
    "72.7.0": "voltage_l3",
    "31.7.0": "current_l1",
    "51.7.0": "current_l2",
    "71.7.0": "current_l3",
    "1.8.0": "energy_import",
    "2.8.0": "energy_export",
    "1.8.1": "energy_import_t1",
    "1.8.2": "energy_import_t2",
    "2.8.1": "energy_export_t1",
    "2.8.2": "energy_export_t2",
    "1.4.0": "quarter",
    "1.6.0": "month_peak",
}
"""Values of medium 1, channel 0, by OBIS code."""

_LINE: Final = re.compile(r"(\d+)-(\d+):(\d+\.\d+\.\d+)((?:\([^()]*\))+)")
_GROUP: Final = re.compile(r"\(([^()]*)\)")
_NUMBER: Final = re.compile(r"(\d+(\.\d+)?)\*(\w+)")
_SEASON: Final = {"S": 2, "W": 1}
"""Hours east of UTC: the letter makes local times exact, also in the hour that comes twice."""


@dataclass(frozen=True, slots=True)
class Telegram:
    """What a telegram says, in the units used inside."""

    values: Mapping[str, float]
    time: datetime | None
    """The meter's own time in UTC."""
    mark: str
    """The meter's own time as it stands there."""
    whole_amperes: bool
    checked: bool
    """Whether it carried a checksum; DSMR 2 and 3 have none."""
    peak_at: datetime | None = None
    """When the month's highest quarter was (Belgium)."""


def crc16(body: bytes) -> int:
    """Checksum over the telegram from ``/`` to ``!``, both included: x^16 + x^15 + x^2 + 1, reflected."""
    value = 0
    for byte in body:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return value


def parse(telegram: bytes) -> Telegram:
    """Understand one telegram, from ``/`` to its checksum. ``DeviceGarbled`` where it is damaged."""
    body, mark, tail = telegram.partition(b"!")
    if not mark or not body.startswith(b"/"):
        raise DeviceGarbled("P1: a telegram without beginning or end")
    given = tail.strip()
    if given and f"{crc16(body + mark):04X}" != given.decode("ascii", "replace").upper():
        raise DeviceGarbled("P1: the checksum does not fit")
    return _understood(body.decode("ascii", "replace"), checked=bool(given))


def _understood(text: str, *, checked: bool) -> Telegram:
    values: dict[str, float] = {}
    mark, whole, peak_at = "", False, None
    for medium, channel, code, rest in _LINE.findall(text):
        groups = _GROUP.findall(rest)
        if (medium, channel, code) == ("0", "0", "1.0.0"):
            mark = groups[0]
        name = CODES.get(code) if (medium, channel) == ("1", "0") else None
        found = _NUMBER.fullmatch(groups[-1]) if name else None
        if name is None or found is None or found[3] not in OF_DEVICES:
            continue
        values[name] = from_device(float(found[1]), found[3])
        whole = whole or (name.startswith("current") and found[2] is None)
        if name == "month_peak" and len(groups) > 1:
            peak_at = local_time(groups[0])
    return Telegram(values, local_time(mark), mark, whole, checked, peak_at)


def local_time(text: str) -> datetime | None:
    """``YYMMDDhhmmss`` with S for summer or W for winter, in UTC; none for what is no time."""
    if text[-1:] not in _SEASON:
        return None
    try:
        naive = datetime.strptime(text[:-1], "%y%m%d%H%M%S")  # noqa: DTZ007 - its letter says the zone
    except ValueError:
        return None
    return naive.replace(tzinfo=timezone(timedelta(hours=_SEASON[text[-1]]))).astimezone(UTC)


class Splitter:
    """Cuts a stream of bytes into telegrams."""

    LONGEST: Final = 20_000

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The telegrams that are complete with ``data``; what lies between telegrams is dropped."""
        self._rest += data
        found: list[bytes] = []
        while True:
            start = self._rest.find(b"/")
            if start < 0:
                self._rest = b""
                return found
            end = self._rest.find(b"\n", self._rest.find(b"!", start)) if b"!" in self._rest[start:] else -1
            again = self._rest.find(b"\n/", start)
            if 0 <= again < (end if end >= 0 else len(self._rest)):
                self._rest = self._rest[again + 1 :]  # the last one broke off
                continue
            if end < 0:
                self._rest = self._rest[start:] if len(self._rest) - start <= self.LONGEST else b""
                return found
            found.append(self._rest[start : end + 1])
            self._rest = self._rest[end + 1 :]
