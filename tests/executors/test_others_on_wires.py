"""Battery and signal of a site file on Modbus: moved as wanted, let go at the end, and lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

from domain.site import Site, parse_site
from executors.devices import devices_of
from executors.others import Others
from executors.others_wanted import OthersWanted
from executors.signal import counts_as_on
from tests.executors.mqtt.mosquitto import until
from tests.executors.tiny_modbus import Device, serve

MAP = """\
title: A battery of my own
source: its manual, page 7
table: input
word_order: big
longest_read: 20
registers:
  power: {address: 10, type: int16, unit: W}
  soc: {address: 12, type: uint16, unit: "%", scale: 0.1}
write:
  enable: {address: 40, on: 2, off: 0}
  power: {address: 41, type: int16, unit: W}
  reverts_after_s: 60
"""
SITE = """
name: On Modbus
location: {time_zone: UTC}
grid: {limit_a: 40}
chargers: [{id: c, current_a: {min: 6, max: 16}}]
battery: {capacity_kwh: 10, charge_kw: 5, discharge_kw: 4, soc: {min: 0.1, max: 0.9}, efficiency: 0.95,
  control: full, driver: modbus, map_file: battery.yaml, host: 127.0.0.1, port: PORT, unit: 1}
curtailment: {fixed_kw: 9, signal: {driver: modbus, host: 127.0.0.1, port: PORT, unit: 2, address: 7,
  table: coil}}
tariff: {buy: {source: fixed, eur_per_kwh: 0.3}}
"""
HELD, FREE = [2, 2000], [0, 0]
"""Remote control and power [W]: as told, and let go."""


def site_on(port: int, folder: Path) -> Site:
    (folder / "battery.yaml").write_text(MAP)
    return parse_site(SITE.replace("PORT", str(port)), "modbus.yaml")


def test_the_battery_follows_the_signal_is_heard_and_a_lost_one_counts_as_on(tmp_path: Path) -> None:
    battery = Device(input={10: 1500, 12: 505}, holding={40: 0, 41: 0})
    relay = Device(coils={7: 0})

    async def test() -> None:
        now, wanted = [1000.0], [OthersWanted(battery="power", battery_kw=2.0)]
        async with serve({1: battery, 2: relay}) as server:
            site = site_on(server.port, tmp_path)
            async with devices_of(site, lambda: now[0], tmp_path) as devices:
                others = Others(
                    lambda: wanted[0],
                    lambda: now[0],
                    switches={},
                    battery=devices.battery,
                    signal=devices.signal,
                    sleep=lambda _: asyncio.sleep(0.02),
                )
                running = asyncio.ensure_future(others.run())
                await until(lambda: [battery.holding[40], battery.holding[41]] == HELD)
                await until(lambda: others.battery_soc == 0.505 and others.battery_kw == 1.5)
                assert not counts_as_on(others.heard.signal, now[0])
                relay.coils[7] = 1
                await until(lambda: others.signal().on)
                relay.coils[7] = 0
                await until(lambda: not others.signal().on)
                del relay.coils[7]
                await until(lambda: "signal" in others.heard.trouble)
                now[0] += 61
                assert counts_as_on(others.heard.signal, now[0])
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
                assert [battery.holding[40], battery.holding[41]] == HELD
            assert [battery.holding[40], battery.holding[41]] == FREE

    asyncio.run(test())


def test_who_only_looks_lets_no_battery_go(tmp_path: Path) -> None:
    battery = Device(input={10: 1500, 12: 505}, holding={40: 2, 41: 2000})

    async def test() -> None:
        async with serve({1: battery}) as server:
            site = site_on(server.port, tmp_path)
            async with devices_of(site, lambda: 1000.0, tmp_path, only_looks=True) as devices:
                assert devices.battery is not None
                assert (await devices.battery.read()).soc == 0.505
            assert [battery.holding[40], battery.holding[41]] == HELD

    asyncio.run(test())
