"""A site of twins as a process of its own.

``python -m tests.service.twin_site FOLDER SPEED BEGAN_MONO BEGAN_WALL ENERGY_KWH`` writes ``site.yaml`` with
the addresses of its twins, and ``seen.json`` again and again.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from domain.site import parse_site
from forecasting.requests_file import read_requests
from service.run.clocks import Clocks
from simulation.plant.build import plant_of, visits_of
from simulation.plant.house import quiet_house
from simulation.plant.record import Record
from simulation.twins.host import TwinHost
from simulation.twins.host_settings import HostSettings
from simulation.twins.plant_world import PlantWorld

STAY_S = 2400
ENERGY_KWH = 3.0
SITE = """
name: Twins
location: {time_zone: UTC}
default_request: full
grid: {limit_a: 32, base_load_max_a: 6, protection: {type: gg, rating_a: 40}, meter: street}
meters: {street: {driver: shelly_3em, host: 127.0.0.1, port: %(meter)d}}
chargers:
  - id: left
    driver: charx
    host: 127.0.0.1
    port: %(charx)d
    connector: 1
    current_a: {min: 6, max: 16}
    failsafe: {current_a: 6, after_s: 20}
  - id: right
    driver: charx
    host: 127.0.0.1
    port: %(charx)d
    connector: 2
    current_a: {min: 6, max: 16}
    failsafe: {current_a: 6, after_s: 20}
tariff: {buy: {source: fixed, eur_per_kwh: 0.3}}
"""
REQUESTS = "charger,arrival,departure,energy_kwh\n"


class Watch:
    """The highest current of every phase of the grid, and for how long it was above the limit."""

    def __init__(self, limit_a: float) -> None:
        self.limit_a, self.highest_a, self.above_s = limit_a, 0.0, 0

    def hear(self, record: Record) -> None:
        grid_a = record.flow_a[:, 0, :]
        self.highest_a = max(self.highest_a, float(grid_a.max()))
        self.above_s += int((grid_a.max(axis=1) > self.limit_a + 0.5).sum())


async def main(folder: Path, clocks: Clocks, energy_kwh: float) -> None:
    start = datetime.fromtimestamp(int(clocks.wall_s()), UTC)
    end = start + timedelta(seconds=STAY_S)
    rows = [f"{one},{start.isoformat()},{end.isoformat()},{energy_kwh}\n" for one in ("left", "right")]
    (folder / "requests.csv").write_text(REQUESTS + "".join(rows))
    site = parse_site(SITE % {"meter": 1, "charx": 2}, "twins.yaml")
    visits = visits_of(site, read_requests(folder / "requests.csv", site), start)
    watch = Watch(32.0)
    plant = plant_of(site, quiet_house(3.0), visits, start, watch.hear)
    world = PlantWorld(plant, clocks.mono_s)
    settings = HostSettings(
        clocks.mono_s, folder, ZoneInfo("UTC"), answer_s=0.03 / clocks.speed, tick_s=0.25 / clocks.speed
    )
    async with TwinHost(site, world, settings) as host:
        ports = {"meter": host.meter("street").address().port, "charx": host.charger("left").address().port}
        (folder / "site.yaml").write_text(SITE % ports)
        while True:
            _write(folder / "seen.json", _seen(plant, watch))
            await asyncio.sleep(0.1)


def _seen(plant: Any, watch: Watch) -> dict[str, Any]:
    plant.flush()
    return {
        "second": plant.now_s,
        "drawn_a": [float(row.max()) for row in plant.phase_a],
        "energy_kwh": plant.cars.energy_kwh.tolist(),
        "ended_kwh": [end.energy_kwh for end in plant.visit_ends],
        "highest_a": watch.highest_a,
        "above_s": watch.above_s,
    }


def _write(path: Path, body: dict[str, Any]) -> None:
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(body))
    beside.replace(path)


if __name__ == "__main__":
    speed, began_mono, began_wall, asked_kwh = map(float, sys.argv[2:])
    asyncio.run(main(Path(sys.argv[1]), Clocks(speed, (began_mono, began_wall)), asked_kwh))
