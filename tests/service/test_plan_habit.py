"""`plan`, `sources` and `check` for a site that learns its load."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from domain.site import parse_site
from service.site_report import report_of
from service.sources import sources_command
from tests.service.commands import AT, HOME, Terminal, site_file
from tests.tolerance import approx_kw

LEARNS = HOME.replace("{source: fixed, kw: 0.3}", "{source: habit}")
NOON = datetime.fromisoformat(AT)


def record(folder: Path, kw: float = 0.6, days: int = 30) -> Path:
    """So much power all the time, hour by hour, up to the start of the plan."""
    hours = [NOON - timedelta(hours=back) for back in range(24 * days, 0, -1)]
    path = folder / "house.csv"
    path.write_text("time,load_kw\n" + "".join(f"{at.isoformat()},{kw}\n" for at in hours))
    return path


def test_plan_learns_the_load_from_a_record_and_says_so(terminal: Terminal, tmp_path: Path) -> None:
    file = record(tmp_path)
    site = site_file(tmp_path, LEARNS)
    plan = json.loads(terminal.run("plan", site, "--at", AT, "--load", file, "--json").out)
    assert plan["site_power_kw"]["load"] == approx_kw([0.6] * len(plan["slots"]))
    load = plan["sources"]["load"]
    assert (load["source"], load["quality"]) == (f"habit of {file}", "forecast")
    assert load["note"] == "learnt from 30 days"
    shown = terminal.run("plan", site, "--at", AT, "--load", file).out
    assert "load: learnt from 30 days" in shown


def test_a_record_named_in_the_site_file_lies_beside_it(terminal: Terminal, tmp_path: Path) -> None:
    record(tmp_path, kw=1.2)
    site = site_file(tmp_path, LEARNS.replace("source: habit", "source: habit, path: house.csv"))
    plan = json.loads(terminal.run("plan", site, "--at", AT, "--json").out)
    assert plan["site_power_kw"]["load"] == approx_kw([1.2] * len(plan["slots"]))


def test_without_a_record_the_base_load_stands_in_or_the_plan_is_refused(
    terminal: Terminal, tmp_path: Path
) -> None:
    site = site_file(tmp_path, LEARNS)
    said = terminal.run("plan", site, "--at", AT)
    assert said.code == 2
    (line,) = said.err.splitlines()
    assert "--load or load.path" in line
    assert "load.yearly_kwh or grid.base_load_max_a" in line
    site = site_file(tmp_path, LEARNS.replace("limit_a: 25", "limit_a: 25, base_load_max_a: 5"))
    said = terminal.run("plan", site, "--at", AT, "--json")
    assert said.code == 0
    plan = json.loads(said.out)
    assert plan["site_power_kw"]["load"] == approx_kw([3.45] * len(plan["slots"]))
    assert plan["sources"]["load"]["quality"] == "forecast"
    assert any("grid.base_load_max_a of 5 A counts at all times" in note for note in plan["notes"])


def test_a_wrong_cell_of_the_record_is_told_with_its_line(terminal: Terminal, tmp_path: Path) -> None:
    file = record(tmp_path)
    lines = file.read_text().splitlines()
    lines[7] = f"{lines[7].split(',')[0]},unavailable"
    file.write_text("\n".join(lines))
    said = terminal.run("plan", site_file(tmp_path, LEARNS), "--at", AT, "--load", file)
    assert said.code == 2
    assert f"{file}:8: load_kw: 'unavailable'" in said.err


def test_sources_says_how_the_load_is_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(tmp_path)
    site = site_file(tmp_path, LEARNS.replace("source: habit", "source: habit, path: house.csv"))
    assert sources_command(site, NOON, None, as_json=True)
    load = json.loads(capsys.readouterr().out)["sources"][-1]
    assert (load["series"], load["asked"], load["quality"]) == ("load", "habit", "forecast")
    assert load["slots"] == 72 * 4
    assert load["note"] == "learnt from 30 days"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("", "", "there is no plan: say load.yearly_kwh or grid.base_load_max_a"),
        ("limit_a: 25", "limit_a: 25, base_load_max_a: 5", "grid.base_load_max_a counts at all times"),
        ("source: habit", "source: habit, yearly_kwh: 3000", ""),
        ("source: habit", "source: habit, path: house.csv", ""),
    ],
)
def test_check_says_what_a_plan_without_a_record_would_take(old: str, new: str, told: str) -> None:
    warnings = [
        one
        for one in report_of(parse_site(LEARNS.replace(old, new, 1), "t")).warnings
        if one.startswith("load:")
    ]
    assert len(warnings) == bool(told)
    assert all(told in one for one in warnings)
