"""Commissioning on twins: what is found, which verdicts, what fails."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from domain.site import Site, parse_site
from executors.control.failsafe_proof import prove
from executors.control.seam import CarState
from executors.devices import devices_of
from executors.meters.wiring_check import Verdict, WiringCheck
from executors.readings import ChargerReading
from service.main import main
from service.probe import show
from service.probe_words import ProbeReport, compared, report_of
from service.probe_words_others import DeviceReport
from service.probing import Probing, has_fallen
from service.run.clocks import Clocks
from service.run.kept import state_file
from service.run.lock import alone, only_one
from service.run.wired_site import Wired
from simulation.twins.host import TwinHost
from simulation.twins.host_settings import HostSettings
from simulation.twins.readdress import on_twins
from simulation.twins.standalone import Car
from simulation.twins.world import SimpleWorld

SITE = """
name: New site
location: {time_zone: Europe/Brussels}
grid: {limit_a: 40, base_load_max_a: 6, meter: street}
meters: {street: {driver: shelly_3em, host: em.local%s}}
chargers:
  - id: left
    driver: charx
    host: charx.local
    connector: 1
    wiring: [%s]
    current_a: {min: 6, max: 16}
    failsafe: {current_a: 6, after_s: 30}
  - id: right
    driver: charx
    host: charx.local
    connector: 2
    current_a: {min: 6, max: 16}
    failsafe: {current_a: 6, after_s: 30}
