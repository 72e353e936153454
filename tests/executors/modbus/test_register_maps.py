"""Our register maps against the facts beside the project: each number, and each value over the wire."""

from __future__ import annotations

import asyncio
import math
import struct
from typing import Any

import pytest
import yaml
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from domain.drivers import METER_DRIVERS
from domain.units import from_device
from executors.modbus.link import ModbusLink, TcpAddress
from executors.modbus.map_file import built_in_maps, parse_map
from executors.modbus.register_map import RegisterMap
from executors.modbus.register_meter import RegisterMeter
from tests.shared_data import shared

FACTS_OF = {
    "carlo_gavazzi_em340": "cg_em3x0",
    "carlo_gavazzi_em24": "cg_em24_e1",
    "carlo_gavazzi_em112": "cg_em1xx",
    "sdm630": "eastron_sdm630",
    "sdm72": "eastron_sdm72_v1",
    "sdm120": "eastron_sdm120",
    "abb_b23": "abb_a4x_b2x",
    "inepro_pro380": "inepro_pro",
    "chint_dtsu666": "chint_dtsu666",
    "siemens_pac2200": "siemens_pac",
    "siemens_pac1600": "siemens_pac1600",
    "janitza_umg604": "janitza_umg",
    "tq_em420": "tq_em_modbus",
    "phoenix_eem": "phoenix_eem_em3xx",
    "phoenix_ma370": "phoenix_empro_ma370",
    "iskra_wm3": "iskra_wm_ie",
    "acrel_adl400": "acrel_adl400",
    "shelly_pro_3em_modbus": "shelly_pro_3em_modbus",
    "sunspec_203": "sunspec_203",
    "sunspec_213": "sunspec_213",
}
OVER_OTHER_WIRES = {
    "homewizard_p1_v1",
    "homewizard_p1_v2",
    "dsmr_p1",
    "shelly_3em_gen1",
    "shelly_pro_3em_rpc",
}
RENAMED = {("siemens_pac2200", "energy_import_t1"): "energy_import"}
TYPES = {"acc32": "uint32", "iskra_counter": "int32"}
FORMATS = {
    "int16": ">h",
    "uint16": ">H",
    "int32": ">i",
    "uint32": ">I",
    "uint64": ">Q",
    "float32": ">f",
    "float64": ">d",
}


def facts() -> dict[str, Any]:
    text = shared("devices/meters.yaml").read_text(encoding="utf-8")
    return {entry["id"]: entry for entry in yaml.safe_load(text)["meters"]}


def test_every_verified_meter_on_modbus_has_a_map_and_nothing_unverified_has() -> None:
    known = facts()
    verified = {name for name, entry in known.items() if entry["verified"]}
    assert {FACTS_OF[name] for name in built_in_maps()} == verified - OVER_OTHER_WIRES


def test_every_map_is_a_driver_that_the_site_file_may_name() -> None:
    assert set(built_in_maps()) - set(METER_DRIVERS) == set()


@pytest.mark.parametrize("name", FACTS_OF)
def test_a_map_says_what_the_facts_say(name: str) -> None:
    ours, entry = built_in_maps()[name], facts()[FACTS_OF[name]]
    assert ours.word_order == entry["word_order"]
    assert ours.table == {3: "holding", 4: "input"}[entry["fc"]]
    assert ours.longest_read <= entry.get("max_registers_per_read", 125)
    assert ours.phases == entry.get("phases", 3)
    for value, register in ours.registers.items():
        theirs = entry["registers"][RENAMED.get((name, value), value)]
        assert register.address == theirs["addr"], value
        assert register.type == TYPES.get(theirs["type"], theirs["type"]), value
        assert register.unit == theirs["unit"], value
        assert register.scale == theirs.get("scale", 1), value
        assert register.exponent_address == theirs.get("exp_addr", theirs.get("sf_addr")), value


@pytest.mark.parametrize("name", FACTS_OF)
def test_a_map_leaves_out_only_what_is_doubtful(name: str) -> None:
    ours, entry = built_in_maps()[name], facts()[FACTS_OF[name]]
    read = {RENAMED.get((name, value), value) for value in ours.registers}
    left = set(entry["registers"]) - read
    doubtful = {
        value
        for value, register in entry["registers"].items()
        if "only" in register.get("note", "") and value.startswith("energy")
    }
    by_name = {"chint_dtsu666": {v for v in left if "energy" in v}, "iskra_wm3": {"counter_n"}}
    assert left <= doubtful | by_name.get(name, set()) | {"energy_total"}


@pytest.mark.parametrize("name", FACTS_OF)
def test_codes_for_not_available_are_those_of_the_facts(name: str) -> None:
    ours, entry = built_in_maps()[name], facts()[FACTS_OF[name]]
    for kind, codes in (entry.get("invalid") or {}).items():
        if kind == "note" or kind.startswith("float"):
            continue
        found = {code & (2 ** int(kind.strip("uintac")) - 1) for code in ours.invalid[TYPES.get(kind, kind)]}
        assert found == set(codes), kind


def words_of(kind: str, order: str, raw: float) -> list[int]:
    if kind.startswith("iskra_t"):
        packed = struct.pack(">I", (0xFF << 24) | (int(raw * 10) & 0xFFFFFF))
    else:
        exact: float | int = raw if kind.startswith("float") else int(raw)
        packed = struct.pack(FORMATS[TYPES.get(kind, kind)], exact)
    words = [int.from_bytes(packed[i : i + 2], "big") for i in range(0, len(packed), 2)]
    return words if order == "big" else words[::-1]


