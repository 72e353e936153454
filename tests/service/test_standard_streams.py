"""Standard output that is closed, full, or a pipe whose reader left: no traceback, whatever is said."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.service.commands import AT

ROOT = Path(__file__).parent.parent.parent
NEEDS_FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
COMMANDS = {
    "help": ["--help"],
    "version": ["--version"],
    "check": ["check", "SITE"],
    "plan": ["plan", "SITE", "--at", AT],
    "plan as JSON": ["plan", "SITE", "--at", AT, "--json"],
}


def shell(site: Path, words: list[str], rest: str) -> tuple[int, str]:
    """Exit code and standard error of a command whose output the shell leads somewhere."""
    line = [sys.executable, "-m", "service.main", *(word.replace("SITE", str(site)) for word in words)]
    done = subprocess.run(  # noqa: S603
        ["/bin/bash", "-c", f"{' '.join(line)} {rest}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("rest", [">&-", pytest.param("> /dev/full", marks=NEEDS_FULL)])
def test_output_that_cannot_be_written_is_one_line_and_code_2(
    site: Path, words: list[str], rest: str
) -> None:
    code, err = shell(site, words, rest)
    assert code == 2
    assert err.startswith("standard output: cannot be written: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("reader", ["head -1", "true"])
def test_a_reader_that_leaves_is_no_fault(site: Path, words: list[str], reader: str) -> None:
    assert shell(site, words, f"| {reader} > /dev/null; exit ${{PIPESTATUS[0]}}") == (0, "")


def test_a_fault_keeps_its_code_when_nobody_reads(site: Path) -> None:
    code, err = shell(site, ["plan", "SITE", "--gap", "x", "--json"], ">&-")
    assert code == 2
    assert err.startswith("--gap: 'x'")


def test_nothing_at_all_can_be_said(site: Path) -> None:
    assert shell(site, ["check", "SITE"], ">&- 2>&-") == (2, "")
