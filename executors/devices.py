"""All devices of a site on their wires: made together, closed together."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from domain.errors import Fault, InputError
from domain.site import Site
from executors.battery_table import make_battery
from executors.capabilities import MeterReader, SignalReader, Switch
from executors.charger_table import ChargerDevice, Stations, make_charger
from executors.load_table import make_switch
from executors.making import Missing, Parts
from executors.meter_table import MadeMeter, make_meter
from executors.modbus.battery import BatteryDevice, released
from executors.modbus.link import Sleep
from executors.modbus.links import Links
from executors.signal_table import make_signal


@dataclass(frozen=True, slots=True)
class Devices:
    """Meters and chargers by id, as far as this version has wires for them."""

    meters: Mapping[str, MeterReader]
    chargers: Mapping[str, ChargerDevice]
    stations: Stations
    without: Mapping[str, str]
    """Ids of devices that have no wires here, with their drivers."""
    switches: Mapping[str, Switch] = field(default_factory=dict)
    """By the id of their flexible load."""
    battery: BatteryDevice | None = None
    signal: SignalReader | None = None
    """The grid operator's, of a site with ``curtailment``."""


@asynccontextmanager
async def devices_of(
    site: Site,
    clock: Callable[[], float],
    folder: Path,
    source: str = "site file",
    sleep: Sleep = asyncio.sleep,
    *,
    only_looks: bool = False,
) -> AsyncIterator[Devices]:
    """The devices of a site. Nothing is sent before somebody asks; meters that send by themselves listen.

    ``clock`` is monotonic [s], ``folder`` is that of the site file. Who ``only_looks`` switches no load off
    and lets no battery go at the end. ``InputError`` with every key that a driver lacks.
    """
    async with AsyncExitStack() as closing:
        parts = await _parts(site, clock, folder, source, sleep, closing, only_looks=only_looks)
        devices = _made(site, parts)
        if parts.faults:
            raise InputError(parts.faults)
        for run in parts.tasks:
            closing.push_async_callback(_stopped, asyncio.ensure_future(run()))
        if devices.battery is not None and not only_looks:
            closing.push_async_callback(released, devices.battery)
        yield devices


async def device_faults(site: Site, folder: Path, source: str) -> list[Fault]:
    """What stands in the way of making a site's devices; nothing is connected to."""
    async with AsyncExitStack() as closing:
        parts = await _parts(site, time.monotonic, folder, source, asyncio.sleep, closing, only_looks=True)
        _made(site, parts)
        return parts.faults


async def _parts(
    site: Site,
    clock: Callable[[], float],
    folder: Path,
    source: str,
    sleep: Sleep,
    closing: AsyncExitStack,
    *,
    only_looks: bool,
) -> Parts:
    links = Links(clock, sleep)
    closing.push_async_callback(links.close)
    client = await closing.enter_async_context(httpx.AsyncClient())
    return Parts(links, client, clock, site.grid.voltage_v, folder, source, closing, only_looks)


def _made(site: Site, parts: Parts) -> Devices:
    """The devices as far as nothing is missing; what is missing is in ``parts.faults``."""
    meters, stations = _meters(site, parts), Stations()
    chargers: dict[str, ChargerDevice | None] = {}
    switches, battery, signal = _others(site, parts)
    for i, charger in enumerate(site.chargers):
        with suppress(Missing):
            chargers[charger.id] = make_charger(charger, f"chargers[{i}]", parts, stations)
    for made in meters.values():
        if made is not None and made.run is not None:
            parts.start(made.run)
    return Devices(
        {name: made.reader for name, made in meters.items() if made is not None},
        {name: device for name, device in chargers.items() if device is not None},
        stations,
        _without(site, meters, chargers),
        switches,
        battery,
        signal,
    )


def _meters(site: Site, parts: Parts) -> dict[str, MadeMeter | None]:
    found: dict[str, MadeMeter | None] = {}
    for name, meter in site.meters.items():
        with suppress(Missing):
            found[name] = make_meter(name, meter, parts)
    return found


def _others(site: Site, parts: Parts) -> tuple[dict[str, Switch], BatteryDevice | None, SignalReader | None]:
    """Switches by load, the battery, the signal."""
    switches: dict[str, Switch] = {}
    battery: BatteryDevice | None = None
    signal: SignalReader | None = None
    for i, load in enumerate(site.flexible_loads):
        with suppress(Missing):
            made = make_switch(load, f"flexible_loads[{i}]", parts)
            switches |= {} if made is None else {load.id: made}
    if site.battery is not None:
        with suppress(Missing):
            battery = make_battery(site.battery, parts)
    if site.curtailment is not None:
        with suppress(Missing):
            signal = make_signal(site.curtailment, parts)
    return switches, battery, signal


def _without(
    site: Site, meters: Mapping[str, MadeMeter | None], chargers: Mapping[str, ChargerDevice | None]
) -> dict[str, str]:
    lacking = {name: meter.driver for name, meter in site.meters.items() if meters.get(name) is None}
    return lacking | {c.id: c.driver for c in site.chargers if chargers.get(c.id) is None}


async def _stopped(task: asyncio.Future[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
