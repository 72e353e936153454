"""A switch behind a real broker: orders, read-back, last will, a broker that goes and comes."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import socket
from pathlib import Path

import pytest

from domain.errors import DeviceSilent
from executors.capabilities import Switch, Switched
from executors.mqtt.session import Broker
from executors.mqtt.switch import REFRESH_S, RETRY_S, STALE_S, MqttSwitch, Topics
from tests.executors.mqtt.mosquitto import Mosquitto, heard, post, running, running_task, until

TOPICS = Topics("boiler/set", state="boiler")
WATCHED = Topics("boiler/set", state="boiler", available="boiler/online")


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def made(broker: Mosquitto, topics: Topics = TOPICS) -> tuple[MqttSwitch, Clock]:
    clock = Clock()
    switch = MqttSwitch(Broker("127.0.0.1", broker.port), topics, clock)
    switch._asked.set()
    return switch, clock


async def known(switch: MqttSwitch, state: bool | None, within_s: float = 10.0) -> None:
    async with asyncio.timeout(within_s):
        while True:
            if (await switch.read()).on is state:
                return
            await asyncio.sleep(0.02)


def test_an_order_is_sent_once_and_confirmed_by_what_the_switch_says(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as broker, heard(broker.port, "boiler/set") as orders:
            switch, clock = made(broker)
            assert isinstance(switch, Switch)
            async with running_task(switch.run):
                await until(lambda: switch.connected)
                assert await switch.switch(on=True) == Switched(confirmed=False, written=True)
                assert await switch.switch(on=True) == Switched(confirmed=False, written=False)
                await until(lambda: orders == [("ON", False)])
                await post(broker.port, "boiler", "ON")
                await known(switch, True)
                assert await switch.switch(on=True) == Switched(confirmed=True, written=False)
                clock.now_s += REFRESH_S + 1
                assert (await switch.switch(on=True)).written
                await until(lambda: len(orders) == 2)

    asyncio.run(test())


def test_a_switch_that_does_not_answer_is_told_again_and_reported(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as broker:
            switch, clock = made(broker)
            async with running_task(switch.run):
                await until(lambda: switch.connected)
                for _ in range(3):
                    assert (await switch.switch(on=True)).written
                    clock.now_s += RETRY_S + 1
                assert [alarm.code for alarm in (await switch.read()).alarms] == ["switch_stuck"]

    asyncio.run(test())


def test_a_hand_at_the_switch_is_seen_told_and_undone(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as broker:
            switch, clock = made(broker)
            async with running_task(switch.run):
                await until(lambda: switch.connected)
                await switch.switch(on=False)
                await post(broker.port, "boiler", "OFF")
                await known(switch, False)
                await switch.switch(on=False)
                await post(broker.port, "boiler", "ON")
                await known(switch, True)
                clock.now_s += RETRY_S + 1
                assert (await switch.switch(on=False)).written
                assert [alarm.code for alarm in (await switch.read()).alarms] == ["foreign_switch"]

    asyncio.run(test())


def test_a_state_of_yesterday_is_missing_until_the_switch_is_known_to_be_there(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as broker:
            await post(broker.port, "boiler", "ON", retain=True)
            alone, _ = made(broker)
            async with running_task(alone.run):
                await until(lambda: alone.connected)
                await asyncio.sleep(0.3)
                assert (await alone.read()).on is None
            await post(broker.port, "boiler/online", "online", retain=True)
            watched, clock = made(broker, WATCHED)
            async with running_task(watched.run):
                await until(lambda: watched.connected)
                await known(watched, True)
                clock.now_s += 10 * STALE_S
                assert (await watched.read()).on is True
                await post(broker.port, "boiler/online", "offline", retain=True)
                await known(watched, None)
                assert [alarm.code for alarm in (await watched.read()).alarms] == ["switch_offline"]

    asyncio.run(test())


def test_a_state_that_nobody_repeats_grows_old_and_is_missing(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as broker:
            switch, clock = made(broker)
            async with running_task(switch.run):
                await until(lambda: switch.connected)
                await post(broker.port, "boiler", "ON")
                await known(switch, True)
                clock.now_s += STALE_S + 1
                assert (await switch.read()).on is None

    asyncio.run(test())


def test_garbage_and_floods_are_no_state(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as broker:
            switch, _ = made(broker)
            async with running_task(switch.run):
                await until(lambda: switch.connected)
                await post(broker.port, "boiler", "ON")
                await known(switch, True)
                await post(broker.port, "boiler", b"\xff" * 100_000)
                await known(switch, None)

    asyncio.run(test())


def test_the_broker_goes_and_comes_and_the_order_is_sent_again(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as broker:
            switch, _ = made(broker)
            async with running_task(switch.run):
                await until(lambda: switch.connected)
                await switch.switch(on=True)
                await post(broker.port, "boiler", "ON")
                await known(switch, True)
                await broker.stop()
                await until(lambda: not switch.connected)
                with pytest.raises(DeviceSilent, match=r"broker at 127\.0\.0\.1"):
                    await switch.read()
                with pytest.raises(DeviceSilent):
                    await switch.switch(on=True)
                await broker.start()
                async with heard(broker.port, "boiler/set") as orders:
                    await until(lambda: switch.connected)
                    assert (await switch.read()).on is None
                    assert (await switch.switch(on=True)).written
                    await until(lambda: orders == [("ON", False)])

    asyncio.run(test())


def test_who_goes_in_peace_switches_off(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as broker, heard(broker.port, "boiler/set") as orders:
            switch, _ = made(broker)
            async with running_task(switch.run):
                await until(lambda: switch.connected)
                await switch.switch(on=True)
            await until(lambda: orders == [("ON", False), ("OFF", False)])
            stays, _ = made(broker, Topics("boiler/set", off_when_lost=False))
            async with running_task(stays.run):
                await until(lambda: stays.connected)
            await asyncio.sleep(0.2)
            assert len(orders) == 2

    asyncio.run(test())


def test_who_asks_nothing_switches_nothing_off(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as broker, heard(broker.port, "boiler/set") as orders:
            switch = MqttSwitch(Broker("127.0.0.1", broker.port), TOPICS, Clock())
            async with running_task(switch.run):
                await asyncio.sleep(0.3)
                assert not switch.connected
                with pytest.raises(DeviceSilent, match="not connected"):
                    await switch.read()
                await until(lambda: switch.connected)
            await until(lambda: orders == [("OFF", False)])

    asyncio.run(test())


def test_the_broker_switches_off_for_whoever_dies(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as broker, heard(broker.port, "boiler/set") as orders:
            switch, _ = made(broker)
            async with running_task(switch.run):
                await until(lambda: switch.connected)
                client = switch._session._client
                assert client is not None
                dying = client._client.socket()
                assert isinstance(dying, socket.socket)
                await switch.switch(on=True)
                dying.shutdown(socket.SHUT_RDWR)  # what a process that is killed does to its connections
                await until(lambda: ("OFF", False) in orders)

    asyncio.run(test())


def password_file(folder: Path, user: str, password: str) -> Path:
    """As mosquitto keeps them (password_file in mosquitto.conf(5)): PBKDF2-SHA512, 101 rounds."""
    salt = b"twelve bytes"
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 101)
    packed = [base64.b64encode(part).decode() for part in (salt, digest)]
    found = folder / "passwords"
    found.write_text(f"{user}:$7$101${packed[0]}${packed[1]}\n")
    found.chmod(0o600)
    return found


def test_a_broker_with_passwords_lets_in_who_knows_them(tmp_path: Path) -> None:
    async def test() -> None:
        passwords = password_file(tmp_path, "wright", "right")
        async with running(tmp_path, passwords) as broker:
            for password, in_time in (("wrong", False), ("right", True)):
                place = Broker("127.0.0.1", broker.port, "wright", password)
                switch = MqttSwitch(place, TOPICS, Clock())
                switch._asked.set()
                async with running_task(switch.run):
                    if in_time:
                        await until(lambda: switch.connected)  # noqa: B023 -- asked at once
                        continue
                    await until(lambda: "ot authori" in switch._session.trouble)  # noqa: B023 -- as above
                    assert not switch.connected

    asyncio.run(test())


def test_a_password_is_not_shown() -> None:
    assert "s3cret" not in repr(Broker("broker", 1883, "wright", "s3cret"))
