"""SMARD: a week with holes, and the way through its index."""

from __future__ import annotations

import asyncio

import pytest

from domain.errors import Malformed, NotPublished, SourceError
from forecasting.live import smard
from tests.forecasting.live.price_asks import QUARTER, START_S, ListedWeb, json_body, utc, want


def test_smard_leaves_out_what_is_not_known_yet() -> None:
    rows = [[(START_S + QUARTER * at) * 1000, price] for at, price in enumerate([88.1, -1, None, None])]
    found = smard.parse(
        json_body({"meta_data": {"created": 1_759_900_000_123}, "series": rows}), want("DE-LU")
    )
    assert list(found.intervals.values) == pytest.approx([0.0881, -0.001])
    assert found.source == "SMARD DE-LU"
    assert found.issued_at == utc("2025-10-08T05:06:40")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (json_body({"series": []}), NotPublished),
        (json_body({"series": [[START_S * 1000, None], [(START_S + QUARTER) * 1000, None]]}), NotPublished),
        (json_body({"series": [[START_S * 1000]]}), Malformed),
        (json_body({"series": {"a": 1}}), Malformed),
    ],
)
def test_smard_says_what_is_wrong(answer: bytes, error: type[SourceError]) -> None:
    with pytest.raises(error):
        smard.parse(answer, want())


def test_smard_is_asked_for_its_index_and_the_last_two_weeks() -> None:
    weeks = [utc(f"2025-{day}T22:00").timestamp() * 1000 for day in ("09-21", "09-28", "10-05", "10-12")]
    index = json_body({"timestamps": [int(week) for week in (weeks[1], weeks[0], weeks[3], weeks[2])]})
    web = ListedWeb(index, b"older", b"newer")
    assert asyncio.run(smard.fetch(web, smard.BASE_URL, want("NL"))) == [b"older", b"newer"]
    folder = "https://www.smard.de/app/chart_data/256/DE"
    assert [call.url for call in web.calls] == [
        f"{folder}/index_quarterhour.json",
        f"{folder}/256_DE_quarterhour_{int(weeks[1])}.json",
        f"{folder}/256_DE_quarterhour_{int(weeks[2])}.json",
    ]


@pytest.mark.parametrize(
    ("index", "error"),
    [
        (b'{"timestamps": []}', NotPublished),
        (b'{"timestamps": ["x"]}', Malformed),
        (b"{}", Malformed),
        (b"<html>", Malformed),
    ],
)
def test_a_broken_index_of_smard_is_told_as_such(index: bytes, error: type[SourceError]) -> None:
    with pytest.raises(error):
        asyncio.run(smard.fetch(ListedWeb(index), smard.BASE_URL, want("NL")))
