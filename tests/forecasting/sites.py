"""Small sites and files for the tests of forecasting."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from domain.site import Site, parse_site

BRUSSELS = "Europe/Brussels"
ROOF = {"id": "roof", "peak_kw": 6, "source": "sample"}
SHED = {"id": "shed", "peak_kw": 2, "source": "sample"}


def site(buy: dict[str, Any] | None = None, zone: str = BRUSSELS, **keys: Any) -> Site:
    """A house with one charger; ``keys`` are added to the site file or take the place of its own."""
    sell = keys.pop("sell", None)
    tariff: dict[str, Any] = {"buy": buy or {"source": "fixed", "eur_per_kwh": 0.3}}
    if sell is not None:
        tariff["sell"] = sell
    data = {
        "name": "Home",
        "location": {"time_zone": zone, **keys.pop("location", {})},
        "grid": {"limit_a": 25, **keys.pop("grid", {})},
        "chargers": [{"id": "driveway", "current_a": {"min": 6, "max": 16}}],
        "tariff": tariff,
        **keys,
    }
    return parse_site(json.dumps(data), "site.yaml")


def local(text: str, zone: str = BRUSSELS) -> datetime:
    """The moment at which the local clock shows ``text``."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def write_csv(path: Path, head: str, rows: Iterable[tuple[object, ...]]) -> Path:
    """A CSV file; moments are written with their offset."""
    lines = [",".join(_cell(cell) for cell in row) for row in rows]
    path.write_text("\n".join([head, *lines, ""]))
    return path


def _cell(cell: object) -> str:
    return cell.isoformat() if isinstance(cell, datetime) else str(cell)
