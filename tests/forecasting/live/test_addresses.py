"""Another address in the place of a provider's own: a misspelt name is told, and nobody else is asked."""

from __future__ import annotations

import pytest

from domain.errors import InputError
from forecasting.live.addresses import base_urls

PROVIDERS = ("energy_charts", "open_meteo")


def test_a_name_that_no_provider_has_is_told_with_those_that_there_are() -> None:
    environ = {"CHARGEWRIGHT_URL_ENERGYCHARTS": "https://mirror.invalid", "CHARGEWRIGHT_CACHE": "kept"}
    with pytest.raises(
        InputError, match=r"CHARGEWRIGHT_URL_ENERGYCHARTS: no provider of this name"
    ) as caught:
        base_urls(environ, PROVIDERS)
    assert "CHARGEWRIGHT_URL_ENERGY_CHARTS, CHARGEWRIGHT_URL_OPEN_METEO" in str(caught.value)
    assert len(caught.value.faults) == 1


def test_misspelt_names_and_wrong_addresses_are_told_together() -> None:
    environ = {
        "CHARGEWRIGHT_URL_X": "https://mirror.invalid",
        "CHARGEWRIGHT_URL_OPEN_METEO": "http://10.0.0.1",
    }
    with pytest.raises(InputError) as caught:
        base_urls(environ, PROVIDERS)
    assert [fault.source for fault in caught.value.faults] == [
        "CHARGEWRIGHT_URL_X", "CHARGEWRIGHT_URL_OPEN_METEO",
    ]  # fmt: skip


def test_an_address_goes_without_its_last_slash_and_an_empty_one_is_none() -> None:
    environ = {
        "CHARGEWRIGHT_URL_ENERGY_CHARTS": "https://mirror.invalid/ec/",
        "CHARGEWRIGHT_URL_OPEN_METEO": "",
    }
    assert base_urls(environ, PROVIDERS) == {"energy_charts": "https://mirror.invalid/ec"}
