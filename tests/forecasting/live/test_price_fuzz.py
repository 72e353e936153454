"""Broken answers never raise anything but our own errors."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import SourceError
from forecasting.live.price_providers import PRICE_PROVIDERS
from tests.forecasting.live.price_asks import KEY, want

_START_S = 1_759_874_400
_STAMPS = [_START_S, _START_S + 900, _START_S + 1800]
_ISO = [f"2025-10-07T22:{minute:02}:00Z" for minute in (0, 15, 30, 45)]
_SLOTS = list(pairwise(_ISO))
_XML = (
    '<?xml version="1.0" encoding="utf-8"?><Publication_MarketDocument xmlns="urn:x:7:3"><createdDateTime>'
    "2025-10-07T11:00:00Z</createdDateTime><TimeSeries><in_Domain.mRID>10YBE----------2</in_Domain.mRID>"
    "<out_Domain.mRID>10YBE----------2</out_Domain.mRID><currency_Unit.name>EUR</currency_Unit.name>"
    "<price_Measure_Unit.name>MWH</price_Measure_Unit.name><curveType>A03</curveType><Period><timeInterval>"
    "<start>2025-10-07T22:00Z</start><end>2025-10-07T23:00Z</end></timeInterval><resolution>PT15M</resolution>"
    "<Point><position>1</position><price.amount>50.1</price.amount></Point><Point><position>3</position>"
    "<price.amount>-1</price.amount></Point></Period></TimeSeries></Publication_MarketDocument>"
)
_ANSWERS: dict[str, tuple[str, Any]] = {
    "energy_charts": ("BE", {"license_info": "CC BY", "unix_seconds": _STAMPS, "price": [1.5, None, -3]}),
    "energyzero": (
        "NL",
        {"interval": 1, "base": [{"start": a, "end": b, "price": {"value": "0.1"}} for a, b in _SLOTS]},
    ),
    "awattar": (
        "AT",
        {
            "data": [
                {
                    "start_timestamp": at * 1000,
                    "end_timestamp": at * 1000 + 900_000,
                    "marketprice": 5,
                    "unit": "Eur/MWh",
                }
                for at in _STAMPS
            ]
        },
    ),
    "smard": (
        "NL",
        {"meta_data": {"created": 1_759_900_000_000}, "series": [[at * 1000, 4.5] for at in _STAMPS]},
    ),
    "nordpool": (
        "BE",
        {
            "market": "DayAhead",
            "currency": "EUR",
            "deliveryAreas": ["BE"],
            "updatedAt": "2025-10-07T10:55:08.1234567Z",
            "areaStates": [{"state": "Final", "areas": ["BE"]}],
            "multiAreaEntries": [
                {"deliveryStart": a, "deliveryEnd": b, "entryPerArea": {"BE": 7.5}} for a, b in _SLOTS
            ],
        },
    ),
    "octopus": (
        "C",
        {
            "next": None,
            "results": [
                {"value_inc_vat": 20.5, "valid_from": a, "valid_to": b, "payment_method": None}
                for a, b in _SLOTS
            ],
        },
    ),
    "tibber": (
        "",
        {
            "data": {
                "viewer": {
                    "homes": [
                        {
                            "id": "x",
                            "appNickname": "Flat",
                            "currentSubscription": {
                                "priceInfo": {
                                    "today": [{"total": 0.3, "startsAt": a, "currency": "EUR"} for a in _ISO],
                                    "tomorrow": [],
                                }
                            },
                        }
                    ]
                }
            }
        },
    ),
}
BODIES = {
    **{name: (zone, json.dumps(answer).encode()) for name, (zone, answer) in _ANSWERS.items()},
    "entsoe": ("BE", _XML.encode()),
}
_ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=5),
    st.just([]),
    st.just({}),
    st.sampled_from(
        [10**400, "2025-10-07T22:00", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00+10:00", 1e300]
    ),
)


def read(name: str, zone: str, body: bytes) -> None:
    try:
        found = PRICE_PROVIDERS[name].parse(body, want(zone))
    except SourceError as error:
        assert KEY not in str(error)  # noqa: PT017
        return
    assert len(found.intervals) > 0
    assert abs(found.intervals.values).max() <= 20


@pytest.mark.parametrize("name", sorted(PRICE_PROVIDERS))
def test_the_whole_answer_is_understood(name: str) -> None:
    zone, body = BODIES[name]
    assert len(PRICE_PROVIDERS[name].parse(body, want(zone)).intervals) >= 2


@pytest.mark.parametrize("name", sorted(PRICE_PROVIDERS))
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_cut_or_flipped_answer_raises_only_our_errors(name: str, data: st.DataObject) -> None:
    zone, body = BODIES[name]
    broken = bytearray(body[: data.draw(st.integers(0, len(body)))])
    if data.draw(st.booleans()):
        broken = bytearray(body)
    for at, value in data.draw(
        st.lists(st.tuples(st.integers(0, len(body)), st.integers(0, 255)), max_size=4)
    ):
        if at < len(broken):
            broken[at] = value
    read(name, zone, bytes(broken))


@pytest.mark.parametrize("name", sorted(_ANSWERS))
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_an_answer_with_something_odd_inside_raises_only_our_errors(name: str, data: st.DataObject) -> None:
    zone, answer = _ANSWERS[name]
    changed = json.loads(json.dumps(answer))
    node = changed
    while True:
        keys: list[Any] = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            break
        key = data.draw(st.sampled_from(keys))
        if isinstance(node[key], dict | list) and node[key] and data.draw(st.integers(0, 4)):
            node = node[key]
            continue
        node[key] = data.draw(_ODD)
        break
    read(name, zone, json.dumps(changed).encode())


@pytest.mark.parametrize(
    "odd", ["", "x", "-1", "1e999", "٣", "2025-10-07T22:00", "9999-12-31T23:59Z", "&#0;", "<a/>"]
)
@pytest.mark.parametrize(
    "text", ["2025-10-07T22:00Z", "2025-10-07T11:00:00Z", "PT15M", "3", "50.1", "A03", "EUR"]
)
def test_an_xml_document_with_something_odd_inside_raises_only_our_errors(text: str, odd: str) -> None:
    read("entsoe", "BE", _XML.replace(f">{text}<", f">{odd}<", 1).encode())
