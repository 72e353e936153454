"""Commissioning looks at switch and signal behind a real broker, and moves neither."""

from __future__ import annotations

import asyncio
from pathlib import Path

from domain.site import Site, parse_site
from executors.devices import devices_of
from service.probe_words_others import DeviceReport, others_reports
from service.probing_others import LookedAt
from service.run.clocks import Clocks
from service.run.wired_site import Wired
from tests.executors.mqtt.mosquitto import free_port, heard, post, running
from tests.service.broker_site import SITE


def site_on(port: int) -> Site:
    return parse_site(SITE.replace("PORT", str(port)), "broker.yaml")


async def looked(site: Site, folder: Path) -> dict[str, DeviceReport]:
    clocks = Clocks()
    async with devices_of(site, clocks.mono_s, folder, only_looks=True) as devices:
        wired = Wired(site, {}, {}, devices.switches, devices.battery, devices.signal)
        seen = LookedAt(wired, clocks)
        await seen.look()
        return {one.id: one for one in others_reports(site, seen, clocks.mono_s())}


def test_what_answers_is_found_and_nothing_is_switched(tmp_path: Path) -> None:
    async def test() -> None:
        async with running(tmp_path) as broker, heard(broker.port, "boiler/set") as orders:

            async def world() -> None:
                while True:
                    await post(broker.port, "boiler", "ON")
                    await post(broker.port, "grid/limit", "off")
                    await asyncio.sleep(0.2)

            task = asyncio.ensure_future(world())
            found = await looked(site_on(broker.port), tmp_path)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert found["boiler"].ok
            assert found["boiler"].shows == "on"
            assert "its state is read back" in found["boiler"].good
            assert found["curtailment"].ok
            assert found["curtailment"].shows == "off: there is no ceiling"
            assert orders == []

    asyncio.run(test())


def test_a_broker_that_is_not_there_is_told_and_the_signal_counts_as_on(tmp_path: Path) -> None:
    found = asyncio.run(looked(site_on(free_port()), tmp_path))
    assert not found["boiler"].found
    assert "broker at 127.0.0.1" in found["boiler"].wrong[0]
    assert "counts as on, and the cars are held under 9 kW" in found["curtailment"].wrong[0]