def laid_out(entry: dict[str, Any]) -> tuple[dict[int, int], dict[str, float]]:
    """Registers as the facts lay them out, and the value in each, in the unit of the facts."""
    cells: dict[int, int] = {}
    values: dict[str, float] = {}
    base = 40_002 if "addr_is" in entry else 0
    for i, (name, register) in enumerate(entry["registers"].items()):
        kind = register["type"]
        if "stride" in register:
            continue
        negative = i % 2 == 1 and (kind.startswith(("int", "float")) or kind == "iskra_t6")
        raw = -(1000.0 + i) if negative else 1000.0 + i
        twin = next((n for n in values if entry["registers"][n]["addr"] == register["addr"]), None)
        if twin is not None:
            values[name] = values[twin]
            continue
        exponent_at = register.get("exp_addr", register.get("sf_addr"))
        exponent = 0
        if exponent_at is not None:
            exponent = -1
            cells[base + exponent_at] = 0xFFFF
        values[name] = raw * register.get("scale", 1) * 10.0**exponent
        for k, word in enumerate(words_of(kind, entry["word_order"], raw)):
            cells[base + register["addr"] + k] = word
    if base:
        model = int(entry["id"][-3:])
        cells |= {40_000: 0x5375, 40_001: 0x6E53, 40_002: model, 40_003: 105}
    return cells, values


def sim_data(cells: dict[int, int]) -> list[SimData]:
    runs: list[tuple[int, list[int]]] = []
    for address in sorted(cells):
        if runs and address == runs[-1][0] + len(runs[-1][1]):
            runs[-1][1].append(cells[address])
        else:
            runs.append((address, [cells[address]]))
    return [SimData(start, values=words, datatype=DataType.REGISTERS) for start, words in runs]


async def read_back(layout: RegisterMap, entry: dict[str, Any], cells: dict[int, int]) -> dict[str, float]:
    """All values of a meter from a server that has these registers and no others."""
    # The server knows one table for both functions; that the function is right is checked above.
    server = ModbusTcpServer(SimDevice(1, simdata=sim_data(cells)), address=("127.0.0.1", 0))
    await server.serve_forever(background=True)
    listening: Any = server.transport
    port = listening.sockets[0].getsockname()[1]
    link = ModbusLink(TcpAddress("127.0.0.1", port), asyncio.get_running_loop().time)
    try:
        meter = RegisterMeter(link, 1, layout, nominal_v=230)
        if "addr_is" in entry:
            meter._base = 40_002
        return await meter._values((*meter.live_blocks, *meter.slow_blocks))
    finally:
        await link.close()
        await server.shutdown()  # type: ignore[no-untyped-call] # pymodbus gives no types for it


@pytest.mark.parametrize("name", FACTS_OF)
def test_every_value_comes_over_the_wire_as_the_facts_lay_it_out(name: str) -> None:
    entry = facts()[FACTS_OF[name]]
    cells, values = laid_out(entry)
    found = asyncio.run(read_back(built_in_maps()[name], entry, cells))
    assert found.keys() == built_in_maps()[name].registers.keys()
    for value, number in found.items():
        fact = RENAMED.get((name, value), value)
        wanted = from_device(values[fact], entry["registers"][fact]["unit"])
        assert math.isclose(number, wanted, rel_tol=1e-6), (value, number, wanted)


def written_down(entry: dict[str, Any]) -> RegisterMap:
    """A meter that is not built in, as its owner would write it into a map file of his own."""
    keys = {"addr": "address", "type": "type", "unit": "unit", "scale": "scale"}
    body = {
        "title": entry["id"],
        "source": "the facts",
        "table": {3: "holding", 4: "input"}[entry["fc"]],
        "word_order": entry["word_order"],
        "longest_read": entry.get("max_registers_per_read", 20),
        "registers": {
            name: {ours: register[theirs] for theirs, ours in keys.items() if theirs in register}
            for name, register in entry["registers"].items()
        },
    }
    return parse_map(yaml.safe_dump(body), "mine.yaml")


def not_built_in() -> list[str]:
    return [
        "cg_em24_rs485",
        "chint_ddsu666",
        "phoenix_eem_350",
        "acrel_adw300",
        "entes_mpr",
        "smartstuff_p1_modbus",
    ]


@pytest.mark.parametrize("name", not_built_in())
def test_a_map_of_ones_own_is_read_as_it_says(name: str) -> None:
    entry = facts()[name]
    cells, values = laid_out(entry)
    layout = written_down(entry)
    found = asyncio.run(read_back(layout, entry, cells))
    assert found.keys() == entry["registers"].keys()
    for value, number in found.items():
        wanted = from_device(values[value], entry["registers"][value]["unit"])
        assert math.isclose(number, wanted, rel_tol=1e-6), (value, number, wanted)


def test_more_than_352_values_are_read_back() -> None:
    """Of the meters that are built in, and of those that a map of one's own describes."""
    with_numbers = {
        name for name, entry in facts().items() if entry.get("registers") and not entry["verified"]
    }
    assert with_numbers == set(not_built_in())
    built_in = sum(len(layout.registers) for layout in built_in_maps().values())
    own = sum(len(facts()[name]["registers"]) for name in not_built_in())
    assert built_in + own >= 352
