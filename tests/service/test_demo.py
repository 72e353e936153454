"""The demo: live where sources answer, else the sample day, and it says which and why."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from domain.series import Quality
from domain.site import parse_site
from forecasting.gather import Files, gather
from forecasting.known import Known
from forecasting.live.answer import Answer, Live, Outcome, Step
from forecasting.live.publication import due
from service.demo import LIVE_SITE, SAMPLE_SITE, live_plan, shipped_site
from tests.forecasting.live.loopback import Reply, loopback
from tests.forecasting.live.made_up import EVENING, midnight, quarters
from tests.service.commands import Terminal
from tests.service.sources_here import all_at, charts_reply, stop_the_clock, well

ROOT = Path(__file__).parent.parent.parent
SCHEMA = json.loads((ROOT / "docs" / "plan.schema.json").read_text())
A_HANG_S = 120
"""Only a guard: a demo that takes so long hangs."""


@pytest.fixture(autouse=True)
def _evening(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stop_the_clock(monkeypatch)
    monkeypatch.setenv("CHARGEWRIGHT_CACHE", str(tmp_path / "cache"))
    all_at("http://127.0.0.1:9", monkeypatch)


def demo(terminal: Terminal, folder: Path, *options: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the demo answers to programs, and its plan."""
    said = terminal.run("demo", "--out", folder / "demo", "--json", *options)
    assert said.code == 0, said.err
    plan = json.loads((folder / "demo" / "plan.json").read_text())
    jsonschema.Draft202012Validator(SCHEMA).validate(plan)
    return json.loads(said.out), plan


