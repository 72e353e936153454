"""The register tables of the meter twins, one for each maker's document, addresses as on the wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from simulation.twins.words import NumberType, Order

Place = tuple[int, NumberType, float]
"""Address, how the number is written, and how many of its steps make one V, A, W, kWh or Hz."""


@dataclass(frozen=True, slots=True)
class MeterTable:
    """A meter as its maker writes it down."""

    source: str
    functions: tuple[int, ...]
    """Codes that read it."""
    order: Order
    places: Mapping[str, Place]
    """Where each quantity is."""
    zeros: tuple[range, ...] = ()
    """What the meter knows besides; it reads 0 here."""
    signed_currents: bool = False
    accepts_count: Callable[[int], bool] = lambda count: 1 <= count <= 125
    missing: int | None = None
    """Code of a whole number that is not there; floating ones are NaN then."""


def _phases(name: str, first: int, step: int, kind: NumberType, scale: float) -> dict[str, Place]:
    return {f"{name}_l{k + 1}": (first + step * k, kind, scale) for k in range(3)}


def _floats(name: str, first: int, step: int = 2, scale: float = 1) -> dict[str, Place]:
    return _phases(name, first, step, "float32", scale)


SDM630: Final = MeterTable(
    source="Eastron, SDM630 Modbus protocol: input registers 30001 and following",
    functions=(4,),
    order="high first",
    places={
        **_floats("voltage", 0x0000),
        **_floats("current", 0x0006),
        **_floats("power", 0x000C),
        "power_total": (0x0034, "float32", 1),
        "frequency": (0x0046, "float32", 1),
        "energy_import": (0x0048, "float32", 1),
        "energy_export": (0x004A, "float32", 1),
        **_floats("energy_import", 0x015A),
        **_floats("energy_export", 0x0160),
    },
    zeros=(range(0x58), range(0x0156, 0x0182)),
    accepts_count=lambda count: count % 2 == 0 and 2 <= count <= 80,
)

EM340: Final = MeterTable(
    source="Carlo Gavazzi, EM/ET300 series communication protocol: 300001 is address 0",
    functions=(3, 4),
    order="low first",
    places={
        **_phases("voltage", 0x0000, 2, "int32", 10),
        **_phases("current", 0x000C, 2, "int32", 1000),
        **_phases("power", 0x0012, 2, "int32", 10),
        "power_total": (0x0028, "int32", 10),
        "frequency": (0x0033, "int16", 10),
        "energy_import": (0x0034, "int32", 10),
        **_phases("energy_import", 0x0040, 2, "int32", 10),
        "energy_export": (0x004E, "int32", 10),
    },
    zeros=(range(0x0052),),
    signed_currents=True,
    accepts_count=lambda count: 1 <= count <= 20,
    missing=0x7FFFFFFF,
)

JANITZA: Final = MeterTable(
    source="Janitza, Modbus address list UMG 604: the block at 19000 that all UMG share",
    functions=(3, 4),
    order="high first",
    places={
        **_floats("voltage", 19000),
        **_floats("current", 19012),
        **_floats("power", 19020),
        "power_total": (19026, "float32", 1),
        "frequency": (19050, "float32", 1),
        **_floats("energy_import", 19062, scale=1000),
        "energy_import": (19068, "float32", 1000),
        **_floats("energy_export", 19070, scale=1000),
        "energy_export": (19076, "float32", 1000),
    },
    zeros=(range(19000, 19122),),
)

PHOENIX_EEM: Final = MeterTable(
    source="Phoenix Contact EEM-EM3xx, EEM-DM3xx: floating-point block at 1000h",
    functions=(4,),
    order="high first",
    places={
        **_floats("voltage", 4096),
        **_floats("current", 4110),
        **_floats("power", 4128),
        "power_total": (4134, "float32", 1),
        "frequency": (4152, "float32", 1),
        **_floats("energy_import", 4352, scale=1000),
        "energy_import": (4358, "float32", 1000),
        **_floats("energy_export", 4360, scale=1000),
        "energy_export": (4366, "float32", 1000),
    },
    zeros=(range(4096, 4154), range(4352, 4368)),
)

SHELLY_PRO_3EM: Final = MeterTable(
    source="Shelly, Modbus of EM and EMData, second generation: documented address less 30000",
    functions=(4,),
    order="low first",
    places={
        "power_total": (1013, "float32", 1),
        **_floats("voltage", 1020, 20),
        **_floats("current", 1022, 20),
        **_floats("power", 1024, 20),
        "energy_import": (1162, "float32", 1000),
        "energy_export": (1164, "float32", 1000),
        **_floats("energy_import", 1182, 20, 1000),
        **_floats("energy_export", 1184, 20, 1000),
    },
    zeros=(range(1000, 1080), range(1160, 1242)),
)

METER_TABLES: Final[Mapping[str, MeterTable]] = {
    "sdm630": SDM630,
    "carlo_gavazzi_em340": EM340,
    "janitza_umg604": JANITZA,
    "phoenix_eem": PHOENIX_EEM,
    "shelly_pro_3em_modbus": SHELLY_PRO_3EM,
}
"""Tables by the driver that a site file names; the last is the second door of a meter that speaks HTTP."""
