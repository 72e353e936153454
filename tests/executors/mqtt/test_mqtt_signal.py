"""The grid operator's signal behind a real broker, and what a missing one means."""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.errors import DeviceSilent
from executors.capabilities import SignalReader
from executors.mqtt.session import Broker
from executors.mqtt.signal import MqttSignal
from executors.readings import SignalReading
from executors.signal import ceiling_of, counts_as_on, curtailed
from tests.executors.mqtt.mosquitto import post, running, running_task

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


async def value(signal: MqttSignal) -> SignalReading:
    async with asyncio.timeout(10):
        while True:
            try:
                return await signal.read()
            except DeviceSilent:
                await asyncio.sleep(0.02)


async def silence(signal: MqttSignal) -> None:
    """Read until that fails."""
    async with asyncio.timeout(10):
        while True:
            await signal.read()
            await asyncio.sleep(0.02)


def test_the_signal_comes_with_its_age(tmp_path: Path) -> None:
    async def test() -> None:
        now = [100.0]
        async with running(tmp_path) as broker:
            signal = MqttSignal(Broker("127.0.0.1", broker.port), "grid/14a", lambda: now[0])
            assert isinstance(signal, SignalReader)
            with pytest.raises(DeviceSilent, match="not connected"):
                await signal.read()
            async with running_task(signal.run):
                await asyncio.sleep(0.3)
                await post(broker.port, "grid/14a", "on")
                found = await value(signal)
                now[0] = 130.0
                assert ceiling_of(found, now[0]) == (True, 30.0)
                await post(broker.port, "grid/14a", "switched?")
                with pytest.raises(DeviceSilent, match="nothing came that counts"):
                    await silence(signal)

    asyncio.run(test())


def test_a_retained_off_counts_only_with_its_senders_availability(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as broker:
            place = Broker("127.0.0.1", broker.port)
            await post(broker.port, "grid/14a", "off", retain=True)
            alone = MqttSignal(place, "grid/14a", lambda: 5.0)
            async with running_task(alone.run):
                await asyncio.sleep(0.5)
                with pytest.raises(DeviceSilent):
                    await alone.read()
            await post(broker.port, "grid/box", "online", retain=True)
            watched = MqttSignal(place, "grid/14a", lambda: 7.0, available="grid/box", invert=True)
            async with running_task(watched.run):
                assert await value(watched) == SignalReading(7.0, True)

    asyncio.run(test())


def test_a_signal_that_is_old_or_was_never_there_counts_as_on() -> None:
    off = SignalReading(100.0, on=False)
    assert ceiling_of(None, 5.0) == (False, math.inf)
    assert counts_as_on(None, 5.0)
    assert not counts_as_on(off, 160.0)
    assert counts_as_on(off, 160.1)
    assert counts_as_on(SignalReading(100.0, on=True), 100.0)


def test_a_plan_reckons_with_a_signal_for_the_next_hour() -> None:
    assert curtailed(SignalReading(0.0, on=False), 1.0, NOON) == ()
    assert curtailed(SignalReading(0.0, on=True), 1.0, NOON) == ((NOON, NOON + timedelta(hours=1)),)
    assert curtailed(None, 1.0, NOON) == ((NOON, NOON + timedelta(hours=1)),)
