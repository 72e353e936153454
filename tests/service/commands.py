"""Helpers for tests of whole commands: a small site file, and what a command answered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from service.main import main

HOME = """\
name: Test home
location: {time_zone: Europe/Brussels}
grid: {limit_a: 25}
chargers:
  - {id: driveway, current_a: {min: 6, max: 16}}
departures:
  - {charger: driveway, arrive: "18:00", depart: "07:00", energy_kwh: 11.04}
load: {source: fixed, kw: 0.3}
tariff:
  buy:
    source: bands
    bands:
      - {from: "01:00", to: "05:00", eur_per_kwh: 0.10}
      - {eur_per_kwh: 0.30}
"""
"""11.04 kWh are one hour at 16 A on three phases of 230 V."""
AT = "2026-06-17T12:00:00+02:00"


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


class Terminal:
    """Runs commands in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def run(self, *words: str | Path) -> Said:
        """The answer to ``chargewright`` with these words."""
        self._capsys.readouterr()
        code = main([str(word) for word in words])
        out, err = self._capsys.readouterr()
        return Said(code, out, err)


def site_file(folder: Path, text: str = HOME) -> Path:
    """A site file in ``folder``."""
    path = folder / "site.yaml"
    path.write_text(text)
    return path
