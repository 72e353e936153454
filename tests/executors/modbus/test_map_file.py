"""A user's own register map: what is allowed, and every fault at once."""

from __future__ import annotations

import pytest

from domain.errors import InputError
from executors.modbus.map_file import parse_map

GOOD = """\
title: A meter of my own
source: its manual, page 12
table: holding
word_order: big
longest_read: 50
registers:
  voltage_l1: {address: 0x5B00, type: uint32, scale: 0.1, unit: V}
  power_total: {address: 10, type: float32, unit: kW}
"""


def lines(text: str) -> str:
    with pytest.raises(InputError) as caught:
        parse_map(text, "mine.yaml")
    return str(caught.value)


def test_addresses_may_be_written_as_the_maker_prints_them() -> None:
    found = parse_map(GOOD, "mine.yaml")
    assert found.registers["voltage_l1"].address == 0x5B00
    assert found.registers["power_total"].address == 10


def test_every_fault_is_told_at_once_with_its_line() -> None:
    wrong = GOOD.replace("table: holding", "table: coils").replace("scale: 0.1", "scala: 0.1")
    told = lines(wrong.replace("longest_read: 50", "longest_read: 500"))
    assert "mine.yaml:3: table" in told
    assert "mine.yaml:5: longest_read" in told
    assert "mine.yaml:7: registers.voltage_l1.scala: unknown key 'scala'; allowed here: address" in told


def test_a_value_that_nobody_knows_is_refused() -> None:
    assert "'voltag_l1'" in lines(GOOD.replace("voltage_l1", "voltag_l1"))


def test_a_unit_of_another_kind_is_refused() -> None:
    assert "a unit of V is allowed" in lines(GOOD.replace("unit: V}", "unit: A}"))
    assert "one of V, mV" in lines(GOOD.replace("unit: V}", "unit: Volt}"))


def test_where_the_numbers_come_from_must_be_said() -> None:
    assert "source: missing" in lines(GOOD.replace("source: its manual, page 12\n", ""))


def test_a_value_wider_than_a_request_is_refused() -> None:
    wide = GOOD.replace("longest_read: 50", "longest_read: 3").replace("uint32", "uint64")
    assert "one value takes 4 registers" in lines(wide)
