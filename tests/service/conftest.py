"""Fixtures for tests of whole commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.service.commands import Terminal, site_file


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARGEWRIGHT_STATE", str(tmp_path / "state"))


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return site_file(tmp_path)
