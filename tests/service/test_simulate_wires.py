"""`simulate --real-time`: the day over wires, its figures, its faults and its end by Ctrl-C."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.errors import InputError
from domain.site import parse_site
from service.plan_options import PlanOrder
from service.planning import plan_order
from service.simulate_options import SimulateOrder, wanted_of
from service.simulate_wires import refuse_what_is_too_fast
from service.simulating_wires import TOO_LATE, WiredDay
from simulation.outcome import outcome_of
from tests.service.commands import AT, Terminal, site_file

SITE = """
name: Wired home
location: {time_zone: Europe/Brussels}
grid: {limit_a: 25, base_load_max_a: 12, meter: street}
meters: {street: {driver: homewizard_p1, host: p1.local}}
chargers:
  - {id: driveway, driver: charx, host: charx.local, connector: 1, current_a: {min: 6, max: 16},
     failsafe: {current_a: 6, after_s: 30}}
departures: [{charger: driveway, arrive: "00:00", depart: "23:59", energy_kwh: 60}]
load: {source: fixed, kw: 0.5}
tariff: {buy: {source: fixed, eur_per_kwh: 0.3}}
"""


def day(folder: Path, *faults: str) -> WiredDay:
    order = SimulateOrder(
        PlanOrder(site_file(folder, SITE), AT), hours="0.05", faults=faults, real_time=True, speed="30"
    )
    wanted = wanted_of(order, parse_site(SITE, "site.yaml"))
    return WiredDay(plan_order(order.plan, datetime.now(UTC), lambda _: None), wanted)


def test_three_minutes_over_wires_charge_and_keep_every_limit(terminal: Terminal, tmp_path: Path) -> None:
    words = ("--at", AT, "--hours", "0.05", "--real-time", "--speed", "30", "--json")
    said = terminal.run("simulate", site_file(tmp_path, SITE), *words)
    assert said.code == 0, said.err
    answer = json.loads(said.out)
    assert answer["seconds"] == 179
    assert answer["cars"][0]["got_kwh"] > 0.1
    assert answer["limits"] == []
    assert answer["tripped"] == []


def test_a_clock_that_is_too_fast_for_the_computer_ends_the_day_and_blames_no_device(tmp_path: Path) -> None:
    wired = day(tmp_path)
    wired.events += [(1, "LINK_LOST", "driveway")] * TOO_LATE
    asyncio.run(wired.run(asyncio.Event(), lambda _: None))
    assert wired.plant.now_s < 170
    with pytest.raises(InputError, match="--speed: 30, and 5 answers came too late"):
        refuse_what_is_too_fast(wired)


def test_a_device_that_is_lost_by_command_is_no_fault_of_the_computer(tmp_path: Path) -> None:
    wired = day(tmp_path, "charger_lost:driveway:40-60")
    wired.events += [(40, "LINK_LOST", "driveway")] * TOO_LATE
    refuse_what_is_too_fast(wired)


def test_a_stop_ends_the_day_early_with_its_figures(tmp_path: Path) -> None:
    async def test() -> None:
        stop = asyncio.Event()
        await wired.run(stop, lambda second: stop.set() if second > 40 else None)

    wired = day(tmp_path)
    asyncio.run(test())
    outcome = outcome_of(wired)
    assert 40 < outcome.seconds < 179
    assert outcome.energy_kwh["driveway"] > 0


def test_a_controller_that_restarts_is_away_and_taken_back(tmp_path: Path) -> None:
    wired = day(tmp_path, "charger_reboot:driveway:40-41")
    seen: list[tuple[int, float]] = []

    async def test() -> None:
        look = lambda second: seen.append((second, float(wired.plant.cars.draw_a[0])))  # noqa: E731 - short
        await wired.run(asyncio.Event(), look)

    asyncio.run(test())
    drawn = dict(seen)
    away = [amps for second, amps in drawn.items() if 55 < second < 95]  # after the car's own ramp
    assert max(away, default=0.0) == 0.0
    assert wired.refused_writes > 0
    assert seen[-1][1] > 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--speed", "10"), "only with --real-time"),
        (("--real-time", "--speed", "0.5"), "from 1 to 100"),
        (("--real-time", "--speed", "fast"), "from 1 to 100"),
    ],
)
def test_a_speed_that_makes_no_sense_is_told(
    terminal: Terminal, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    heard = terminal.run("simulate", site_file(tmp_path, SITE), *words)
    assert heard.code == 2
    assert said in heard.err
