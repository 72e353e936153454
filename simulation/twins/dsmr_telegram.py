"""Telegrams of the P1 port: DSMR 4.2 and 5.0 of the Netherlands, eMUCS-P1 1.7 of Belgium."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from simulation.twins.physics import MeterReading, Three
from simulation.twins.quantities import total


class MeterKind(Enum):
    """Whose telegram it is."""

    BELGIAN = "eMUCS-P1 1.7.1"
    DUTCH = "DSMR 5.0"
    DUTCH_4 = "DSMR 4.2"


PERIOD_S = {MeterKind.BELGIAN: 1.0, MeterKind.DUTCH: 1.0, MeterKind.DUTCH_4: 10.0}
"""Seconds between two telegrams."""


def telegram(reading: MeterReading, kind: MeterKind, zone: ZoneInfo) -> str:
    """A whole telegram with its check sum; ``zone`` is the meter's local time."""
    head = "/FLU5\\253769484_A" if kind is MeterKind.BELGIAN else "/ISK5\\2M550T-1012"
    lines = [head, "", *_clock(reading, kind, zone), *_energies(reading), *_demand(reading, kind, zone)]
    lines += [*_powers(reading), *_volts_and_amps(reading, kind), *_closing(kind)]
    body = "\r\n".join(lines) + "\r\n!"
    return f"{body}{check_sum(body.encode('ascii')):04X}\r\n"


def check_sum(data: bytes) -> int:
    """CRC16 from ``/`` to ``!``, both included: polynomial A001h, begun at 0 (DSMR 5.0.2, section 6.2)."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def local_stamp(moment: datetime, zone: ZoneInfo) -> str:
    """Local time as YYMMDDhhmmss and S in summer, W in winter."""
    local = moment.astimezone(zone)
    return local.strftime("%y%m%d%H%M%S") + ("S" if local.dst() != timedelta(0) else "W")


def _clock(reading: MeterReading, kind: MeterKind, zone: ZoneInfo) -> list[str]:
    version = {
        MeterKind.BELGIAN: "0-0:96.1.4(50217)",
        MeterKind.DUTCH: "1-3:0.2.8(50)",
        MeterKind.DUTCH_4: "1-3:0.2.8(42)",
    }
    stamp = f"0-0:1.0.0({local_stamp(reading.at, zone)})"
    identity = "0-0:96.1.1(3153414733313030303030303030)"
    belgian = kind is MeterKind.BELGIAN
    return [version[kind], identity, stamp] if belgian else [version[kind], stamp, identity]


def _energies(reading: MeterReading) -> list[str]:
    return [
        f"1-0:1.8.1({reading.netted_import_kwh:010.3f}*kWh)",
        "1-0:1.8.2(000000.000*kWh)",
        f"1-0:2.8.1({reading.netted_export_kwh:010.3f}*kWh)",
        "1-0:2.8.2(000000.000*kWh)",
        "0-0:96.14.0(0001)",
    ]


def _demand(reading: MeterReading, kind: MeterKind, zone: ZoneInfo) -> list[str]:
    """The quarter-hour values, and a history whose first month was never measured."""
    if kind is not MeterKind.BELGIAN or reading.demand is None:
        return []
    demand = reading.demand
    peak = f"({local_stamp(demand.month_peak_at, zone)})({demand.month_peak_kw:06.3f}*kW)"
    unset = "(230801000000S)(632525252525W)(00.000*kW)"
    return [
        f"1-0:1.4.0({demand.quarter_kw:06.3f}*kW)",
        f"1-0:1.6.0{peak}",
        f"0-0:98.1.0(1)(1-0:1.6.0)(1-0:1.6.0){unset}",
    ]


def _powers(reading: MeterReading) -> list[str]:
    watts = total(reading.power_w)
    imported = [("1.7.0", watts), *_coded((21, 41, 61), reading.power_w)]
    exported = [("2.7.0", -watts), *((code, -w) for code, w in _coded((22, 42, 62), reading.power_w))]
    return [f"1-0:{code}({max(0.0, w) / 1000:06.3f}*kW)" for code, w in [*imported, *exported]]


def _volts_and_amps(reading: MeterReading, kind: MeterKind) -> list[str]:
    volts = [f"1-0:{code}({v:05.1f}*V)" for code, v in _coded((32, 52, 72), reading.voltage_v)]
    form = "06.2f" if kind is MeterKind.BELGIAN else "03.0f"
    amps = [f"1-0:{code}({abs(a):{form}}*A)" for code, a in _coded((31, 51, 71), reading.current_a)]
    return amps if kind is MeterKind.DUTCH_4 else [*volts, *amps]


def _closing(kind: MeterKind) -> list[str]:
    none = (
        ["0-0:96.3.10(1)", "0-0:17.0.0(999.9*kW)", "1-0:31.4.0(999*A)"] if kind is MeterKind.BELGIAN else []
    )
    return [*none, "0-0:96.13.0()"]


def _coded(codes: tuple[int, int, int], values: Three) -> list[tuple[str, float]]:
    """Values of the phases that there are, with their OBIS codes."""
    return [
        (f"{code}.7.0", value) for code, value in zip(codes, values, strict=True) if not math.isnan(value)
    ]