def test_sources_that_answer_are_used_and_named(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with loopback(well) as server:
        all_at(server.url, monkeypatch)
        told, plan = demo(terminal, tmp_path)
        said = terminal.run("demo", "--out", tmp_path)
    assert (told["sources"], told["why_sample"]) == ("live", "")
    assert "SAMPLE" not in said.out
    assert "Sources  live: Energy-Charts BE" in said.out
    sources = plan["sources"]
    assert "Energy-Charts BE" in sources["buy"]["source"]
    assert sources["buy"]["published_until"] == "2026-02-04T23:00:00Z"
    assert "Open-Meteo" in sources["solar.roof"]["source"]
    assert plan["slots"][0]["start"] == "2026-02-03T18:00:00Z"
    assert "live sources were used; the sample day instead: chargewright demo --offline" in plan["notes"]


def only_prices(path: str) -> Reply:
    return charts_reply() if path.startswith("/price") else Reply(503)


PAGE = Reply(200, b"<!DOCTYPE html><title>Log in to the hotel</title>")


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply(503), "energy_charts BE: 127.0.0.1: no useful answer (status 503)"),
        (PAGE, "energy_charts BE: Energy-Charts"),
        (Reply(200, b"{}"), "energy_charts BE: "),
        (Reply(302, headers={"Location": "http://login.invalid/"}), "a login page?"),
        (Reply(manner="silent"), "no answer in the time that all sources have together"),
        (Reply(manner="slow"), "no answer in the time that all sources have together"),
        (only_prices, "open_meteo roof: 127.0.0.1: no useful answer"),
    ],
    ids=["refused", "a page", "empty", "login", "silent", "slow", "no sun"],
)
def test_where_a_source_fails_there_is_no_live_plan_but_a_reason(
    reply: Reply, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with loopback(reply) as server:
        all_at(server.url, monkeypatch)
        planned, said = live_plan(EVENING, tmp_path, lambda _: None, find_out_s=1.0)
    assert planned is None
    assert why in said


def test_prices_that_ended_before_now_are_not_live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with loopback(well) as server:
        all_at(server.url, monkeypatch)
        planned, said = live_plan(EVENING + timedelta(days=2), tmp_path, lambda _: None)
    assert planned is None
    assert "more should be there by now" in said


def test_instead_the_sample_day_is_planned_and_every_series_says_why(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with loopback(PAGE) as server:
        all_at(server.url, monkeypatch)
        told, plan = demo(terminal, tmp_path)
    assert told["sources"] == "sample"
    assert told["why_sample"].startswith("live sources were not used: energy_charts BE: ")
    assert plan["sources"]["buy"]["source"] == "sample prices"
    assert all(told["why_sample"] in plan["sources"][name]["note"] for name in ("buy", "sell", "solar.roof"))
    assert plan["notes"][-1] == told["why_sample"]


@pytest.fixture
def black_hole() -> Iterator[str]:
    """A host that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_a_black_hole_does_not_hold_the_demo_up(black_hole: str, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        all_at(black_hole, patch)
        environ = {**os.environ, "CHARGEWRIGHT_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "service.main", "demo", "--out", str(tmp_path / "demo"), "--json"]
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=A_HANG_S, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sources"] == "sample"


def test_offline_nobody_is_asked_and_every_run_plans_the_same_day(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with loopback(well) as server:
        all_at(server.url, monkeypatch)
        told, plan = demo(terminal, tmp_path, "--offline")
        said = terminal.run("demo", "--offline", "--out", tmp_path / "demo")
        assert server.asked == []
    assert (told["sources"], told["why_sample"]) == (
        "sample", "the sample day was asked for (--offline)",
    )  # fmt: skip
    assert float(told["total_eur"]) < float(told["charging_at_once_eur"])
    names = ["plan.json", "plan.png", "plan.svg"]
    assert [Path(path).name for path in told["files"]] == names
    assert sorted(path.name for path in (tmp_path / "demo").iterdir()) == names
    assert all(
        words in said.out for words in ("SAMPLE DATA", "charging at once", "chargewright sources SITE")
    )
    again = json.loads((tmp_path / "demo" / "plan.json").read_text())
    for key in ("made_at", "slots", "prices_eur_per_kwh", "sources", "notes"):
        assert plan[key] == again[key]
    assert plan["slots"][0]["start"] == "2026-06-21T06:00:00Z"


def test_an_answer_kept_from_minutes_ago_is_live_and_one_of_yesterday_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with loopback(well) as server:
        all_at(server.url, monkeypatch)
        assert live_plan(EVENING, tmp_path, lambda _: None)[0]
    assert live_plan(EVENING + timedelta(minutes=10), tmp_path, lambda _: None)[0]
    planned, said = live_plan(EVENING + timedelta(hours=20), tmp_path, lambda _: None)
    assert planned is None
    assert "no connection" in said


def test_a_wrong_address_in_the_environment_is_wrong_input(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARGEWRIGHT_URL_ENERGY_CHARTS", "http://prices.example")
    said = terminal.run("demo", "--out", tmp_path)
    assert said.code == 2
    assert said.err.splitlines()[-1].startswith("CHARGEWRIGHT_URL_ENERGY_CHARTS: no address")


@pytest.mark.parametrize("name", [LIVE_SITE, SAMPLE_SITE])
def test_the_sites_of_the_demo_are_those_in_examples(name: str) -> None:
    assert shipped_site(name).read_text() == (ROOT / "examples" / name).read_text()


@pytest.mark.parametrize("hour", range(0, 7 * 24, 5))
def test_the_live_home_has_a_car_to_plan_for_at_any_hour(hour: int) -> None:
    site = parse_site(shipped_site(LIVE_SITE).read_text(), LIVE_SITE)
    now = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(hours=hour)
    prices = quarters(midnight(now.date() - timedelta(days=7)), due("energy_charts", now))
    sun = prices.with_values(np.zeros(len(prices)))
    live = Live(
        {"energy_charts BE": answer(Known(prices, "EUR/kWh", "charts"))},
        {"roof": answer(Known(sun, "kW", "sun", Quality.FORECAST))},
    )
    assert gather(site, now, Files(), live=live).requests


def answer(known: Known) -> Answer:
    return Answer("x", (Step("x", Outcome.ANSWERED, ""),), known, "x", complete=True)
