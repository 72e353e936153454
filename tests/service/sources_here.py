"""Live sources on this machine for tests of whole commands, and the clock at one evening."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta

import pytest

from service import live as live_module
from service import main as main_module
from tests.forecasting.live.loopback import Reply
from tests.forecasting.live.made_up import EVENING, midnight, published_until, quarters
from tests.forecasting.live.sunny import open_meteo_answer

PROVIDERS = (
    "energy_charts", "smard", "entsoe", "energyzero", "awattar", "tibber", "octopus", "nordpool",
    "open_meteo", "forecast_solar", "solcast",
)  # fmt: skip


def all_at(url: str, patch: pytest.MonkeyPatch) -> None:
    """Every provider is asked at ``url``, so that no test asks the world."""
    for name in PROVIDERS:
        patch.setenv(f"CHARGEWRIGHT_URL_{name.upper()}", url)


def stop_the_clock(patch: pytest.MonkeyPatch, moment: datetime = EVENING) -> None:
    """It stays ``moment`` for the commands."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            del tz
            return moment

    patch.setattr(main_module, "datetime", Clock)
    patch.setattr(live_module, "datetime", Clock)


def charts_reply() -> Reply:
    """What Energy-Charts has on that evening."""
    known = quarters(midnight(EVENING.date() - timedelta(days=7)), published_until(EVENING))
    prices = [round(1000 * value, 3) for value in known.values]
    return Reply(200, json.dumps({"unix_seconds": known.start_s.tolist(), "price": prices}).encode())


def weather_reply() -> Reply:
    """What Open-Meteo has on that evening: four days with the sun from 08:00 to 16:00 UTC."""
    start = datetime(EVENING.year, EVENING.month, EVENING.day, tzinfo=UTC)
    ends = [start + timedelta(minutes=15 * number) for number in range(1, 4 * 96 + 1)]
    light = [max(0.0, 400 * math.sin((end.hour + end.minute / 60 - 8) / 8 * math.pi)) for end in ends]
    light = [watts if 8 <= end.hour < 16 else 0.0 for end, watts in zip(ends, light, strict=True)]
    radiation = {
        "shortwave_radiation": light,
        "diffuse_radiation": [watts / 2 for watts in light],
        "direct_normal_irradiance": light,
        "global_tilted_irradiance": light,
    }
    return Reply(200, open_meteo_answer([int(end.timestamp()) for end in ends], radiation))


def well(path: str) -> Reply:
    """Energy-Charts and Open-Meteo answer, nobody else."""
    if path.startswith("/price"):
        return charts_reply()
    return weather_reply() if path.startswith("/v1/forecast") else Reply(404)
