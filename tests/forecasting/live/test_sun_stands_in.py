"""A second source of the sun stands in for a silent one, and an old estimate gives way to a new one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.errors import SourceError, Unreachable
from domain.series import Quality
from forecasting.gather import Files, gather, live_sources_needed
from forecasting.live.answer import Answer, Live, Outcome
from forecasting.live.asking import Means
from forecasting.live.chain import sun_stand_ins
from forecasting.live.collect import collect
from forecasting.live.provider import Provider, Want
from tests.forecasting.live.made_up import EVENING, body_of, means, provider, quarters
from tests.forecasting.live.sunny import roof
from tests.forecasting.sites import site

ROOF = {"id": "roof", "peak_kw": 5, "tilt_deg": 30, "azimuth_deg": 180, "source": "open_meteo"}
PLACE = {"latitude": 51.0, "longitude": 3.7}
HOME = site(solar=[ROOF], location=PLACE, sell={"source": "fixed", "eur_per_kwh": 0})
DOWN = Unreachable("down")


def sun(name: str, days: int, *, down: bool = False) -> Provider:
    """A source that knows so many days of its own."""

    def answer(want: Want) -> bytes | SourceError:
        return (
            DOWN
            if down
            else body_of(quarters(want.now - timedelta(hours=1), want.now + timedelta(days=days)))
        )

    return provider(name, answer)


def answers(with_what: Means, home: Any = HOME) -> Live:
    return asyncio.run(collect(home, with_what.now, live_sources_needed(home, Files()), with_what))


def of_roof(with_what: Means) -> Answer:
    return answers(with_what).solar["roof"]


def test_the_second_source_stands_in_and_the_plan_says_so(tmp_path: Path) -> None:
    with_what = means(tmp_path, EVENING, solar=[sun("open_meteo", 3, down=True), sun("forecast_solar", 2)])
    live = answers(with_what)
    answer = live.solar["roof"]
    assert (answer.asked, answer.given_by, answer.complete) == (
        "open_meteo roof",
        "forecast_solar roof",
        True,
    )
    power = gather(HOME, EVENING, Files(), live=live).solar_kw["roof"]
    assert power.source == "forecast_solar"
    assert power.worst_quality is Quality.FORECAST
    assert "forecast_solar roof stands in for open_meteo roof (unreachable: down)" in power.note


def test_a_source_that_answers_is_enough(tmp_path: Path) -> None:
    answer = of_roof(means(tmp_path, EVENING, solar=[sun("open_meteo", 3), sun("forecast_solar", 2)]))
    assert [step.source for step in answer.steps] == ["open_meteo roof"]


@pytest.mark.parametrize(
    ("age_h", "given_by"), [(2, "open_meteo roof"), (6, "open_meteo roof"), (7, "forecast_solar roof")]
)
def test_an_estimate_of_this_morning_gives_way_to_a_new_one(
    age_h: int, given_by: str, tmp_path: Path
) -> None:
    of_roof(means(tmp_path, EVENING, solar=[sun("open_meteo", 3)]))
    later = EVENING + timedelta(hours=age_h)
    others = [sun("open_meteo", 3, down=True), sun("forecast_solar", 1)]
    assert of_roof(means(tmp_path, later, solar=others)).given_by == given_by


def test_an_old_estimate_is_better_than_none_and_its_age_is_said(tmp_path: Path) -> None:
    of_roof(means(tmp_path, EVENING, solar=[sun("open_meteo", 3)]))
    both_down = [sun("open_meteo", 3, down=True), sun("forecast_solar", 1, down=True)]
    answer = of_roof(means(tmp_path, EVENING + timedelta(hours=30), solar=both_down))
    assert [step.outcome for step in answer.steps] == [Outcome.UNREACHABLE] * 2
    assert (answer.given_by, answer.complete) == ("open_meteo roof", False)
    assert answer.known is not None
    assert "the last good answer, 30.0 h old" in answer.known.note


@pytest.mark.parametrize(
    ("keys", "others"),
    [
        ({}, ["forecast_solar"]),
        ({"source": "forecast_solar"}, ["open_meteo"]),
        ({"key_env": "KEY"}, []),
        ({"key_file": "key.txt"}, []),
        ({"source": "solcast", "resource_id": "x", "key_env": "KEY"}, []),
        ({"source": "sample"}, []),
    ],
)
def test_only_sources_without_a_key_stand_in_for_each_other(
    keys: Mapping[str, Any], others: list[str]
) -> None:
    assert [one.source for one in sun_stand_ins(roof(**keys))] == others


def test_the_stand_in_is_asked_for_the_same_plane(tmp_path: Path) -> None:
    wants: list[Want] = []

    def answer(want: Want) -> bytes:
        wants.append(want)
        return body_of(quarters(want.now, want.now + timedelta(days=1)))

    other = provider("forecast_solar", answer)
    of_roof(means(tmp_path, EVENING, solar=[sun("open_meteo", 3, down=True), other]))
    array = wants[0].array
    assert array is not None
    assert (array.tilt_deg, array.azimuth_deg, array.peak_kw, wants[0].latitude) == (30, 180, 5, 51.0)
