"""All devices of a site on their wires: made together, closed together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from domain.errors import InputError
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
        links = Links(clock, sleep)
        closing.push_async_callback(links.close)
        client = await closing.enter_async_context(httpx.AsyncClient())
        parts = Parts(links, client, clock, site.grid.voltage_v, folder, source, closing, only_looks)
        meters, chargers, stations = _meters(site, parts), {}, Stations()
        switches, battery, signal = _others(site, parts)
        for i, charger in enumerate(site.chargers):
            with suppress(Missing):
                chargers[charger.id] = make_charger(charger, f"chargers[{i}]", parts, stations)
        if parts.faults:
            raise InputError(parts.faults)
        for made in meters.values():
            if made is not None and made.run is not None:
                parts.start(made.run)
        for run in parts.tasks:
            closing.push_async_callback(_stopped, asyncio.ensure_future(run()))
        if battery is not None and not only_looks:
            closing.push_async_callback(released, battery)
        yield Devices(
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
