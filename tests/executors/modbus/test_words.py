"""Registers to numbers, against vectors that were computed elsewhere."""

from __future__ import annotations

import json
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executors.modbus.words import REGISTER_TYPES, number, text, whole, width
from tests.shared_data import shared

NOT_AVAILABLE = {
    "cg_em3x0 overflow EEE": {0x7FFFFFFF},
    "abb power not available": {0x7FFFFFFF},
    "abb phase energy not available": {0xFFFFFFFFFFFFFFFF},
    "smartstuff N/A": {0xFFFFFFFF},
    "sunspec int16 not implemented": {-0x8000},
    "charx I unknown (-1)": {-1},
}


def test_every_vector_decodes_to_what_it_should() -> None:
    vectors = json.loads(shared("devices/fixtures/modbus/decode_vectors.json").read_text())["vectors"]
    assert len(vectors) > 20
    for vector in vectors:
        if vector["type"] == "ascii":
            assert text(vector["registers"]) == vector["expect"]
            continue
        codes = NOT_AVAILABLE.get(vector["name"], set())
        found = number(vector["registers"], vector["type"], vector["word_order"], codes) * vector["scale"]
        if vector["expect"] is None:
            assert math.isnan(found), vector["name"]
        else:
            assert found == pytest.approx(vector["expect"], rel=1e-6), vector["name"]


@given(st.integers(-(2**31), 2**31 - 1), st.sampled_from(["big", "little"]))
def test_a_signed_number_comes_back_in_either_word_order(value: int, order: str) -> None:
    high, low = struct.unpack(">HH", struct.pack(">i", value))
    words = (high, low) if order == "big" else (low, high)
    assert number(words, "int32", order) == value  # type: ignore[arg-type]


@pytest.mark.parametrize("raw", [math.nan, math.inf, -math.inf])
def test_a_float_that_is_no_number_is_missing(raw: float) -> None:
    assert math.isnan(number(struct.unpack(">HH", struct.pack(">f", raw)), "float32"))


def test_types_take_one_two_or_four_registers() -> None:
    assert {kind: width(kind) for kind in REGISTER_TYPES} == {
        "int16": 1,
        "uint16": 1,
        "int32": 2,
        "uint32": 2,
        "int64": 4,
        "uint64": 4,
        "float32": 2,
        "float64": 4,
        "iskra_t5": 2,
        "iskra_t6": 2,
    }


def test_whole_numbers_of_any_length_follow_the_word_order() -> None:
    assert whole((1, 2, 3)) == 0x0001_0002_0003
    assert whole((1, 2, 3), "little") == 0x0003_0002_0001


def test_text_ends_at_the_first_zero() -> None:
    assert text((0x4541, 0x0000, 0x4142)) == "EA"
