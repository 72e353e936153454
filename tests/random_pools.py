"""DC points, cabinets and groups with a limit for random sites."""

from __future__ import annotations

from typing import Any

import numpy as np


def with_pools(rng: np.random.Generator, words: dict[str, Any]) -> None:
    """Now and then some chargers become DC points, in a cabinet or alone, and some share a group's limit."""
    chargers = words["chargers"]
    if rng.random() < 0.3:
        places = ["grid", *(circuit["id"] for circuit in words["circuits"])]
        cabinet = {"id": "box", "circuit": str(rng.choice(places)), "limit_kw": float(rng.choice([5, 9]))}
        words["cabinets"] = [cabinet]
        words["chargers"] = chargers = [
            _dc_point(rng, charger) if rng.random() < 0.6 else charger for charger in chargers
        ]
    if rng.random() < 0.3:
        members = [charger["id"] for charger in chargers if rng.random() < 0.7]
        if members:
            group = {"id": "some", "chargers": members, "limit_a": float(rng.choice([10, 16, 24]))}
            words["groups"] = [group | {"solar": bool(rng.random() < 0.5)}]


def _dc_point(rng: np.random.Generator, charger: dict[str, Any]) -> dict[str, Any]:
    """A DC point in the place of an AC charger."""
    common = {"id", "circuit", "wiring", "priority", "weight"}
    kept = {key: value for key, value in charger.items() if key in common}
    least_kw = float(rng.choice([0.0, 0.5, 1.0]))
    point: dict[str, Any] = {
        **kept,
        "kind": "dc",
        "power_kw": {"min": least_kw, "max": float(rng.choice([2.5, 6.0]))},
    }
    if rng.random() < 0.8:
        point["efficiency"] = float(rng.choice([0.9, 0.95]))
    if rng.random() < 0.8:
        point["power_factor"] = float(rng.choice([0.97, 1.0]))
    if rng.random() < 0.6:
        del point["circuit"]
        point["cabinet"] = "box"
    return point
