"""Switches, home battery, signal and its record as JSON."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from domain.site_energy import FlexibleLoad
from executors.signal import ceiling_of
from service.run.beside import Beside
from service.run.keeper import Keeper


def others_of(beside: Beside, now_s: float) -> dict[str, Any]:
    """What there is of them: ``loads``, ``battery`` and ``signal``; a site without one has none."""
    site = beside.site
    return {
        "loads": [_load(load, beside, now_s) for load in site.flexible_loads],
        "battery": None if site.battery is None else _battery(beside, now_s),
        "signal": None if site.curtailment is None else _signal(beside, now_s),
    }


def _load(load: FlexibleLoad, beside: Beside, now_s: float) -> dict[str, Any]:
    heard = beside.others.heard
    reading = heard.switches.get(load.id)
    found: dict[str, Any] = {
        "id": load.id,
        "switched": load.id in beside.others.switches,
        "wanted_on": beside.wanted().on.get(load.id),
        "on": None,
        "ran_h": number(beside.ran_h().get(load.id, math.nan)),
        "trouble": heard.trouble.get(load.id, ""),
        "alarms": [],
    }
    if reading is not None:
        found |= {
            "on": reading.on,
            "online": reading.online,
            "age_s": number(now_s - reading.sampled_s),
            "alarms": [{"code": one.code, "words": one.words} for one in reading.alarms],
        }
    return found


def _battery(beside: Beside, now_s: float) -> dict[str, Any]:
    heard, wanted = beside.others.heard, beside.wanted()
    found: dict[str, Any] = {
        "told": wanted.battery
        if beside.site.battery and beside.site.battery.control != "none"
        else "nothing",
        "wanted_kw": number(wanted.battery_kw) if wanted.battery == "power" else None,
        "trouble": heard.trouble.get("battery", ""),
    }
    if heard.battery is not None:
        found |= {
            "age_s": number(now_s - heard.battery.sampled_s),
            "power_kw": number(heard.battery.power_kw),
            "soc": number(heard.battery.soc),
        }
    return found


def _signal(beside: Beside, now_s: float) -> dict[str, Any]:
    assert beside.site.curtailment is not None
    heard, keeper = beside.others.heard, beside.keeper
    on, age_s = ceiling_of(heard.signal, now_s)
    return {
        "on": on if heard.signal is not None else None,
        "age_s": number(age_s),
        "ceiling_on": beside.ceiling_on,
        "ceiling_kw": number(beside.site.curtailment.ceiling_kw),
        "trouble": heard.trouble.get("signal", ""),
        "record": None if keeper is None else _record(keeper),
    }


def _record(keeper: Keeper) -> dict[str, Any]:
    return {
        "file": str(keeper.path),
        "written": keeper.written,
        "waiting": keeper.waiting,
        "trouble": keeper.trouble,
    }


def number(value: float) -> float | None:
    """At most three digits; what is not known is null."""
    return round(value, 3) if math.isfinite(value) else None


def moment(seconds: float) -> str:
    """A moment [s since 1970] in UTC."""
    when = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    return when.replace("+00:00", "Z")
