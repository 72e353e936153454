"""Meter twins against the fact sheet of meters: every value, over a wire, decoded as the sheet says."""

from __future__ import annotations

import functools
import math
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from pymodbus.client.base import ModbusBaseClient

from simulation.twins.easy_connection import EasyConnection
from simulation.twins.meter_tables import METER_TABLES, MeterTable
from simulation.twins.physics import MeterReading, Three
from simulation.twins.register_meter import EASY_CONNECTION, RegisterMeter, measurement_mode
from simulation.twins.standalone import Car, SimpleMeter, SimplePoint
from tests.shared_data import shared
from tests.simulation.twins.steady import READING, Steady
from tests.simulation.twins.wires import HandClock, on_a_bus, run, served

SHEETS = {
    "sdm630": "eastron_sdm630",
    "carlo_gavazzi_em340": "cg_em3x0",
    "janitza_umg604": "janitza_umg",
    "phoenix_eem": "phoenix_eem_em3xx",
    "shelly_pro_3em_modbus": "shelly_pro_3em_modbus",
}
FORMATS = {"int16": ">h", "uint16": ">H", "int32": ">i", "uint32": ">I", "float32": ">f"}
TO_BASE = {"V": 1.0, "A": 1.0, "W": 1.0, "Hz": 1.0, "kWh": 1.0, "Wh": 0.001}

WANTED = {
    **{f"voltage_l{k}": v for k, v in zip((1, 2, 3), (229.5, 231.25, 233.0), strict=True)},
    **{f"current_l{k}": v for k, v in zip((1, 2, 3), (4.0, 2.5, 11.0), strict=True)},
    **{f"power_l{k}": v for k, v in zip((1, 2, 3), (-918.0, 578.0, 2563.0), strict=True)},
    **{f"energy_import_l{k}": v for k, v in zip((1, 2, 3), (101.5, 202.5, 303.0), strict=True)},
    **{f"energy_export_l{k}": v for k, v in zip((1, 2, 3), (11.5, 12.5, 13.0), strict=True)},
    "power_total": 2223.0,
    "frequency": 50.0,
    "energy_import": 607.0,
    "energy_export": 37.0,
}
NOT_IN_THE_TWIN = {
    "power_factor_l1",
    "power_factor_l2",
    "power_factor_l3",
    # an EM340 has no export by phase: the sheet says "ET series only"
    ("cg_em3x0", "energy_export_l1"),
    ("cg_em3x0", "energy_export_l2"),
    ("cg_em3x0", "energy_export_l3"),
}


@functools.cache
def fact_sheets() -> dict[str, Any]:
    path: Path = shared("devices/meters.yaml")
    return {meter["id"]: meter for meter in yaml.safe_load(path.read_text())["meters"]}


def decoded(words: Sequence[int], kind: str, order: str) -> float:
    in_order = words if order == "big" else words[::-1]
    data = b"".join(word.to_bytes(2, "big") for word in in_order)
    return float(struct.unpack(FORMATS[kind], data)[0])


async def read_words(client: ModbusBaseClient, function: int, address: int, count: int) -> list[int]:
    ask = client.read_holding_registers if function == 3 else client.read_input_registers
    reply = await ask(address, count=count, device_id=1)
    assert not reply.isError(), (address, reply)
    return list(reply.registers)


def rows(sheet: dict[str, Any]) -> dict[str, dict[str, Any]]:
    left_out = NOT_IN_THE_TWIN
    return {
        name: row
        for name, row in sheet["registers"].items()
        if name not in left_out and (sheet["id"], name) not in left_out
    }


@pytest.mark.parametrize("driver", list(METER_TABLES))
def test_every_value_of_the_fact_sheet_is_where_the_sheet_says(driver: str) -> None:
    sheet = fact_sheets()[SHEETS[driver]]
    meter = RegisterMeter(Steady(READING), METER_TABLES[driver], unit=1)

    async def walk() -> dict[str, float]:
        found = {}
        async with served([meter]) as (client, _):
            for name, row in rows(sheet).items():
                count = struct.calcsize(FORMATS[row["type"]]) // 2
                words = await read_words(client, sheet["fc"], row["addr"], count)
                raw = decoded(words, row["type"], sheet["word_order"])
                found[name] = raw * row["scale"] * TO_BASE[row["unit"]]
        return found

    found = run(walk())
    signed = METER_TABLES[driver].signed_currents
    wanted = {name: -value if signed and name == "current_l1" else value for name, value in WANTED.items()}
    # float32 has 24 bits; the coarsest whole step here is 0.1 V, and 229.5 and 231.25 lie within half of one
    assert found == {name: pytest.approx(wanted[name], rel=1e-6, abs=0.051) for name in found}
    assert len(found) >= 12


