"""The page that says where each feature of makers' systems is met: every row, no file that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.shared_data import shared

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "systems.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\|\s*([VT]\d+[a-d]?)\s*\|", re.MULTILINE)


def test_every_row_of_the_makers_pages_has_its_line() -> None:
    features = shared("systems/features.md").read_text(encoding="utf-8")
    numbers = ROW.findall(features)
    assert len(numbers) > 70
    assert sorted(ROW.findall(PAGE)) == sorted(numbers)


def test_every_row_says_whether_it_is_met() -> None:
    lines = [line for line in PAGE.splitlines() if ROW.match(line)]
    assert {line.split("|")[3].strip() for line in lines} <= {"met", "part", "missing"}


@pytest.mark.parametrize("name", ["systems.md", "traps.md"])
def test_every_file_that_the_page_names_is_there(name: str) -> None:
    page = (ROOT / "docs" / name).read_text(encoding="utf-8")
    named = re.findall(r"`((?:[\w.-]+/)+[\w.-]*)`", page)
    assert len(named) > 20
    missing = [name for name in named if not any((base / name).exists() for base in (ROOT, ROOT / "tests"))]
    assert missing == []
