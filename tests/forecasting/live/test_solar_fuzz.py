"""Damaged answers: cut, flipped, or with the owner's key in them; always an error of ours, never another."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import SourceError
from forecasting.live.secrets import blot_bytes
from forecasting.live.solar_providers import SOLAR_PROVIDERS
from tests.forecasting.live.sunny import KEY, body, open_meteo_answer, want

HOURS_S = [1772452800 + 3600 * hour for hour in range(3)]
LIGHT: dict[str, list[float | None]] = {
    "shortwave_radiation": [400.0, 410.5, None],
    "diffuse_radiation": [100.0] * 3,
    "direct_normal_irradiance": [500.0] * 3,
    "global_tilted_irradiance": [600.0] * 3,
}
PERIODS = {"2026-03-02T07:00:00+00:00": 100, "2026-03-02T08:00:00+00:00": 300}
ROW = {"pv_estimate": 1.0, "pv_estimate10": 0.5, "pv_estimate90": 1.5, "period": "PT30M"}
GOOD = {
    "open_meteo": open_meteo_answer(HOURS_S, LIGHT),
    "forecast_solar": body(
        {
            "result": {"watt_hours_period": PERIODS, "watt_hours_day": {"2026-03-02": 400}},
            "message": {"code": 0, "info": {"time_utc": "2026-03-02T06:00:00+00:00"}},
        }
    ),
    "solcast": body({"forecasts": [{**ROW, "period_end": "2026-03-02T12:30:00.0000000Z"}]}),
}
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from([KEY, "2026-03-02T07:00:00", "PT30M", "1e999", "\ud800"]),
)
ANYTHING = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner))


def check(name: str, reply: bytes) -> None:
    """What is understood is finite and not below 0; what is not is an error of ours without the key.

    As ``asking`` does, the key is blotted out of the body before it is understood: an error may quote it.
    """
    try:
        values = SOLAR_PROVIDERS[name].parse(blot_bytes(reply, KEY), want(key=KEY)).intervals.values
    except SourceError as error:
        told = f"{error!r} {error.__cause__!r}"
    else:
        assert np.all(np.isfinite(values) & (values >= 0))
        told = ""
    assert KEY not in told


@pytest.mark.parametrize("name", GOOD)
@given(data=st.data())
def test_a_cut_or_flipped_answer_is_never_a_crash(name: str, data: st.DataObject) -> None:
    reply = bytearray(GOOD[name])
    for _ in range(data.draw(st.integers(0, 3))):
        reply[data.draw(st.integers(0, len(reply) - 1))] = data.draw(st.integers(0, 255))
    check(name, bytes(reply[: data.draw(st.integers(0, len(reply)))]))


@pytest.mark.parametrize("name", GOOD)
@given(data=st.data())
def test_an_answer_with_anything_in_one_place_is_never_a_crash(name: str, data: st.DataObject) -> None:
    tree = json.loads(GOOD[name])
    replaced(tree, data)
    check(name, json.dumps(tree).encode())


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("deep", ['{"message":' * 50_000, '{"forecasts":[' * 50_000, '{"hourly":' * 50_000])
def test_a_bottomless_answer_is_never_a_crash(name: str, deep: str) -> None:
    check(name, deep.encode())


def replaced(tree: Any, data: st.DataObject) -> None:
    """Put anything into one place of the tree."""
    while isinstance(tree, dict | list) and tree:
        keys = list(tree) if isinstance(tree, dict) else list(range(len(tree)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(tree[key], dict | list) or data.draw(st.booleans()):
            tree[key] = data.draw(ANYTHING)
            return
        tree = tree[key]