def test_the_sdm630_reads_the_same_on_a_serial_line(tmp_path: Path) -> None:
    meter = RegisterMeter(Steady(READING), METER_TABLES["sdm630"], unit=2)

    async def ask() -> list[float]:
        async with on_a_bus([meter], tmp_path) as (client, _):
            reply = await client.read_input_registers(0, count=18, device_id=2)
            return [decoded(reply.registers[k : k + 2], "float32", "big") for k in range(0, 18, 2)]

    assert run(ask()) == [229.5, 231.25, 233.0, 4.0, 2.5, 11.0, -918.0, 578.0, 2563.0]


@pytest.mark.parametrize(
    ("driver", "counts"),
    [("sdm630", {1: 3, 2: None, 80: None, 82: 3}), ("carlo_gavazzi_em340", {20: None, 21: 3})],
)
def test_a_meter_refuses_lengths_that_its_maker_does_not_allow(
    driver: str, counts: dict[int, int | None]
) -> None:
    meter = RegisterMeter(Steady(READING), METER_TABLES[driver], unit=1)

    async def ask() -> dict[int, int | None]:
        async with served([meter]) as (client, _):
            replies = {n: await client.read_input_registers(0, count=n, device_id=1) for n in counts}
            return {n: reply.exception_code if reply.isError() else None for n, reply in replies.items()}

    assert run(ask()) == counts


def test_a_phase_that_is_not_there_has_the_makers_code_and_no_zero() -> None:
    nan = float("nan")
    partly: Three = (230.0, nan, nan)
    reading = MeterReading(READING.at, partly, partly, partly, partly, partly, 0.0, 0.0)

    async def words(table: MeterTable) -> list[int]:
        async with served([RegisterMeter(Steady(reading), table, unit=1)]) as (client, _):
            return await read_words(client, 4, 0, 4)

    assert run(words(METER_TABLES["carlo_gavazzi_em340"])) == [2300, 0, 0xFFFF, 0x7FFF]
    assert math.isnan(decoded(run(words(METER_TABLES["sdm630"]))[2:], "float32", "big"))


def test_in_easy_connection_mode_export_looks_like_import() -> None:
    meter = RegisterMeter(
        EasyConnection(Steady(READING)),
        METER_TABLES["carlo_gavazzi_em340"],
        unit=1,
        also=[measurement_mode(EASY_CONNECTION)],
    )

    async def ask() -> tuple[list[int], list[int], list[int]]:
        async with served([meter]) as (client, _):
            return (
                await read_words(client, 3, 0x1103, 1),
                await read_words(client, 4, 0x12, 2),
                await read_words(client, 4, 0x34, 2),
            )

    mode, power_l1, energy = run(ask())
    assert (mode, power_l1) == ([0], [9180, 0])
    assert energy == [6440, 0]  # 607.0 + 37.0 kWh, in tenths


def test_the_simple_connection_adds_the_cars_to_the_house_and_counts_what_flows() -> None:
    clock = HandClock()
    plug = SimplePoint(clock)
    meter = SimpleMeter(clock, [lambda: plug.read().current_a], base_a=(1.0, -3.0, 0.0))
    plug.plug(Car(pins=(0,)))
    plug.offer(10.0, (0, 1, 2))
    meter.read()
    clock.pass_s(3600)
    reading = meter.read()
    assert reading.current_a == (11.0, -3.0, 0.0)
    assert reading.import_kwh == pytest.approx((2.53, 0.0, 0.0))
    assert reading.export_kwh == pytest.approx((0.0, 0.69, 0.0))
    assert (reading.netted_import_kwh, reading.netted_export_kwh) == pytest.approx((1.84, 0.0))
    assert plug.read().session_kwh == pytest.approx(2.3)
