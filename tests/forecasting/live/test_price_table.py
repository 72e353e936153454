"""The table of price providers, and what holds for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from domain.errors import KeyRefused, Malformed
from domain.site_tariff import PROVIDERS
from forecasting.live.price_providers import FINAL_PRICES, PRICE_PROVIDERS
from tests.forecasting.live.price_asks import ListedWeb, want


def test_the_table_has_every_provider_of_the_site_file() -> None:
    assert set(PRICE_PROVIDERS) == set(PROVIDERS)
    assert {name for name, one in PRICE_PROVIDERS.items() if one.needs_key} == {
        name for name, needs in PROVIDERS.items() if needs.key
    }
    assert {name for name, needs in PROVIDERS.items() if needs.final} == FINAL_PRICES
    assert not any(one.base_url.endswith("/") for one in PRICE_PROVIDERS.values())


@pytest.mark.parametrize("name", sorted(PRICE_PROVIDERS))
@pytest.mark.parametrize(
    "wrong",
    [
        b"<!DOCTYPE html><html>Bad gateway</html>",
        b"<html><body>maintenance</body></html>",
        b'{"unix_seconds": [1, 2',
        b"[]",
        b"null",
        b"{}",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"price": NaN}',
    ],
)
def test_what_is_no_answer_of_the_provider_is_malformed(name: str, wrong: bytes) -> None:
    zone = {"octopus": "C", "tibber": "", "energyzero": "NL", "awattar": "AT"}.get(name, "BE")
    with pytest.raises(Malformed):
        PRICE_PROVIDERS[name].parse(wrong, want(zone))


@pytest.mark.parametrize("name", ["tibber", "entsoe"])
def test_who_needs_a_key_is_not_asked_without_one(name: str) -> None:
    web, one = ListedWeb(), PRICE_PROVIDERS[name]

    async def asked() -> Sequence[bytes]:
        return await one.fetch(web, one.base_url, replace(want(), key=""))

    with pytest.raises(KeyRefused, match="key_file or key_env"):
        asyncio.run(asked())
    assert not web.calls
