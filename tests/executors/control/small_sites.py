"""Small sites for the tests of control."""

from __future__ import annotations

import json
from typing import Any

from domain.site import parse_site
from executors.control.seam import Wiring
from executors.control.wiring import wiring_of


def charger(name: str, **keys: Any) -> dict[str, Any]:
    """A simulated charger of 6 to 16 A that falls to 6 A after 30 s."""
    return {
        "id": name,
        "driver": "simulated",
        "current_a": {"min": 6, "max": 16},
        "failsafe": {"current_a": 6, "after_s": 30},
        **keys,
    }


def site_data(count: int = 1, **keys: Any) -> dict[str, Any]:
    """A home behind a breaker of 25 A with a meter; ``keys`` take the place of its own."""
    grid = {
        "limit_a": 25,
        "protection": {"type": "mcb", "rating_a": 25},
        "meter": "main",
        **keys.pop("grid", {}),
    }
    return {
        "name": "Home",
        "location": {"time_zone": "Europe/Brussels"},
        "grid": {key: value for key, value in grid.items() if value is not None},
        "meters": {"main": {"driver": "simulated"}},
        "chargers": [charger(f"c{i}") for i in range(count)],
        "tariff": {"buy": {"source": "fixed", "eur_per_kwh": 0.3}},
        **keys,
    }


def wiring(count: int = 1, **keys: Any) -> Wiring:
    """The wiring of a small site."""
    return wiring_of(parse_site(json.dumps(site_data(count, **keys)), "site.yaml"))
