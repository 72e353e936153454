"""A plan from files with quantiles, as a person asks for it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.service.commands import AT, HOME, Terminal, site_file

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "plan.schema.json").read_text())
LOAD = """\
time,end,load_kw,load_p10_kw,load_p90_kw
2026-06-17T12:00+02:00,2026-06-18T12:00+02:00,0.9,0.3,4.5
"""


def with_load(folder: Path, text: str) -> list[str | Path]:
    """The words of a plan from now on with such a load."""
    load = folder / "load.csv"
    load.write_text(text)
    return ["plan", site_file(folder, HOME), "--at", AT, "--load", load]


def test_the_plan_tells_every_case(terminal: Terminal, tmp_path: Path) -> None:
    said = terminal.run(*with_load(tmp_path, LOAD), "--json")
    assert said.code == 0, said.err
    plan = json.loads(said.out)
    jsonschema.validate(plan, SCHEMA)
    told = plan["scenarios"]
    assert told["until"] == "2026-06-17T11:00:00Z"
    assert told["good_for_all"] is True
    assert told["hedging_eur"] == 0
    assert [case["name"] for case in told["cases"]] == [
        "as expected",
        "little sun, much load",
        "much sun, little load",
    ]
    assert [case["probability"] for case in told["cases"]] == [0.4, 0.3, 0.3]
    middle, bad, good = (case["cost_eur"] for case in told["cases"])
    assert middle == plan["cost_eur"]["total"]
    assert good < middle < bad
    assert told["expected_eur"] == pytest.approx(0.4 * middle + 0.3 * bad + 0.3 * good, abs=1e-6)


def test_the_screen_tells_them_too(terminal: Terminal, tmp_path: Path) -> None:
    said = terminal.run(*with_load(tmp_path, LOAD))
    assert "what is told until Wed 13:00 keeps every limit in all cases" in said.out
    assert "little sun, much load (30%): whole site" in said.out


def test_a_plan_without_quantiles_says_nothing_of_scenarios(terminal: Terminal, tmp_path: Path) -> None:
    bare = "\n".join(line.rsplit(",", 2)[0] for line in LOAD.splitlines()) + "\n"
    said = terminal.run(*with_load(tmp_path, bare), "--json")
    plan = json.loads(said.out)
    jsonschema.validate(plan, SCHEMA)
    assert "scenarios" not in plan


def test_a_wrong_quantile_is_one_clear_message(terminal: Terminal, tmp_path: Path) -> None:
    said = terminal.run(*with_load(tmp_path, LOAD.replace("0.3,4.5", "1.3,4.5")))
    assert said.code == 2
    assert "load.csv:2: load_p10_kw: 1.3, above load_kw of 0.9; at most load_kw" in said.err
    assert "Traceback" not in said.err
