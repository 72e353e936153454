"""P1 telegrams of real and specified meters."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DeviceGarbled
from executors.p1.meter import reading_of
from executors.p1.telegram import Splitter, Telegram, crc16, local_time, parse
from tests.shared_data import shared


def telegram(name: str) -> Telegram:
    return parse(raw(name))


def raw(name: str) -> bytes:
    return shared(f"devices/fixtures/dsmr/{name}.txt").read_bytes()


def test_the_checksum_is_the_one_of_the_standard() -> None:
    assert crc16(b"123456789") == 0xBB3D  # the check value of CRC-16/ARC


@pytest.mark.parametrize("name", ["v4_2", "v5", "v5_two_mbus", "fluvius_v171", "fluvius_v171_alt"])
def test_recorded_telegrams_have_a_checksum_that_fits(name: str) -> None:
    assert telegram(name).checked


def test_a_dutch_telegram_of_dsmr_5() -> None:
    found = telegram("v5")
    assert found.time == datetime(2017, 1, 2, 18, 20, 2, tzinfo=UTC)
    reading = reading_of(found, 1.0, 230)
    assert reading.voltage_v == (230.0, 230.0, 229.0)
    assert reading.current_a == (0.48, 0.44, 0.86)
    assert reading.power_kw == (0.07, 0.032, 0.142)
    assert reading.total_kw == 0.244
    assert reading.import_kwh == pytest.approx(4.426 + 2.399)
    assert reading.resolution_a == 0.0


def test_a_dutch_telegram_of_dsmr_4_has_whole_amperes_and_no_voltage() -> None:
    reading = reading_of(telegram("v4_2"), 1.0, 230)
    assert reading.current_a == (0.0, 6.0, 2.0)
    assert reading.resolution_a == 1.0
    assert reading.power_kw == (0.17, 1.247, 0.209)
    assert reading.telegram == "161113205757W"


def test_a_belgian_telegram_has_its_quarter_and_the_peak_of_the_month() -> None:
    found = telegram("fluvius_v171")
    reading = reading_of(found, 1.0, 230)
    assert found.time == datetime(2020, 5, 12, 11, 54, 9, tzinfo=UTC)
    assert (reading.quarter_kw, reading.month_peak_kw) == (2.351, 2.589)
    assert reading.month_peak_at == datetime(2020, 5, 9, 11, 45, 58, tzinfo=UTC)
    assert reading.resolution_a == 0.0


def test_a_recorded_belgian_telegram_reads_without_its_unset_months() -> None:
    found = telegram("fluvius_v171_alt")
    assert found.values["month_peak"] > 0
    assert local_time("632525252525W") is None


def test_an_old_telegram_without_phases_gives_a_total_only() -> None:
    found = telegram("v2_2")
    reading = reading_of(found, 1.0, 230)
    assert not found.checked
    assert reading.warnings == ("telegrams of this meter carry no checksum",)
    assert reading.total_kw == 1.01
    assert all(math.isnan(a) for a in reading.current_a)


def test_an_austrian_telegram_in_watts() -> None:
    reading = reading_of(telegram("sagemcom_t210_d_r"), 1.0, 230)
    assert reading.total_kw == pytest.approx(0.286)
    assert reading.import_kwh == pytest.approx(6545.766)


@given(st.integers(0, 800), st.integers(0, 7))
def test_a_damaged_bit_is_noticed(at: int, bit: int) -> None:
    whole = bytearray(b"/X\r\n\r\n1-0:1.7.0(00.244*kW)\r\n1-0:2.7.0(00.000*kW)\r\n!")
    whole += f"{crc16(bytes(whole)):04X}\r\n".encode()
    at %= len(whole) - 6
    whole[at] ^= 1 << bit
    with pytest.raises(DeviceGarbled):
        parse(bytes(whole))


def test_summer_and_winter_time_of_the_hour_that_comes_twice_are_an_hour_apart() -> None:
    summer, winter = local_time("261025023000S"), local_time("261025023000W")
    assert summer == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert winter == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@given(st.lists(st.integers(1, 400), max_size=20))
def test_a_stream_cut_anywhere_gives_the_same_telegrams(cuts: list[int]) -> None:
    one = b"/A\r\n1-0:1.7.0(00.244*kW)\r\n!1234\r\n"
    stream = b"rest of one)\r\n!ABCD\r\n" + one + one + b"/broken\r\n1-0:1.7.0(0" + b"\r\n" + one
    splitter, found = Splitter(), []
    while stream:
        size = cuts.pop() if cuts else len(stream)
        found += splitter.feed(stream[:size])
        stream = stream[size:]
    assert found == [one, one, one]


def test_endless_rubbish_does_not_grow() -> None:
    splitter = Splitter()
    for _ in range(100):
        assert splitter.feed(b"/" + b"x" * 1000) == []
    assert len(splitter._rest) <= Splitter.LONGEST
