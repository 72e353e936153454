"""The daemon with a boiler and a signal behind a real broker: followed, told, held down, lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.executors.mqtt.mosquitto import running, until
from tests.service.broker_site import CEILING_KW, Scene, outside, running_site

HARDLY_KW = 0.05


def under_the_ceiling(scene: Scene) -> bool:
    return bool(scene.state["signal"]["ceiling_on"]) and 0 < scene.drawn_kw <= CEILING_KW + HARDLY_KW


def nothing_failed(scene: Scene) -> bool:
    """No tick failed but for a machine that is too slow for the fast clock."""
    last = scene.daemon.ticking.ring.last_failure
    return not last or "the decision took" in last


def free(scene: Scene) -> bool:
    return not scene.state["signal"]["ceiling_on"] and scene.drawn_kw > CEILING_KW + 5


def test_the_plan_moves_the_boiler_the_signal_holds_the_cars_and_a_lost_broker_counts_as_on(
    tmp_path: Path,
) -> None:
    async def test() -> None:
        async with running(tmp_path) as broker:
            async with outside(broker.port) as world, running_site(tmp_path, broker.port) as scene:
                await until(lambda: free(scene), 30)
                await until(lambda: scene.boiler["on"] is True and world.orders[-1] == "ON")
                await until(lambda: scene.boiler["ran_h"] > 0)
                world.signal = "on"
                await until(lambda: under_the_ceiling(scene))
                await until(lambda: world.orders[-1] == "OFF" and scene.boiler["on"] is False)
                await until(lambda: scene.asked[-1].curtailed != ())
                assert scene.asked[-1].ran_h["boiler"] > 0
                await until(lambda: any(entry.what == "draw" for entry in scene.record()))
                world.signal = "off"
                await until(lambda: free(scene), 30)
                await broker.stop()
                await until(lambda: under_the_ceiling(scene), 30)
                await until(lambda: "broker" in scene.boiler["trouble"])
                await until(lambda: any("boiler" in words for words in scene.said))
                assert scene.boiler["on"] is None
                assert nothing_failed(scene)
            what = [entry.what for entry in scene.record() if entry.what != "draw"]
            assert (what[0], what[-1]) == ("watching", "stopped")
            signal = [one for one in what if one.startswith("signal")]
            assert signal[-4:] == ["signal_off", "signal_on", "signal_off", "signal_missing"]
            ceiling = [one for one in what if one.startswith("ceiling")]
            assert ceiling[-3:] == ["ceiling_on", "ceiling_off", "ceiling_on_signal_missing"]
            draw = next(entry for entry in scene.record() if entry.what == "draw").numbers
            assert draw["cars_kw"] <= CEILING_KW + HARDLY_KW
            assert draw["allowed_kw"] <= CEILING_KW + HARDLY_KW

    asyncio.run(test())


def test_a_switch_that_does_not_follow_is_told(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as broker, outside(broker.port) as world:
            world.lies = True
            async with running_site(tmp_path, broker.port) as scene:
                await until(lambda: [one["code"] for one in scene.boiler["alarms"]] == ["switch_stuck"], 30)
                await until(lambda: any("never seen so" in words for words in scene.said))
                assert scene.boiler["ran_h"] == 0
                assert world.orders.count("ON") >= 3
            await until(lambda: world.orders[-1] == "OFF")

    asyncio.run(test())


def test_a_broker_that_accepts_and_never_answers_delays_no_tick(tmp_path: Path) -> None:
    async def test() -> None:
        held: list[asyncio.StreamWriter] = []
        server = await asyncio.start_server(lambda _, writer: held.append(writer), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with running_site(tmp_path, port) as scene:
            await until(lambda: under_the_ceiling(scene), 30)
            first = scene.daemon.ticking.ring.count
            await until(lambda: scene.daemon.ticking.ring.count > first + 30)
            assert nothing_failed(scene)
            assert len(held) >= 2
            assert scene.boiler["trouble"] != ""
            assert scene.state["signal"]["on"] is None
        server.close()
        for writer in held:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in held), return_exceptions=True)

    asyncio.run(test())
