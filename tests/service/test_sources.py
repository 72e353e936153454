"""`sources`, and `plan` with live sources, against recorded answers on this machine."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.sources import sources_command
from tests.forecasting.live.loopback import Loopback, Reply, loopback
from tests.forecasting.live.made_up import EVENING, market_price
from tests.service.commands import Terminal, site_file
from tests.service.sources_here import all_at, charts_reply, stop_the_clock

HOME = """\
name: Live [home]
location: {latitude: 51.05, longitude: 3.72, time_zone: Europe/Brussels}
grid: {limit_a: 25}
chargers: [{id: driveway, current_a: {min: 6, max: 16}}]
departures: [{charger: driveway, arrive: "18:00", depart: "07:00", energy_kwh: 11.04}]
load: {source: fixed, kw: 0.3}
tariff:
  buy: {source: entsoe, zone: BE, key_env: TOKEN_OF_TEST, add_eur_per_kwh: 0.1, vat: 0.06}
"""
SECRET = "0f1e2d3c-hidden"  # noqa: S105 - made up


def charts(path: str) -> Reply:
    """Energy-Charts as it was on the evening of the test; ENTSO-E, whose token is in the query, is down."""
    if "securityToken" in path:
        return Reply(503, f"<html>{path}</html>".encode())
    if not path.startswith("/price"):
        return Reply(404)
    return charts_reply()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Loopback]:
    """All providers on this machine, and the clock at the evening of the test."""

    stop_the_clock(monkeypatch)
    monkeypatch.setenv("CHARGEWRIGHT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TOKEN_OF_TEST", SECRET)
    with loopback(charts) as running:
        all_at(running.url, monkeypatch)
        yield running


def test_sources_tells_who_answers_how_much_how_old_and_who_stands_in(
    terminal: Terminal, server: Loopback, tmp_path: Path
) -> None:
    said = terminal.run("sources", site_file(tmp_path, HOME), "--json")
    assert said.code == 0
    told = json.loads(said.out)
    assert told["possible"] is True
    buy, load = told["sources"]
    assert (buy["series"], buy["asked"], buy["given_by"]) == ("tariff.buy", "entsoe BE", "energy_charts BE")
    assert buy["stands_in"] is True
    assert (buy["slots"], buy["complete"], buy["quality"]) == (9 * 96, True, "published")
    assert buy["end"] == "2026-02-04T23:00:00Z"
    assert buy["age_s"] == 0
    assert buy["days"] == [
        {"day": "2026-02-03", "slots": 96, "expected": 96},
        {"day": "2026-02-04", "slots": 96, "expected": 96},
    ]
    assert [step["outcome"] for step in buy["steps"]] == ["unreachable", "answered"]
    assert buy["next_try"] == "2026-02-03T18:01:00Z"
    assert (load["series"], load["live"], load["complete"]) == ("load", False, True)


def test_sources_shows_a_table_and_no_key(terminal: Terminal, server: Loopback, tmp_path: Path) -> None:
    said = terminal.run("sources", site_file(tmp_path, HOME))
    assert said.code == 0
    assert "Live [home]" in said.out
    assert "stands in" in said.out
    assert "A plan is possible" in said.out
    assert any(SECRET in path for path in server.asked)
    assert SECRET not in said.out + said.err
    for path in (tmp_path / "cache").iterdir():
        assert SECRET not in path.name + path.read_text()


def test_plan_uses_live_prices_and_says_whose(terminal: Terminal, server: Loopback, tmp_path: Path) -> None:
    said = terminal.run("plan", site_file(tmp_path, HOME), "--json")
    assert said.code == 0
    plan = json.loads(said.out)
    assert plan["prices_eur_per_kwh"]["buy"][0] == pytest.approx(
        (market_price(EVENING) + 0.1) * 1.06, abs=1e-5
    )
    assert plan["sources"]["buy"]["published_until"] == "2026-02-04T23:00:00Z"
    assert "Energy-Charts BE" in plan["sources"]["buy"]["source"]
    assert any("stands in for entsoe BE" in note for note in plan["notes"])
    assert SECRET not in said.out + said.err


def test_a_second_plan_asks_nobody_and_a_dead_network_does_no_harm(
    terminal: Terminal, server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = site_file(
        tmp_path, HOME.replace("entsoe", "energy_charts").replace("key_env: TOKEN_OF_TEST, ", "")
    )
    assert terminal.run("plan", path, "--json").code == 0
    count = len(server.asked)
    assert terminal.run("plan", path, "--json").code == 0
    assert len(server.asked) == count


@pytest.mark.parametrize("command", ["plan", "sources"])
def test_without_a_network_and_a_cache_one_line_for_each_series_says_what_to_do(
    command: str, terminal: Terminal, server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_at("http://127.0.0.1:9", monkeypatch)
    said = terminal.run(command, site_file(tmp_path, HOME))
    if command == "plan":
        assert said.code == 2
        (line,) = said.err.splitlines()
        assert re.match(
            r"tariff\.buy: nothing known from entsoe BE \(.*smard BE: .*\); give .*--prices", line
        )
    else:
        assert said.code == 1
        assert "A plan is not possible" in said.out


def test_a_wrong_address_in_the_environment_is_wrong_input(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARGEWRIGHT_URL_ENTSOE", "http://prices.example")
    said = terminal.run("plan", site_file(tmp_path, HOME))
    assert said.code == 2
    assert said.err.startswith("CHARGEWRIGHT_URL_ENTSOE: no address")


def test_a_cache_that_is_a_file_is_wrong_input(terminal: Terminal, tmp_path: Path) -> None:
    path = site_file(tmp_path, HOME)
    for command in ("plan", "sources"):
        said = terminal.run(command, path, "--cache", path)
        assert said.code == 2
        assert "--cache" in said.err


def test_sources_without_anything_live_needs_no_network(terminal: Terminal, site: Path) -> None:
    said = terminal.run("sources", site, "--json")
    assert said.code == 0
    assert {one["series"]: one["asked"] for one in json.loads(said.out)["sources"]} == {
        "tariff.buy": "bands",
        "load": "fixed",
    }


def test_a_load_that_nobody_recorded_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = site_file(tmp_path, HOME.replace("{source: fixed, kw: 0.3}", "{source: habit}").replace(
        "{source: entsoe, zone: BE, key_env: TOKEN_OF_TEST, add_eur_per_kwh: 0.1, vat: 0.06}",
        "{source: fixed, eur_per_kwh: 0.3}",
    ))  # fmt: skip
    assert not sources_command(path, datetime(2026, 2, 3, tzinfo=UTC), None, as_json=False)
    told = " ".join(capsys.readouterr().out.split())
    assert "nothing is recorded of the 42 days before the plan" in told
    assert "say load.yearly_kwh or grid.base_load_max_a" in told
