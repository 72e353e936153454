"""check and plan as a person types them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import jsonschema
import pytest

from scheduler.not_built import Row
from tests.service.commands import AT, HOME, Terminal, site_file
from tests.tolerance import approx_eur

ROOT = Path(__file__).parent.parent.parent
SCHEMA = json.loads((ROOT / "docs" / "plan.schema.json").read_text())
HEAVY = ("pyomo", "highspy", "matplotlib", "pyarrow", "pandas", "scipy", "numpy")


def test_without_words_the_help_is_shown(terminal: Terminal) -> None:
    said = terminal.run()
    assert said.code == 0
    assert all(command in said.out for command in ("check", "plan", "demo"))


def test_the_version_is_told(terminal: Terminal) -> None:
    said = terminal.run("--version")
    assert said.code == 0
    assert said.out.startswith("chargewright ")


def test_help_loads_nothing_heavy() -> None:
    code = (
        f"import sys, service.main as m; m.main(['--help']); sys.exit(any(n in sys.modules for n in {HEAVY}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)  # noqa: S603
    assert done.returncode == 0


def test_check_shows_the_site_and_what_to_know(terminal: Terminal, site: Path) -> None:
    said = terminal.run("check", site)
    assert said.code == 0
    assert "Test home" in said.out
    assert "3 x 25 A" in said.out
    assert "6 to 16 A in steps of 1 A on L1 L2 L3" in said.out
    assert "no live protection" in said.out
    assert "Failsafe proof: cannot be proven (a warning" in said.out


def test_check_names_what_plan_will_refuse_and_still_says_yes(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = Row("default_request", "not built", lambda case: ["" for _ in [case.site.default_request]])
    monkeypatch.setattr("scheduler.not_built.NOT_BUILT", (row,))
    said = terminal.run("check", site_file(tmp_path, HOME + "default_request: cheapest\n"))
    assert said.code == 0
    assert "Not planned by this version" in said.out
    assert "default_request" in said.out


def test_check_for_programs_is_json(terminal: Terminal, site: Path) -> None:
    told = json.loads(terminal.run("check", site, "--json").out)
    assert told["ok"] is True
    assert told["not_built"] == []
    assert told["site"]["chargers"][0]["id"] == "driveway"
    assert any("no live protection" in warning for warning in told["warnings"])


def test_plan_charges_in_the_cheap_hours(terminal: Terminal, site: Path) -> None:
    said = terminal.run("plan", site, "--at", AT)
    assert said.code == 0
    assert "Test home" in said.out
    assert "0.100 EUR/kWh" in said.out
    assert "0.300 EUR/kWh" not in said.out


def test_the_comparison_with_charging_at_once_is_right(terminal: Terminal, site: Path) -> None:
    # two nights of 11.04 kWh at 0.10 EUR against the same at 0.30 EUR
    said = terminal.run("plan", site, "--at", AT)
    assert "charging 2.21 EUR; charging at once: 6.62 EUR; saved: 4.41 EUR (67%)" in said.out


def test_plan_json_follows_the_schema_and_the_file_is_the_same(
    terminal: Terminal, site: Path, tmp_path: Path
) -> None:
    out = tmp_path / "plan.json"
    said = terminal.run("plan", site, "--at", AT, "--json", "--out", out)
    assert said.code == 0
    assert said.out == out.read_text()
    plan = json.loads(said.out)
    jsonschema.Draft202012Validator(SCHEMA).validate(plan)
    assert plan["cost_eur"]["total"] - plan["cost_eur"]["without_charging"] == approx_eur(2 * 11.04 * 0.10)
    assert plan["slots"][0]["start"] == "2026-06-17T10:00:00Z"
    assert plan["made_by"].startswith("chargewright ")


def test_time_without_offset_is_local_and_said(terminal: Terminal, site: Path) -> None:
    said = terminal.run("plan", site, "--at", "2026-06-17T12:00", "--json")
    plan = json.loads(said.out)
    assert plan["slots"][0]["start"] == "2026-06-17T10:00:00Z"
    assert any("clock of Europe/Brussels" in note for note in plan["notes"])


def test_without_at_the_plan_starts_now(terminal: Terminal, site: Path) -> None:
    plan = json.loads(terminal.run("plan", site, "--json").out)
    assert plan["slots"][0]["start"] == plan["made_at"]


def test_slots_are_as_long_as_asked(terminal: Terminal, site: Path) -> None:
    plan = json.loads(terminal.run("plan", site, "--at", AT, "--slot-min", "60", "--json").out)
    assert plan["slots"][1] == {"start": "2026-06-17T11:00:00Z", "end": "2026-06-17T12:00:00Z"}


def test_a_shortfall_is_told_and_is_no_failure(terminal: Terminal, tmp_path: Path) -> None:
    text = HOME.replace("energy_kwh: 11.04", "energy_kwh: 400")
    said = terminal.run("plan", site_file(tmp_path, text), "--at", AT)
    assert said.code == 0
    assert "Missing" in said.out
    assert "misses" in said.out


def test_requests_and_prices_come_from_files(terminal: Terminal, site: Path, tmp_path: Path) -> None:
    prices = tmp_path / "prices.csv"
    rows = [f"2026-06-17T{hour:02d}:00+02:00,{0.05 if hour == 15 else 0.30}" for hour in range(12, 24)]
    prices.write_text("\n".join(["time,buy_eur_per_kwh", *rows]) + "\n")
    requests = tmp_path / "requests.csv"
    requests.write_text(
        "charger,arrival,departure,energy_kwh,id\n"
        "driveway,2026-06-17T13:00+02:00,2026-06-17T18:00+02:00,11.04,guest\n"
    )
    said = terminal.run("plan", site, "--at", AT, "--prices", prices, "--requests", requests, "--json")
    plan = json.loads(said.out)
    assert [request["id"] for request in plan["requests"]] == ["guest"]
    charged = [
        slot["start"]
        for slot, a in zip(plan["slots"], plan["chargers"]["driveway"]["current_a"], strict=True)
        if a
    ]
    assert charged == [f"2026-06-17T13:{minute:02d}:00Z" for minute in (0, 15, 30, 45)]


@pytest.mark.parametrize("name", ["plan.png", "plan.svg"])
def test_the_chart_is_drawn_where_asked(terminal: Terminal, site: Path, tmp_path: Path, name: str) -> None:
    said = terminal.run("plan", site, "--at", AT, "--chart", tmp_path / name)
    assert said.code == 0
    assert (tmp_path / name).stat().st_size > 10_000
    assert f"Written  {tmp_path / name}" in said.out.replace("\n", "")


def test_a_key_that_is_not_built_is_refused_by_name(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = Row("default_request", "not built", lambda case: ["" for _ in [case.site.default_request]])
    monkeypatch.setattr("scheduler.not_built.NOT_BUILT", (row,))
    path = site_file(tmp_path, HOME + "default_request: cheapest\n")
    said = terminal.run("plan", path, "--at", AT, "--json")
    assert said.code == 1
    assert "default_request" in said.err
    assert json.loads(said.out)["error"]["parts"][0]["where"] == "default_request"


def test_faults_for_programs_are_json_with_line_and_key(terminal: Terminal, tmp_path: Path) -> None:
    path = site_file(tmp_path, HOME.replace("limit_a: 25", "limit_a: -3"))
    said = terminal.run("plan", path, "--gap", "2", "--json")
    error = json.loads(said.out)["error"]
    assert said.code == error["exit_code"] == 2
    assert error["kind"] == "input"
    assert [(part["source"], part["where"], part["line"]) for part in error["parts"]] == [
        ("--gap", "", None),
        (str(path), "grid.limit_a", 3),
    ]


def test_ctrl_c_gives_one_line_and_code_130(
    terminal: Terminal, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any, **__: Any) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("forecasting.gather.gather", interrupted)
    said = terminal.run("plan", site, "--at", AT)
    assert (said.code, said.out, said.err) == (130, "", "Stopped.\n")


def interrupted(code: str, word: str, timeout_s: float) -> tuple[int, str]:
    """Exit code and errors of a program that gets Ctrl-C when it has said ``word``; it has so long to end.

    It hears Ctrl-C as in a terminal, also where the tests run in the background of a shell.
    """
    code = f"import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n{code}"
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"{word}\n"
        process.send_signal(signal.SIGINT)
        try:
            _, err = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return process.returncode, err


def test_a_real_ctrl_c_stops_the_program(site: Path) -> None:
    code = (
        "import sys, time, forecasting.gather as g, service.main as m\n"
        "def slow(*a, **k):\n"
        "    print('working', flush=True)\n"
        "    time.sleep(30)\n"
        "g.gather = slow\n"
        f"sys.exit(m.main(['plan', {str(site)!r}]))\n"
    )
    assert interrupted(code, "working", timeout_s=20) == (130, "Stopped.\n")


def test_ctrl_c_while_the_solver_runs_with_200_cars_leaves_no_file(tmp_path: Path) -> None:
    """The solver says when it begins; the signal comes in the middle of its work."""
    site, requests, out = tmp_path / "site.yaml", tmp_path / "requests.csv", tmp_path / "plan.json"
    points = "".join(f"  - {{id: p{i}, current_a: {{min: 6, max: 32, step: 0.1}}}}\n" for i in range(200))
    site.write_text(
        "name: big\nlocation: {time_zone: Europe/Brussels}\ngrid: {limit_a: 800, base_load_max_a: 50}\n"
        f"chargers:\n{points}load: {{source: fixed, kw: 3}}\n"
        "tariff: {buy: {source: bands, bands: [{from: '22:00', to: '06:00', eur_per_kwh: 0.19}, "
        "{eur_per_kwh: 0.29}]}}\n"
    )
    stay = "2026-06-18T08:00:00+00:00,2026-06-18T20:00:00+00:00"
    rows = "".join(f"p{i},{stay},{10 + i % 30}\n" for i in range(200))
    requests.write_text(f"charger,arrival,departure,energy_kwh\n{rows}")
    given = ["plan", str(site), "--at", AT, "--requests", str(requests), "--gap", "0", "--out", str(out)]
    code = (
        "import sys, scheduler.highs as h, service.main as m\n"
        "loaded = h.loaded\n"
        "def told(*a, **k):\n"
        "    print('solving', flush=True)\n"
        "    return loaded(*a, **k)\n"
        "h.loaded = told\n"
        f"sys.exit(m.main({given!r}))\n"
    )
    assert interrupted(code, "solving", timeout_s=60) == (130, "Stopped.\n")
    assert [one.name for one in tmp_path.iterdir() if one not in (site, requests)] == []


def test_a_reader_that_goes_away_causes_no_traceback(site: Path) -> None:
    command = [sys.executable, "-m", "service.main", "plan", str(site), "--at", AT, "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:  # noqa: S603
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        told = process.stderr.read()
    assert b"Traceback" not in told
    assert b"Exception" not in told


def test_a_day_without_sessions_is_planned_by_the_weekly_departures(
    terminal: Terminal, site: Path, tmp_path: Path
) -> None:
    requests = tmp_path / "requests.csv"
    requests.write_text("charger,arrival,departure,energy_kwh\n")
    said = terminal.run("plan", site, "--at", AT, "--requests", requests, "--json")
    assert said.code == 0
    plan = json.loads(said.out)
    assert len(plan["requests"]) == 2
    assert any("no requests below the header" in note for note in plan["notes"])


def test_the_plan_begins_with_the_site_and_no_empty_line(terminal: Terminal, site: Path) -> None:
    assert terminal.run("plan", site, "--at", AT).out.startswith("Test home")