tariff: {buy: {source: fixed, eur_per_kwh: 0.3}}
"""
SPEED = 20.0


def site(invert: str = "", wiring: str = "L1, L2, L3") -> Site:
    return parse_site(SITE % (invert, wiring), "new.yaml")


async def probed(
    folder: Path,
    told: Site,
    real: Site,
    *,
    quick: bool = False,
    car: Car | None = None,
    break_it: Callable[[TwinHost], None] | None = None,
) -> ProbeReport:
    """Probe the site as it is told, on twins of the site as it really is."""
    clocks = Clocks(SPEED, (time.monotonic(), datetime.now(UTC).timestamp()))
    world = SimpleWorld(real, clocks.mono_s, datetime.now(UTC))
    if car is not None:
        world.points["left"].plug(car)
    settings = HostSettings(clocks.mono_s, folder, ZoneInfo("Europe/Brussels"), answer_s=0.001, tick_s=0.01)
    async with TwinHost(real, world, settings) as host:
        here = on_twins(told, host, folder)
        if break_it is not None:
            break_it(host)
        async with devices_of(here, clocks.mono_s, folder) as devices:
            probing = Probing(Wired(here, devices.meters, devices.chargers), clocks)
            await probing.look()
            if not quick:
                await probing.check_meters(lambda _: None)
                await probing.check_watchdogs(lambda _: None)
                await probing.look()
            return report_of(probing, prove(told), clocks.mono_s(), quick=quick)


def test_a_site_that_is_as_its_file_says_can_be_run(tmp_path: Path) -> None:
    report = asyncio.run(probed(tmp_path, site(), site(), car=Car()))
    assert report.ok
    meter, left, right = report.devices
    assert meter.good == ("signs and phases right (against left)",)
    assert left.good == (
        "watchdog set and read back: 6 A after 30 s",
        "left in silence, it fell back as set",
    )
    assert any("plug one in" in words for words in right.open)


def test_a_meter_the_wrong_way_round_is_found(tmp_path: Path) -> None:
    report = asyncio.run(probed(tmp_path, site(invert=", invert: true"), site(), car=Car()))
    assert not report.ok
    assert report.devices[0].wrong == (
        "sign turned round: set invert: true, or turn the clamps (against left)",
    )


def test_a_charger_on_other_phases_than_its_wiring_says_is_found(tmp_path: Path) -> None:
    report = asyncio.run(probed(tmp_path, site(), site(wiring="L2, L3, L1"), car=Car(pins=(0,))))
    assert not report.ok
    (words,) = report.devices[0].wrong
    assert words.startswith("phases in another order")


def test_a_device_that_does_not_answer_is_not_found_and_the_next_step_says_so(tmp_path: Path) -> None:
    nowhere = site()
    chargers = (nowhere.chargers[0].model_copy(update={"connector": 9}), nowhere.chargers[1])
    report = asyncio.run(
        probed(tmp_path, nowhere.model_copy(update={"chargers": chargers}), site(), quick=True)
    )
    assert not report.ok
    assert not report.devices[1].found
    assert "charger left" in report.steps[0]
    assert "check cable" in report.steps[0]


@pytest.mark.parametrize(
    ("offered_a", "drawn_a", "failsafe_a", "fallen"),
    [
        (6.0, 6.0, 6.0, True),
        (16.0, 16.0, 6.0, False),
        (math.nan, 6.0, 6.0, True),
        (math.nan, 0.0, 6.0, None),
        (0.0, 0.0, 0.0, True),
        (6.0, 6.0, 0.0, False),
        (math.nan, 6.0, 0.0, False),
    ],
)
def test_a_fall_back_is_seen_by_the_pilot_or_by_the_car(
    offered_a: float, drawn_a: float, failsafe_a: float, fallen: bool | None
) -> None:
    reading = ChargerReading(0.0, CarState.CHARGING, (drawn_a,) * 3, offered_a=offered_a)
    assert has_fallen(reading, failsafe_a) is fallen


def test_without_a_car_a_fall_back_does_not_show() -> None:
    assert has_fallen(ChargerReading(0.0, CarState.NONE, offered_a=0.0), 6.0) is None
    assert has_fallen(None, 6.0) is False


def test_the_command_answers_programs_and_fails_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "new.yaml"
    text = SITE % ("", "L1, L2, L3")
    text = text.replace("em.local", "127.0.0.1, port: 9")
    path.write_text(text.replace("charx.local", "127.0.0.1\n    port: 9"))
    assert main(["probe", str(path), "--quick", "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    assert [device["found"] for device in answer["devices"]] == [False, False, False]


def test_a_site_that_runs_is_not_probed_beside_the_daemon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHARGEWRIGHT_STATE", str(tmp_path))
    path = tmp_path / "new.yaml"
    path.write_text(SITE % ("", "L1, L2, L3"))
    with alone(state_file(tmp_path, path), lambda _: None):
        assert main(["probe", str(path), "--quick"]) == 2
    assert "runs this site already; stop it first" in capsys.readouterr().err


def test_the_next_step_speaks_of_what_a_line_has(tmp_path: Path) -> None:
    line = f"serial: {{device: {tmp_path / 'tty'}, baud: 9600, parity: none}}"
    text = SITE.replace("{driver: shelly_3em, host: em.local%s}", f"{{driver: sdm630, {line}}}")
    told = parse_site(text % "L1, L2, L3", "new.yaml")
    report = asyncio.run(probed(tmp_path, told, site(), quick=True))
    assert report.steps[0].startswith("meter street: no connection to")
    assert "baud, parity" in report.steps[0]


def shown(*devices: DeviceReport, ok: bool = True) -> list[str]:
    paper = StringIO()
    steps = tuple(f"{one.kind} {one.id}: {words}" for one in devices for words in one.open)
    show(ProbeReport("Home", devices, "proven", ok, steps), Console(file=paper, width=80))
    return paper.getvalue().splitlines()


def test_the_last_line_says_that_something_was_not_shown() -> None:
    right = DeviceReport("charger", "box", True, "car: none", 0.0, ("watchdog set",))
    unseen = replace(right, open=("whether it falls back does not show",))
    assert shown(right)[-1] == "The site can be run."
    assert shown(right, unseen)[-1] == "The site can be run; what is marked ? was not shown."
    assert shown(unseen, ok=False)[-1] == "The site cannot be run yet."


def test_a_probe_fits_80_columns_and_a_long_line_goes_on_below_its_beginning() -> None:
    words = "whether it falls back does not show without a car that draws: plug one in and probe again"
    lines = shown(DeviceReport("charger", "driveway", True, "car: none", 0.0, open=(words,)))
    assert max(map(len, lines)) <= 80
    first = next(n for n, line in enumerate(lines) if line.startswith("  ? whether"))
    assert lines[first + 1].startswith("    ")
    assert f"{lines[first][4:].strip()} {lines[first + 1].strip()}" == words


def test_a_site_is_run_by_one_process_wherever_its_memory_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The daemon that runs it keeps its memory in a folder that the probe was not told of."""
    path = tmp_path / "site.yaml"
    path.write_text(SITE % ("", "L1, L2, L3"))
    link = tmp_path / "by another name.yaml"
    link.symlink_to(path)
    with only_one(path, lambda _: None):
        assert main(["probe", str(link), "--quick"]) == 2
        assert "another process runs this site already; stop it first" in capsys.readouterr().err
        assert main(["run", str(link), "--state", str(tmp_path / "other")]) == 2
    assert "another process" in capsys.readouterr().err


def test_a_meter_that_shows_one_car_is_not_called_frozen_for_another() -> None:
    seen, unseen = WiringCheck(Verdict.RIGHT), WiringCheck(Verdict.NOT_SEEN)
    good, wrong, _ = compared({"left": seen, "right": unseen})
    assert good == ["signs and phases right (against left)"]
    assert wrong[0].startswith(
        "the change of right does not show, though that of left does: right hangs elsewhere"
    )
    assert "frozen" in compared({"right": unseen})[1][0]
