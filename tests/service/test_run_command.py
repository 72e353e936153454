"""`run` from the outside: what it refuses, how it starts, shows itself, and ends."""

from __future__ import annotations

import asyncio
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.site import parse_site
from service.main import main
from service.run.in_worker import PlanFailed, plan_in_worker
from service.run.plan_task import PlanTask
from tests.service.run_sites import SIMULATED, started, waited

NOW = datetime(2026, 11, 20, 21, tzinfo=UTC)
REAL = """
name: Real
location: {time_zone: Europe/Brussels}
grid: {limit_a: 25, base_load_max_a: 12}
chargers:
  - {id: shed, driver: charx, host: 127.0.0.1, port: 9, connector: 1, current_a: {min: 6, max: 16}}
tariff: {buy: {source: fixed, eur_per_kwh: 0.3}}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "site.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (REAL.replace("driver: charx", "driver: ocpp"), 1, "no wires to 'ocpp'"),
        (REAL.replace("driver: charx", "driver: none"), 1, "no charger is on a wire"),
        (REAL, 1, "failsafe not proven"),
        (REAL.replace("base_load_max_a: 12", "reserve_a: 1"), 1, "base_load_max_a: missing"),
        (REAL.replace("limit_a: 25", "limit_a: -1"), 2, "limit_a"),
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_is_spoken_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, code: int, said: str
) -> None:
    assert main(["run", str(written(tmp_path, text))]) == code
    assert said in capsys.readouterr().err


def test_a_port_must_be_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(written(tmp_path, SIMULATED)), "--port", "70000"]) == 2
    assert "--port" in capsys.readouterr().err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_simulated_site_runs_shows_itself_and_stops_cleanly(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    daemon, address = started(written(tmp_path, SIMULATED), "--simulated")
    try:
        state = waited(address, "/api/state", '"car": "charging"')
        assert state["health"]["ok"]
        assert {one["id"]: one["ready"] for one in state["chargers"]} == {"driveway": True, "shed": True}
        assert state["plan"]["status"] in {"optimal", "feasible"}
        assert {one["charger"] for one in state["requests"]} == {"driveway", "shed"}
        assert all(one["watchdog"]["proven"] for one in state["chargers"])
        daemon.send_signal(number)
        assert daemon.wait(20) == code
        assert daemon.stderr is not None
        assert "stopped" in daemon.stderr.read()
    finally:
        daemon.kill()
        daemon.communicate()


def test_a_planner_that_is_late_is_killed_and_told() -> None:
    site = parse_site(SIMULATED, "site.yaml")
    with pytest.raises(PlanFailed, match=r"no plan within 0\.2 s"):
        asyncio.run(plan_in_worker(PlanTask(site, Path(), NOW), limit_s=0.2))


def test_a_planner_says_why_it_has_no_plan() -> None:
    site = parse_site(
        SIMULATED.replace("source: fixed, eur_per_kwh: 0.3", "source: file, path: none.csv"), "s.yaml"
    )
    with pytest.raises(PlanFailed, match=r"none\.csv"):
        asyncio.run(plan_in_worker(PlanTask(site, Path("/nowhere"), NOW)))
