"""The live sources of a site, asked over the network of this machine."""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from domain.site import Site
from service.planning import Tell
from service.to_the_end import run_to_the_end

if TYPE_CHECKING:
    from forecasting.gather import Files
    from forecasting.live.answer import Live
    from forecasting.live.collect import Wanted


ALL_SOURCES_S: Final = 45.0
"""All sources of a site together have so long; then what is kept must do."""


def live_answers(
    site: Site,
    files: Files,
    at: datetime,
    now: datetime,
    cache: Path | None,
    tell: Tell,
    limit_s: float = ALL_SOURCES_S,
) -> Live:
    """What the live sources know from ``at`` on; nobody is asked where files and rules give everything.

    It may be called where an event loop runs, as in Jupyter. After ``limit_s`` no answer is waited for.
    Raises ``InputError`` where an address in the environment is none; a source that fails is told in its
    answer.
    """
    from forecasting.gather import live_sources_needed
    from forecasting.live.answer import Live, array_name, price_name

    wanted = live_sources_needed(site, files)
    if not wanted:
        return Live()
    names = [*map(price_name, wanted.prices), *map(array_name, wanted.arrays)]
    tell(f"Asking {', '.join(dict.fromkeys(names))}")
    return run_to_the_end(_collected(site, at, now, wanted, files.base, cache, limit_s))


async def _collected(
    site: Site, at: datetime, now: datetime, wanted: Wanted, base: Path, cache: Path | None, limit_s: float
) -> Live:
    from forecasting.live.addresses import base_urls
    from forecasting.live.asking import Means
    from forecasting.live.cache import DiskCache, cache_folder
    from forecasting.live.collect import collect
    from forecasting.live.price_providers import FINAL_PRICES, PRICE_PROVIDERS
    from forecasting.live.secrets import Keyring
    from forecasting.live.solar_providers import SOLAR_PROVIDERS
    from forecasting.live.web import HttpxWeb

    addresses = base_urls(os.environ, [*PRICE_PROVIDERS, *SOLAR_PROVIDERS])
    async with HttpxWeb(user_agent(), lambda: datetime.now(UTC)) as web:
        means = Means(
            web=web,
            cache=DiskCache(cache_folder(os.environ, cache)),
            now=now.astimezone(UTC),
            keyring=Keyring(os.environ, base),
            price_providers=PRICE_PROVIDERS,
            solar_providers=SOLAR_PROVIDERS,
            base_urls=addresses,
            final_prices=frozenset(FINAL_PRICES),
            jitter=random.random(),  # noqa: S311 - spreads questions, guards nothing
            limit_s=limit_s,
        )
        return await collect(site, at.astimezone(UTC), wanted, means)


def user_agent() -> str:
    """How this program names itself to the sources."""
    from service.main import program_version

    return program_version().replace(" ", "/")
