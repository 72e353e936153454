"""Live sources can be asked from a notebook, in which a loop runs already."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from domain.errors import Fault, InputError
from forecasting.gather import Files
from forecasting.live.answer import Live
from service.live import live_answers
from service.site_file import read_site
from service.to_the_end import run_to_the_end
from tests.forecasting.live.loopback import loopback
from tests.forecasting.live.made_up import EVENING
from tests.service.sources_here import all_at, stop_the_clock, well

LIVE_HOME = Path(__file__).parent.parent.parent / "examples" / "home_live.yaml"


async def seven() -> int:
    await asyncio.sleep(0)
    return 7


async def refused() -> int:
    raise InputError([Fault("site file", "nothing", "something")])


def test_the_value_comes_back_with_and_without_a_running_loop() -> None:
    async def cell() -> int:
        return run_to_the_end(seven())

    assert run_to_the_end(seven()) == 7
    assert asyncio.run(cell()) == 7


def test_an_error_comes_back_with_and_without_a_running_loop() -> None:
    async def cell() -> int:
        return run_to_the_end(refused())

    with pytest.raises(InputError):
        run_to_the_end(refused())
    with pytest.raises(InputError):
        asyncio.run(cell())


def test_live_sources_answer_in_a_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stop_the_clock(monkeypatch)
    site = read_site(LIVE_HOME)

    async def cell() -> Live:
        return live_answers(site, Files(), EVENING, EVENING, tmp_path, lambda _: None)

    with loopback(well) as server:
        all_at(server.url, monkeypatch)
        live = asyncio.run(cell())
    assert [answer.given_by for answer in live.prices.values()] == ["energy_charts BE"]
    assert [answer.given_by for answer in live.solar.values()] == ["open_meteo roof"]
