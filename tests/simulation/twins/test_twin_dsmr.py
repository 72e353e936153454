"""Telegrams of the P1 twin beside recorded ones, over TCP and on a serial line."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import serial

from simulation.twins.dsmr_port import P1OnSerial, P1OverTcp, P1Voice
from simulation.twins.dsmr_telegram import MeterKind, check_sum, local_stamp, telegram
from simulation.twins.faults import Fault, FaultKind
from simulation.twins.physics import Clock
from simulation.twins.sampled import Sampled
from tests.shared_data import shared
from tests.simulation.twins.steady import BRUSSELS, NAN, READING, Steady
from tests.simulation.twins.wires import HandClock, run

RECORDED = {
    MeterKind.BELGIAN: "fluvius_v171_alt.txt",
    MeterKind.DUTCH: "v5_two_mbus.txt",
    MeterKind.DUTCH_4: "v4_2.txt",
}
LINE = re.compile(r"(\d-\d:[\d.]+)((?:\([^)]*\))*)")


def lines(text: str) -> dict[str, str]:
    """Values by OBIS code."""
    return {found[1]: found[2] for found in (LINE.fullmatch(line) for line in text.split("\r\n")) if found}


def shape(value: str) -> str:
    """A value with every digit as 9."""
    return re.sub(r"\d", "9", value)


@pytest.mark.parametrize("kind", list(MeterKind))
def test_a_telegram_looks_like_a_recorded_one_digit_by_digit(kind: MeterKind) -> None:
    recorded = lines(shared(f"devices/fixtures/dsmr/{RECORDED[kind]}").read_bytes().decode("ascii"))
    made = lines(telegram(READING, kind, BRUSSELS))
    alike = {code for code in made if not code.startswith(("0-0:96.1.1", "0-0:98.1.0"))}
    assert {code: shape(made[code]).replace("S", "W") for code in alike} == {
        code: shape(recorded[code]).replace("S", "W") for code in alike
    }


@pytest.mark.parametrize("name", ["fluvius_v171.txt", "fluvius_v171_alt.txt", "v4_2.txt", "v5.txt"])
def test_the_check_sum_is_that_of_recorded_telegrams(name: str) -> None:
    data = shared(f"devices/fixtures/dsmr/{name}").read_bytes()
    end = data.index(b"!") + 1
    assert f"{check_sum(data[:end]):04X}".encode() == data[end : end + 4]


def test_the_values_are_those_of_the_house() -> None:
    values = lines(telegram(READING, MeterKind.BELGIAN, BRUSSELS))
    assert values["0-0:1.0.0"] == "(261120133015W)"
    assert (values["1-0:1.7.0"], values["1-0:2.7.0"]) == ("(02.223*kW)", "(00.000*kW)")
    assert (values["1-0:21.7.0"], values["1-0:22.7.0"]) == ("(00.000*kW)", "(00.918*kW)")
    assert (values["1-0:31.7.0"], values["1-0:52.7.0"]) == ("(004.00*A)", "(231.2*V)")
    assert values["1-0:1.8.1"] == "(000500.125*kWh)"
    assert values["1-0:1.4.0"] == "(02.351*kW)"
    assert values["1-0:1.6.0"] == "(261102114500W)(03.064*kW)"
    assert "(632525252525W)" in values["0-0:98.1.0"]


def test_a_phase_that_is_not_there_has_no_line() -> None:
    one = (230.0, NAN, NAN)
    text = telegram(replace(READING, voltage_v=one, current_a=one, power_w=one), MeterKind.DUTCH, BRUSSELS)
    assert "1-0:21.7.0" in text
    assert not {"1-0:41.7.0", "1-0:52.7.0", "1-0:71.7.0"} & set(lines(text))


def test_summer_time_is_said_with_an_s() -> None:
    assert local_stamp(datetime(2026, 7, 1, 10, tzinfo=UTC), BRUSSELS) == "260701120000S"
    assert local_stamp(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), BRUSSELS) == "261025023000S"
    assert local_stamp(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), BRUSSELS) == "261025023000W"


def voice(clock: Clock, period_s: float = 1.0) -> P1Voice:
    return P1Voice(Sampled(Steady(), clock, period_s), MeterKind.BELGIAN, BRUSSELS)


def test_over_tcp_a_telegram_comes_with_every_sample_and_faults_spoil_it() -> None:
    async def listen() -> None:
        clock = HandClock()
        port = P1OverTcp(voice(clock))
        await port.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", port.port)
        whole = telegram(READING, MeterKind.BELGIAN, BRUSSELS).encode()
        try:
            assert await reader.readexactly(len(whole)) == whole
            port.voice.faults.command(Fault(FaultKind.EXCEPTION))
            port.voice.faults.command(Fault(FaultKind.TRUNCATED))
            port.voice.faults.command(Fault(FaultKind.CLOSED, first=1))
            clock.pass_s(1)
            broken = await reader.readexactly(len(whole))
            assert check_sum(broken[: broken.index(b"!") + 1]) != int(broken[-6:-2], 16)
            clock.pass_s(1)
            assert await reader.readexactly(len(whole) // 2) == whole[: len(whole) // 2]
            clock.pass_s(1)
            assert await reader.readexactly(len(whole)) == whole
            clock.pass_s(1)
            assert await reader.read() == b""
        finally:
            writer.close()
            await port.stop()

    run(listen())


def test_by_cable_the_port_speaks_at_115200_baud(tmp_path: Path) -> None:
    async def listen() -> bytes:
        # a telegram that begins while somebody opens the line is lost to him: the next one is whole
        port = P1OnSerial(voice(time.monotonic, period_s=0.2), tmp_path / "ttyP1")
        await port.start()
        try:
            return await asyncio.to_thread(read_until_end, port.path)
        finally:
            await port.stop()

    text = run(listen()).decode("ascii")
    assert "1-0:1.7.0(02.223*kW)" in text


def read_until_end(path: Path) -> bytes:
    with serial.Serial(str(path), 115_200, timeout=0.1) as line:
        data = b""
        for _ in range(100):
            data += line.read(64)
            whole = re.search(rb"/.*!", data, re.DOTALL)
            if whole is not None:
                return whole[0]
        return data


def test_a_frozen_meter_repeats_its_telegram_with_its_time() -> None:
    async def listen() -> None:
        clock = HandClock()
        speaking = voice(clock, period_s=0.01)
        speaking.meter.frozen = True
        first = await speaking.next(None)
        clock.pass_s(60)
        assert await speaking.next(first) == first
        assert speaking.telegram()[0] == telegram(READING, MeterKind.BELGIAN, BRUSSELS).encode()

    run(listen())
