"""A plan from a past day on takes what the sources still know of that day."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from domain.series import Quality
from forecasting.gather import Files, gather, live_sources_needed
from forecasting.live.collect import collect
from forecasting.live.provider import Want
from tests.forecasting.live.made_up import EVENING, body_of, market_price, means, provider, quarters
from tests.forecasting.sites import site

CHARTS = {"source": "energy_charts", "zone": "BE"}


def test_prices_of_last_year_serve_a_plan_of_last_year(tmp_path: Path) -> None:
    past = EVENING - timedelta(days=365)

    def archive(want: Want) -> bytes:
        return body_of(quarters(past - timedelta(days=7), past + timedelta(days=1)))

    home = site(CHARTS)
    with_what = means(tmp_path, EVENING, [provider("energy_charts", archive)])
    live = asyncio.run(collect(home, past, live_sources_needed(home, Files()), with_what))
    got = gather(home, past, Files(), live=live)
    assert got.buy.values[0] == market_price(past)
    assert got.buy.quality[0] == Quality.PUBLISHED
