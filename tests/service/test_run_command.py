"""`run` from the outside: what it refuses, how it starts, shows itself, and ends."""

from __future__ import annotations

import asyncio
import signal
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from domain.site import parse_site
from service.main import main
from service.run.in_worker import PlanFailed, plan_in_worker
from service.run.plan_task import PlanFiles, PlanTask
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


def test_a_port_in_use_is_told_before_a_plan_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    no_plan = SIMULATED.replace("source: fixed, eur_per_kwh: 0.3", "source: file, path: none.csv")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["run", str(written(tmp_path, no_plan)), "--simulated", "--port", port]) == 2
    assert "address already in use" in (told := capsys.readouterr().err)
    assert "none.csv" not in told


def test_the_prices_of_a_run_come_from_the_file_that_was_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, SIMULATED)
    for command in ("run", "probe"):
        assert main([command, str(path), "--simulated", "--prices", str(tmp_path / "none.csv")]) == 2
        assert "none.csv" in capsys.readouterr().err


def cheap_now() -> str:
    """Prices with which a car charges at whatever time of day the tests run."""
    now = datetime.now(ZoneInfo("Europe/Brussels"))
    begin, end = now - timedelta(hours=1), now + timedelta(hours=4)
    cheap = f'{{from: "{begin:%H}:00", to: "{end:%H}:00", eur_per_kwh: 0.1}}'
    return f"{{source: bands, bands: [{cheap}, {{eur_per_kwh: 0.5}}]}}"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_simulated_site_runs_shows_itself_and_stops_cleanly(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    site = SIMULATED.replace("{source: fixed, eur_per_kwh: 0.3}", cheap_now())
    daemon, address = started(written(tmp_path, site), "--simulated")
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


def test_files_count_from_the_folder_of_the_command_and_are_read_for_every_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    source = "source: energy_charts, zone: BE"
    site = parse_site(SIMULATED.replace("source: fixed, eur_per_kwh: 0.3", source), "site.yaml")
    task = PlanTask(site, Path(), NOW, PlanFiles(prices=Path("prices.csv"), load=Path("load.csv")))
    Path("load.csv").write_text(a_day("load_kw", 0.7))
    for price in (0.2, 0.3):
        Path("prices.csv").write_text(a_day("buy_eur_per_kwh", price))
        inputs = asyncio.run(plan_in_worker(task)).inputs
        assert inputs.buy.values[0] == pytest.approx(price)
        assert sum(inputs.load_kw[phase].values[0] for phase in range(3)) == pytest.approx(0.7)


def a_day(column: str, value: float) -> str:
    """Two local days from the evening on."""
    hours = (NOW + timedelta(hours=n) for n in range(48))
    return "\n".join([f"time,{column}", *(f"{hour.isoformat()},{value}" for hour in hours)]) + "\n"
