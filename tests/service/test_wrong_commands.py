"""Wrong input as a person gives it: one clear message for each fault, exit code 2, no traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.service.commands import AT, HOME, Terminal, site_file

PRICES = "time,market_eur_per_kwh\n2026-06-17T12:00+02:00,0.1\n2026-06-17T13:00+02:00,0.1\n"
REQUESTS = "charger,arrival,departure,energy_kwh\ndriveway,2026-06-17T13:00+02:00,2026-06-17T18:00+02:00,5\n"

OPTIONS = {
    "no command": (["fly"], "fly"),
    "no such option": (["plan", "SITE", "--fast"], "--fast"),
    "site missing from the line": (["plan"], "Missing argument"),
    "two sites": (["plan", "SITE", "SITE"], "unexpected extra argument"),
    "at is no time": (["plan", "SITE", "--at", "tomorrow"], "--at: 'tomorrow'"),
    "at is empty": (["plan", "SITE", "--at", ""], "--at: ''"),
    "at is a clock time": (["plan", "SITE", "--at", "18:00"], "--at: '18:00'"),
    "at long ago": (["plan", "SITE", "--at", "0001-01-01T00:00"], "--at: year 1"),
    "at far ahead": (["plan", "SITE", "--at", "9999-12-31T23:59Z"], "--at: year 9999"),
    "slots of 7 minutes": (
        ["plan", "SITE", "--slot-min", "7"],
        "--slot-min: 7; allowed are 1, 3, 5, 15, 30, 60",
    ),
    "slots of 0 minutes": (["plan", "SITE", "--slot-min", "0"], "--slot-min: 0"),
    "slots in words": (["plan", "SITE", "--slot-min", "quarter"], "--slot-min: 'quarter'"),
    "slots of 15.5 minutes": (["plan", "SITE", "--slot-min", "15.5"], "--slot-min: 15.5; allowed are"),
    "gap below 0": (["plan", "SITE", "--gap", "-0.1"], "--gap: -0.1"),
    "gap above 1": (["plan", "SITE", "--gap", "5"], "--gap: 5"),
    "gap not a number": (["plan", "SITE", "--gap", "nan"], "--gap: nan"),
    "gap in percent": (["plan", "SITE", "--gap", "0.1%"], "--gap: '0.1%'; a share"),
    "calm below 0": (["plan", "SITE", "--calm-eur", "-1"], "--calm-eur: -1"),
    "calm without end": (["plan", "SITE", "--calm-eur", "inf"], "--calm-eur: inf"),
    "no time at all": (["plan", "SITE", "--time-limit", "0"], "--time-limit: 0"),
    "time not a number": (["plan", "SITE", "--time-limit", "nan"], "--time-limit: nan"),
    "time without end": (["plan", "SITE", "--time-limit", "inf"], "--time-limit: inf"),
    "chart as pdf": (["plan", "SITE", "--chart", "plan.pdf"], "the name must end in .png or .svg"),
    "chart without ending": (["plan", "SITE", "--chart", "plan"], "the name must end in .png or .svg"),
    "out is a folder": (["plan", "SITE", "--out", "FOLDER"], "--out: 'FOLDER' is a folder"),
    "out and chart are one file": (["plan", "SITE", "--out", "a.png", "--chart", "a.png"], "is also --out"),
    "out below a file": (["plan", "SITE", "--at", AT, "--out", "SITE/plan.json"], "--out: 'SITE/plan.json'"),
    "demo below a file": (["demo", "--offline", "--out", "SITE"], "--out: 'SITE' cannot be written"),
    "demo with a file as cache": (["demo", "--cache", "SITE"], "--cache: 'SITE' is a file"),
    "out is a device": (["plan", "SITE", "--at", AT, "--out", "/dev/null"], "--out: '/dev/null' is a device"),
    "chart in no folder": (["plan", "SITE", "--chart", "FOLDER/a/b.png"], "there is no folder 'FOLDER/a'"),
    "no site file": (["plan", "FOLDER/none.yaml"], "FOLDER/none.yaml: no such file"),
    "no site file for check": (["check", "FOLDER/none.yaml"], "FOLDER/none.yaml: no such file"),
    "a folder as site": (["check", "FOLDER"], "FOLDER: this is a folder"),
    "an empty name": (["check", ""], "folder"),
    "no prices file": (["plan", "SITE", "--at", AT, "--prices", "FOLDER/none.csv"], "FOLDER/none.csv"),
    "a folder as prices": (["plan", "SITE", "--at", AT, "--prices", "FOLDER"], "FOLDER"),
    "the site as prices": (["plan", "SITE", "--at", AT, "--prices", "SITE"], "SITE"),
}


@pytest.mark.parametrize(("words", "told"), OPTIONS.values(), ids=OPTIONS)
def test_a_wrong_command_line(
    terminal: Terminal,
    site: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)

    def filled(text: str) -> str:
        return text.replace("SITE", str(site)).replace("FOLDER", str(tmp_path))

    said = terminal.run(*(filled(word) for word in words))
    assert said.code == 2, said
    assert filled(told) in said.err
    assert "Traceback" not in said.err
    assert said.out == ""


SITE_FILES = {
    "empty": (b"", "site.yaml:1: an empty file"),
    "a list": (b"- one\n- two\n", "a site file is a block of keys"),
    "binary": (b"\x89PNG\r\n\x1a\n\x00\x00", "not UTF-8"),
    "latin-1": (
        HOME.replace("Test home", "H\xf4tel").encode("latin-1"),
        "site.yaml:1: byte 0xf4 is not UTF-8 text",
    ),
    "zero bytes": (HOME.encode() + b"\0\0", "zero bytes"),
    "utf-16": (HOME.encode("utf-16"), "not UTF-8"),
    "huge": (b"# padding\n" * 150_000, "larger than 1 MB"),
    "a tab": (HOME.replace("grid: ", "\tgrid: ").encode(), "a tab where a line begins"),
    "an open bracket": (b"name: [x\ngrid: 1\n", "site.yaml"),
    "an unknown key": ((HOME + "chargres: []\n").encode(), "chargres"),
    "two faults": (
        HOME.replace("limit_a: 25", "limit_a: -1").replace("min: 6", "min: six").encode(),
        "chargers[0].current_a.min",
    ),
}


@pytest.mark.parametrize(("content", "told"), SITE_FILES.values(), ids=SITE_FILES)
@pytest.mark.parametrize("command", ["check", "plan"])
def test_a_wrong_site_file(
    terminal: Terminal, tmp_path: Path, command: str, content: bytes, told: str
) -> None:
    path = tmp_path / "site.yaml"
    path.write_bytes(content)
    said = terminal.run(command, path)
    assert said.code == 2
    assert told in said.err
    assert "Traceback" not in said.err
    assert all(line.startswith(str(path)) for line in said.err.splitlines())


TABLES = {
    "prices with a gap": ("--prices", PRICES + "2026-06-17T17:00+02:00,0.1\n", "prices.csv:4"),
    "prices with a doubled time": ("--prices", PRICES + "2026-06-17T13:00+02:00,0.1\n", "prices.csv:4"),
    "prices without time zone": ("--prices", PRICES.replace("+02:00", ""), "prices.csv:2"),
    "prices in an unknown column": ("--prices", PRICES.replace("market_eur_per_kwh", "price"), "price"),
    "prices of a billion": ("--prices", PRICES.replace("0.1", "1e9"), "prices.csv:2"),
    "prices that are not numbers": ("--prices", PRICES.replace("0.1", "nan"), "prices.csv:2"),
    "prices of another year": ("--prices", PRICES.replace("2026", "2019"), "before the plan starts"),
    "requests for an unknown charger": ("--requests", REQUESTS.replace("driveway", "garage"), "garage"),
    "requests that leave before they come": (
        "--requests",
        REQUESTS.replace("T18:00", "T11:00"),
        "prices.csv:2",
    ),
    "load below zero": ("--load", "time,load_kw\n2026-06-17T12:00+02:00,-1\n", "prices.csv:2"),
}


@pytest.mark.parametrize(("option", "text", "told"), TABLES.values(), ids=TABLES)
def test_a_wrong_table(
    terminal: Terminal, site: Path, tmp_path: Path, option: str, text: str, told: str
) -> None:
    table = tmp_path / "prices.csv"
    table.write_text(text)
    said = terminal.run("plan", site, "--at", AT, option, table)
    assert said.code == 2
    assert told in said.err
    assert "Traceback" not in said.err


def test_faults_of_options_and_site_file_come_together(terminal: Terminal, tmp_path: Path) -> None:
    path = site_file(tmp_path, HOME.replace("limit_a: 25", "limit_a: -1"))
    said = terminal.run("plan", path, "--gap", "7", "--at", "noon", "--chart", "x.pdf")
    assert [line.split(":")[0] for line in said.err.splitlines()] == ["--gap", "--chart", "--at", str(path)]


def test_nothing_is_written_when_the_input_is_wrong(terminal: Terminal, site: Path, tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    terminal.run("plan", site, "--gap", "7", "--out", out)
    assert not out.exists()
