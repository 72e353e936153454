"""`simulate`: plan and run a day on the virtual site, with the real control."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scheduler.not_built import Row
from tests.service.commands import AT, HOME, Terminal, site_file

SOON = HOME.replace(
    'arrive: "18:00", depart: "07:00", energy_kwh: 11.04',
    'arrive: "12:30", depart: "14:30", energy_kwh: 5.52',
)
"""5.52 kWh are half an hour at 16 A on three phases of 230 V; the car stays for two hours."""
METERED = SOON.replace(
    "grid: {limit_a: 25}", "grid: {limit_a: 25, meter: m}\nmeters: {m: {driver: simulated}}"
)


def test_the_planned_energy_arrives_within_every_limit(terminal: Terminal, tmp_path: Path) -> None:
    site = site_file(tmp_path, METERED)
    chart, plan = tmp_path / "run.png", tmp_path / "plan.json"
    said = terminal.run(
        "simulate", site, "--at", AT, "--hours", "3", "--json", "--chart", chart, "--out", plan
    )
    assert said.code == 0, said.err
    answer = json.loads(said.out)
    assert answer["seconds"] == 3 * 3600 - 1
    assert answer["cars"][0]["got_kwh"] == pytest.approx(5.52, abs=0.3)
    assert answer["missed_kwh"] == 0
    assert answer["limits"] == []
    assert answer["tripped"] == []
    # No price below 0.30 by day: what flows costs that.
    assert answer["cost_eur"] == pytest.approx(0.30 * (answer["energy_kwh"]["driveway"] + 0.3 * 3), abs=0.01)
    assert chart.read_bytes().startswith(b"\x89PNG")
    assert json.loads(plan.read_text())["site"] == "Test home"


def test_people_see_energy_money_wear_and_limits(terminal: Terminal, tmp_path: Path) -> None:
    said = terminal.run("simulate", site_file(tmp_path, METERED), "--at", AT, "--hours", "1")
    assert said.code == 0, said.err
    assert "Test home" in said.out
    assert "Limits   kept in all of 3599 seconds" in said.out
    assert "Charged" in said.out
    assert "starts" in said.out


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("2026-11-16T12:00", ["cut off", "the run ended before it left; it had got", "planned until then"]),
        ("2026-11-16T11:00", ["not here yet"]),
    ],
)
def test_a_stay_that_is_cut_off_says_so(
    terminal: Terminal, tmp_path: Path, at: str, words: list[str]
) -> None:
    said = terminal.run("simulate", site_file(tmp_path, METERED), "--at", at, "--hours", "1")
    assert said.code == 0, said.err
    for part in words:
        assert part in " ".join(said.out.split())


def test_a_lost_meter_is_told_and_costs_no_limit(terminal: Terminal, tmp_path: Path) -> None:
    words = ("--at", AT, "--hours", "1.5", "--fault", "meter_lost:m:2400-3000", "--seed", "7", "--json")
    said = terminal.run("simulate", site_file(tmp_path, METERED), *words)
    assert said.code == 0, said.err
    answer = json.loads(said.out)
    told = [event["what"] for event in answer["events"]]
    assert "METER_LOST" in told
    assert "METER_BACK" in told
    assert answer["caused_s"] == 0


@pytest.mark.parametrize(
    ("fault", "metered", "told"),
    [
        ("meter_lost:m:1-2", False, "--fault: meter_lost; this site has no meter that it could happen to"),
        ("clock_step:m:1-2", True, "device 'm'; clock_step is about the whole site: write clock_step:FROM-"),
        ("charger_lost:1-2", True, "no device; charger_lost wants one of driveway"),
    ],
)
def test_a_fault_on_a_device_that_is_not_there_says_what_could_be(
    terminal: Terminal, tmp_path: Path, fault: str, metered: bool, told: str
) -> None:
    said = terminal.run("simulate", site_file(tmp_path, METERED if metered else HOME), "--fault", fault)
    assert said.code == 2
    assert told in said.err


def test_wrong_options_are_all_told_at_once(terminal: Terminal, tmp_path: Path) -> None:
    words = ["--hours", "99", "--seed", "x", "--fault", "flood:m:1-2", "--fault", "meter_lost:nobody:1-2"]
    said = terminal.run(
        "simulate", site_file(tmp_path, METERED), *words, "--fault", "charger_lost:driveway:9-3"
    )
    assert said.code == 2
    for words_of_it in ("--hours", "--seed", "'flood'", "'nobody'", "9-3"):
        assert words_of_it in said.err
    assert "Traceback" not in said.err


def test_a_site_that_cannot_be_planned_cannot_be_simulated(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = Row("default_request", "not built", lambda case: ["" for _ in [case.site.default_request]])
    monkeypatch.setattr("scheduler.not_built.NOT_BUILT", (row,))
    unbuilt = SOON.replace("load:", "default_request: full\nload:")
    said = terminal.run("simulate", site_file(tmp_path, unbuilt), "--at", AT)
    assert said.code == 1
    assert "default_request" in said.err


def test_a_day_that_is_far_ahead_is_run_as_it_is_planned(terminal: Terminal, tmp_path: Path) -> None:
    """A plan made days before its first slot is not an old one: the car waits for the cheap hour."""
    site = site_file(tmp_path, METERED)
    said = terminal.run("simulate", site, "--at", "2099-06-17T12:00+02:00", "--hours", "1", "--json")
    assert said.code == 0, said.err
    answer = json.loads(said.out)
    assert answer["energy_kwh"]["driveway"] <= answer["cars"][0]["planned_kwh"] + 0.3


def test_a_charger_that_reboots_goes_on_with_the_phases_of_its_plan(
    terminal: Terminal, tmp_path: Path
) -> None:
    """From 09:45 the sample morning is planned on one phase, 1.38 kW: until 11:00 that is 1.7 kWh. The
    charger comes back on three, which would be 4.14 kW.
    """
    said = terminal.run(
        "simulate", "examples/home_simple.yaml", "--at", "2026-06-21T09:00", "--hours", "2",
        "--fault", "charger_reboot:driveway:3600-3601", "--json",
    )  # fmt: skip
    assert said.code == 0, said.err
    assert 1.0 <= json.loads(said.out)["energy_kwh"]["driveway"] <= 2.0
