"""Wire times by hand: bits over baud."""

from __future__ import annotations

import pytest

from domain.site_devices import SerialLine
from executors.modbus.timetable import Work, byte_s, cycle_s, gap_s, reaction, read_s

LINE = SerialLine(device="/dev/ttyS0", baud=9600, parity="none")


def test_a_byte_is_ten_bits_without_parity_and_eleven_with() -> None:
    even = SerialLine(device="/dev/ttyS0", baud=9600, parity="even")
    assert byte_s(LINE) == pytest.approx(10 / 9600)
    assert byte_s(even) == pytest.approx(11 / 9600)


def test_the_gap_between_frames_is_three_and_a_half_characters_and_never_below_the_standards_least() -> None:
    fast = SerialLine(device="/dev/ttyS0", baud=115_200, parity="none")
    assert gap_s(LINE) == pytest.approx(3.5 * 10 / 9600)
    assert gap_s(fast) == 0.00175


def test_twenty_registers_at_9600_baud_take_55_ms_on_the_wire() -> None:
    wire_s = (8 + 5 + 40) * 10 / 9600
    assert wire_s == pytest.approx(0.0552, abs=0.0001)
    assert read_s(LINE, 20) == pytest.approx(wire_s + 0.05 + 2 * 3.5 * 10 / 9600)


def test_2400_baud_needs_four_times_the_wire_time() -> None:
    slow = SerialLine(device="/dev/ttyS0", baud=2400, parity="none")
    assert read_s(slow, 20) - 0.05 == pytest.approx(4 * (read_s(LINE, 20) - 0.05))


def test_48_points_on_one_connection_take_their_turns() -> None:
    works = [Work(reads=(68,), writes=1) for _ in range(48)]
    assert cycle_s(None, works) == pytest.approx(48 * 2 * 0.03)


def test_the_reaction_is_a_sample_that_just_missed_it_and_all_writes() -> None:
    charx = (None, tuple(Work((68,), 1) for _ in range(48)), False)
    found = reaction(1.0, (None, Work((18,)), 1.0), [charx])
    assert found.sample_s == pytest.approx(48 * 0.06)
    assert found.cuts_s == pytest.approx(48 * 0.03)
    assert found.worst_s == pytest.approx(48 * 0.09)


def test_a_slow_meter_sets_the_pace() -> None:
    found = reaction(1.0, (None, Work((18,)), 10.0), [(None, (Work((68,), 1),), False)])
    assert found.worst_s == pytest.approx(10.03)
