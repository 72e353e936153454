"""What check says of the failsafe proof, and its exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from service.main import main

SITE = """
name: Home
location: {time_zone: Europe/Brussels}
grid: {limit_a: 25, BASE protection: {type: mcb, rating_a: 25}, meter: p1}
meters: {p1: {driver: simulated}}
chargers:
  - id: driveway
    driver: charx
    host: charx.lan
    current_a: {min: 6, max: 16}
    failsafe: {current_a: 6, after_s: AFTER}
tariff: {buy: {source: fixed, eur_per_kwh: 0.3}}
"""


def checked(folder: Path, base: str, after_s: int, *options: str) -> int:
    path = folder / "site.yaml"
    path.write_text(SITE.replace("BASE", base).replace("AFTER", str(after_s)))
    return main(["check", str(path), *options])


def test_a_site_that_survives_silence_is_proven(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(tmp_path, "base_load_max_a: 12,", 30) == 0
    assert "Failsafe proof: proven" in capsys.readouterr().out


def test_the_largest_timeout_is_named_and_the_answer_is_no(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(tmp_path, "base_load_max_a: 14,", 60) == 1
    assert "after_s of at most 17 s would do" in " ".join(capsys.readouterr().out.split())


def test_the_answer_to_programs_holds_every_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(tmp_path, "base_load_max_a: 20,", 30, "--json") == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    proof = answer["failsafe_proof"]
    assert proof["verdict"] == "not_proven"
    assert {one["kind"] for one in proof["findings"]} == {"fuse", "curve"}
    assert proof["findings"][0]["failsafe_0_at"] == ["driveway"]


def test_without_a_base_load_it_cannot_be_proven(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(tmp_path, "", 30) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "cannot be proven" in out
    assert "grid.base_load_max_a: missing" in out


def test_no_timeout_is_named_that_a_healthy_site_cannot_feed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(tmp_path, "base_load_max_a: 17.93,", 60) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "no failsafe.after_s of 10 s or more would do" in out
    assert "`run` refuses it until the failsafe proof holds" in out


def test_what_may_flow_is_rounded_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(tmp_path, "base_load_max_a: 19.04,", 30) == 1  # and 6 A: 25.04 A
    out = " ".join(capsys.readouterr().out.split())
    assert "25.1 A of failsafe currents and base_load_max_a, the limit is 25 A" in out


@pytest.mark.parametrize(
    ("base_a", "words"),
    [
        (18.55, "failsafe.current_a 0, or 6 to 6.4 A, at driveway would do"),
        (
            19.5,
            "failsafe.current_a 0 at driveway would do (5.5 A would hold too, but 6 A is the least there is",
        ),
    ],
)
def test_the_highest_failsafe_that_holds_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], base_a: float, words: str
) -> None:
    text = SITE.replace("failsafe: {current_a: 6,", "failsafe: {current_a: 10,")
    (tmp_path / "site.yaml").write_text(
        text.replace("BASE", f"base_load_max_a: {base_a},").replace("AFTER", "30")
    )
    assert main(["check", str(tmp_path / "site.yaml")]) == 1
    assert words in " ".join(capsys.readouterr().out.split())


def test_a_short_watchdog_is_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(tmp_path, "base_load_max_a: 5,", 5) == 0
    assert "may fall to its failsafe on a healthy site" in " ".join(capsys.readouterr().out.split())
