"""Requests for registers: all values, no strangers, no longer than allowed."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from executors.modbus.blocks import Cell, blocks


def cells(*addresses: int) -> list[Cell]:
    return [Cell(f"v{address}", "input", address, "float32") for address in addresses]


def spans(*addresses: int, longest: int = 60, distinct: bool = False) -> list[tuple[int, int]]:
    return [(b.address, b.count) for b in blocks(cells(*addresses), longest, distinct=distinct)]


def test_neighbours_are_read_together() -> None:
    assert spans(0, 2, 4, 6) == [(0, 8)]


def test_an_address_that_nobody_listed_is_never_read() -> None:
    assert spans(0, 2, 6, 8) == [(0, 4), (6, 4)]


def test_no_request_is_longer_than_the_device_allows() -> None:
    assert spans(0, 2, 4, 6, longest=4) == [(0, 4), (4, 4)]


def test_over_rtu_every_request_has_a_length_of_its_own() -> None:
    assert spans(0, 2, 4, 10, 12, 14, distinct=True) == [(0, 6), (10, 2), (12, 4)]


def test_a_length_stays_where_cutting_does_not_help() -> None:
    assert spans(0, 10, distinct=True) == [(0, 2), (10, 2)]


def test_the_halves_of_a_power_are_of_one_moment() -> None:
    """Cut between them a change of sign would be import and export at once."""

    def halves(at: int) -> list[Cell]:
        names = ("power_import_l1", "power_export_l1", "current_l1")
        return [Cell(name, "input", at + 2 * place, "uint32") for place, name in enumerate(names)]

    others = [Cell(f"v{address}", "input", address, "uint32") for address in (100, 102, 104)]
    found = blocks([*halves(0), *others], 20, distinct=True)
    at = {cell.name: block for block in found for cell in block.cells}
    assert at["power_import_l1"] is at["power_export_l1"]
    assert len({block.count for block in found}) == len(found)


@given(st.sets(st.integers(0, 60), min_size=1), st.integers(2, 20), st.booleans())
def test_every_register_that_is_wanted_is_read_once_and_no_other(
    starts: set[int], longest: int, distinct: bool
) -> None:
    wanted = [Cell(f"v{a}", "input", a, "uint16") for a in starts]
    found = blocks(wanted, longest, distinct=distinct)
    read = [a for b in found for a in range(b.address, b.address + b.count)]
    assert sorted(read) == sorted(starts)
    assert all(b.count <= longest for b in found)
    assert all(a.address < b.address for a, b in pairwise(found))
    assert {cell for b in found for cell in b.cells} == set(wanted)


def test_values_of_two_tables_are_never_in_one_request() -> None:
    mixed = [Cell("a", "input", 0, "uint16"), Cell("b", "holding", 1, "uint16")]
    assert {(b.table, b.count) for b in blocks(mixed, 10)} == {("input", 1), ("holding", 1)}


def test_a_value_that_lies_inside_another_is_read_with_it() -> None:
    found = blocks([Cell("total", "input", 0, "int32"), Cell("l1", "input", 0, "int32")], 10)
    assert [(b.address, b.count, len(b.cells)) for b in found] == [(0, 2, 2)]
