"""Sources of a site are asked once, kept, stood in for, and told about."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from domain.errors import InputError, KeyRefused, Limited, NotPublished, SourceError, Unreachable
from domain.inputs import PlanInputs
from domain.series import Quality
from domain.site import Site
from forecasting.gather import Files, gather, live_sources_needed
from forecasting.live.addresses import base_urls
from forecasting.live.answer import Answer, Live, Outcome
from forecasting.live.asking import Means
from forecasting.live.chain import stand_ins
from forecasting.live.collect import collect
from forecasting.live.provider import Provider, Want
from tests.forecasting.live.made_up import (
    EVENING,
    NOON,
    body_of,
    market,
    market_price,
    means,
    midnight,
    provider,
    published_until,
    quarters,
)
from tests.forecasting.sites import site, write_csv

ENTSOE = {"source": "entsoe", "zone": "BE", "key_env": "TOKEN", "add_eur_per_kwh": 0.1, "vat": 0.06}
CHARTS = {"source": "energy_charts", "zone": "BE"}
ROOF = {"id": "roof", "peak_kw": 5, "tilt_deg": 30, "azimuth_deg": 180, "source": "open_meteo"}
PLACE = {"latitude": 51.0, "longitude": 3.7}
HABIT = {"charger": "driveway", "arrive": "18:00", "depart": "07:30", "energy_kwh": 10}


def failing(name: str, error: SourceError, **more: Any) -> Provider:
    return provider(name, lambda want: error, **more)


def live(home: Site, with_what: Means, at: datetime | None = None, files: Files | None = None) -> Live:
    wanted = live_sources_needed(home, files or Files())
    return asyncio.run(collect(home, at or with_what.now, wanted, with_what))


def inputs(home: Site, with_what: Means) -> PlanInputs:
    return gather(home, with_what.now, Files(), live=live(home, with_what))


def only(answers: Live) -> Answer:
    (answer,) = answers.prices.values()
    return answer


def counted(answer: Callable[[Want], Any], calls: list[Want]) -> Callable[[Want], Any]:
    def asked(want: Want) -> Any:
        calls.append(want)
        return answer(want)

    return asked


def test_the_market_of_a_live_source_goes_through_the_tariff(tmp_path: Path) -> None:
    home = site({**CHARTS, "add_eur_per_kwh": 0.1, "vat": 0.06})
    got = inputs(home, means(tmp_path, EVENING, [provider("energy_charts", market)]))
    assert got.grid.end == published_until(EVENING)
    assert got.buy.values[0] == pytest.approx((market_price(EVENING) + 0.1) * 1.06)
    assert got.buy.worst_quality is Quality.PUBLISHED
    assert got.buy.source == "energy_charts BE"


def test_final_prices_stay_as_they_are_and_refuse_terms(tmp_path: Path) -> None:
    tibber = {"source": "tibber", "key_env": "TOKEN"}
    final = provider("tibber", market, needs_key=True)
    environ = {"TOKEN": "token-of-the-owner"}
    with_what = means(tmp_path, EVENING, [final], environ=environ, final_prices=frozenset({"tibber"}))
    got = inputs(site(tibber), with_what)
    assert got.buy.values[0] == pytest.approx(market_price(EVENING))
    with pytest.raises(InputError, match=r"tariff\.buy: vat with the final prices of tibber"):
        site({**tibber, "vat": 0.21})


def test_buying_and_selling_at_one_source_ask_it_once(tmp_path: Path) -> None:
    calls: list[Want] = []
    home = site(
        {**CHARTS, "vat": 0.06},
        sell={**CHARTS, "add_eur_per_kwh": -0.02},
        solar=[{**ROOF, "source": "sample"}],
    )
    got = inputs(home, means(tmp_path, EVENING, [provider("energy_charts", counted(market, calls))]))
    assert len(calls) == 1
    assert got.sell.values[0] == pytest.approx(market_price(EVENING) - 0.02)


def test_a_site_with_nothing_to_sell_is_not_asked_what_selling_earns(tmp_path: Path) -> None:
    home = site(sell=CHARTS)
    assert not live_sources_needed(home, Files())
    assert gather(home, EVENING, Files()).sell.source == "nothing to sell"


def test_files_replace_live_sources_and_nobody_is_asked(tmp_path: Path) -> None:
    home = site(CHARTS, sell=CHARTS, solar=[ROOF], location=PLACE)
    rows = [(NOON + timedelta(hours=hour), 0.1) for hour in range(24)]
    market_file = write_csv(tmp_path / "m.csv", "time,market_eur_per_kwh", rows)
    buy_file = write_csv(tmp_path / "b.csv", "time,buy_eur_per_kwh", rows)
    sun_file = write_csv(tmp_path / "s.csv", "time,roof_kw", rows)
    assert not live_sources_needed(home, Files(prices=market_file, solar=sun_file))
    assert len(live_sources_needed(home, Files(prices=buy_file, solar=sun_file)).prices) == 1
    assert [one.id for one in live_sources_needed(home, Files(prices=market_file)).arrays] == ["roof"]
    assert not live_sources_needed(home, Files(prices=tmp_path / "absent.csv"))


def test_another_source_stands_in_and_says_so(tmp_path: Path) -> None:
    down = failing("entsoe", Unreachable("web-api: status 503"), needs_key=True)
    charts = provider("energy_charts", market)
    got = inputs(
        site(ENTSOE), means(tmp_path, EVENING, [down, charts], environ={"TOKEN": "token-of-the-owner"})
    )
    assert got.buy.values[0] == pytest.approx((market_price(EVENING) + 0.1) * 1.06)
    assert got.buy.source == "energy_charts BE"
    assert "energy_charts BE stands in for entsoe BE (unreachable: web-api: status 503)" in got.buy.note


def test_a_missing_key_is_told_and_stood_in_for(tmp_path: Path) -> None:
    calls: list[Want] = []
    entsoe = provider("entsoe", counted(market, calls), needs_key=True)
    answer = only(live(site(ENTSOE), means(tmp_path, EVENING, [entsoe, provider("smard", market)])))
    assert not calls
    assert answer.stands_in
    assert answer.next_try is None
    assert [step.outcome for step in answer.steps] == [Outcome.KEY_REFUSED, Outcome.ANSWERED]
    assert "TOKEN is not set" in answer.steps[0].words


def test_a_key_file_with_two_lines_is_no_key_and_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hidden-1\nhidden-2\n")
    home = site({"source": "entsoe", "zone": "BE", "key_file": "key"})
    answer = only(live(home, means(tmp_path, EVENING, [failing("entsoe", KeyRefused("x"))])))
    assert "holds no key" in answer.tried
    assert "hidden" not in answer.tried


def test_tomorrow_from_a_second_source_when_the_first_is_late(tmp_path: Path) -> None:
    late = provider("entsoe", lambda want: market(replace(want, now=NOON)))
    answer = only(
        live(
            site(ENTSOE),
            means(
                tmp_path, EVENING, [late, provider("smard", market)], environ={"TOKEN": "token-of-the-owner"}
            ),
        )
    )
    assert answer.known is not None
    assert answer.known.intervals.end == published_until(EVENING)
    assert [step.outcome for step in answer.steps] == [Outcome.PARTIAL, Outcome.ANSWERED]
    assert answer.next_try == EVENING + timedelta(minutes=10)


def test_before_publication_nobody_else_is_asked(tmp_path: Path) -> None:
    calls: list[Want] = []
    others = [provider("smard", counted(market, calls))]
    answer = only(live(site(CHARTS), means(tmp_path, NOON, [provider("energy_charts", market), *others])))
    assert answer.complete
    assert not calls


def test_hours_stand_in_for_quarters_as_an_estimate_only(tmp_path: Path) -> None:
    def hours(want: Want) -> bytes:
        return body_of(quarters(midnight(want.now.date()), published_until(want.now), 3600))

    home = site({"source": "energy_charts", "zone": "DE-LU"})
    down = failing("energy_charts", Unreachable("down"))
    got = inputs(home, means(tmp_path, EVENING, [down, provider("awattar", hours)]))
    assert got.buy.quality.min() == Quality.FORECAST
    assert "means of hours" in got.buy.note


def test_quarters_stand_in_for_hours_as_their_means(tmp_path: Path) -> None:
    home = site({"source": "awattar", "zone": "AT"})
    down = failing("awattar", Unreachable("down"))
    got = inputs(home, means(tmp_path, EVENING, [down, provider("energy_charts", market)]))
    hour = [market_price(EVENING + timedelta(minutes=15 * quarter)) for quarter in range(4)]
    assert got.buy.values[:4] == pytest.approx([sum(hour) / 4] * 4)


def test_the_last_good_answer_serves_when_all_are_down(tmp_path: Path) -> None:
    home = site(CHARTS, departures=[HABIT])
    inputs(home, means(tmp_path, EVENING, [provider("energy_charts", market)]))
    later = EVENING + timedelta(hours=20)
    down = [failing("energy_charts", Unreachable("down")), failing("smard", Unreachable("down"))]
    got = inputs(home, means(tmp_path, later, down))
    known = got.grid.edges_s[1:] <= published_until(EVENING).timestamp()
    assert known.any()
    assert (~known).any()
    assert (got.buy.quality[known] == Quality.PUBLISHED).all()
    assert (got.buy.quality[~known] > Quality.PUBLISHED).all()
    assert "the last good answer, 20.0 h old (unreachable: down)" in got.buy.note


def test_an_answer_that_ended_yesterday_becomes_a_declared_forecast(tmp_path: Path) -> None:
    home = site(CHARTS, departures=[HABIT])
    inputs(home, means(tmp_path, EVENING, [provider("energy_charts", market)]))
    later = EVENING + timedelta(days=4)
    got = inputs(home, means(tmp_path, later, [failing("energy_charts", Unreachable("down"))]))
    assert (got.buy.quality > Quality.PUBLISHED).all()
    assert "before the plan starts" in got.buy.note
    assert len(got.requests) >= 1


def test_an_answer_of_last_month_says_nothing_of_today(tmp_path: Path) -> None:
    home = site(CHARTS)
    inputs(home, means(tmp_path, EVENING, [provider("energy_charts", market)]))
    with pytest.raises(SourceError, match=r"tariff\.buy: nothing known from energy_charts BE .*--prices"):
        inputs(
            home, means(tmp_path, EVENING + timedelta(days=30), [failing("energy_charts", Unreachable("x"))])
        )


def test_a_whole_day_is_not_asked_for_again_until_the_next_is_due(tmp_path: Path) -> None:
    calls: list[Want] = []
    home, charts = site(CHARTS), provider("energy_charts", counted(market, calls))
    for hours, expected in ((0, 1), (1, 1), (17, 1), (18, 2), (19, 2)):
        answer = only(live(home, means(tmp_path, EVENING + timedelta(hours=hours), [charts])))
        assert answer.complete
        assert len(calls) == expected, hours
    assert answer.steps[0].outcome is Outcome.KEPT


def test_an_estimate_is_asked_for_again_after_a_quarter_of_an_hour(tmp_path: Path) -> None:
    calls: list[Want] = []

    def sun(want: Want) -> bytes:
        return body_of(quarters(want.now - timedelta(hours=1), want.now + timedelta(days=2)))

    home = site(solar=[ROOF], location=PLACE, sell={"source": "fixed", "eur_per_kwh": 0})
    for minutes, expected in ((0, 1), (14, 1), (15, 2)):
        now = EVENING + timedelta(minutes=minutes)
        got = inputs(home, means(tmp_path, now, solar=[provider("open_meteo", counted(sun, calls))]))
        assert len(calls) == expected
    assert got.solar_kw["roof"].worst_quality is Quality.FORECAST
    assert (calls[0].latitude, calls[0].longitude) == (51.0, 3.7)


def test_a_source_that_said_when_is_not_asked_before(tmp_path: Path) -> None:
    calls: list[Want] = []
    until = EVENING + timedelta(hours=1)
    limited = provider("energy_charts", counted(lambda want: Limited("429", until), calls))
    for minutes, count, outcome in (
        (0, 1, Outcome.LIMITED),
        (59, 1, Outcome.WAITING),
        (60, 2, Outcome.LIMITED),
    ):
        answer = only(live(site(CHARTS), means(tmp_path, EVENING + timedelta(minutes=minutes), [limited])))
        assert (len(calls), answer.steps[0].outcome) == (count, outcome)


def test_failures_in_a_row_wait_longer_also_over_restarts(tmp_path: Path) -> None:
    down = failing("energy_charts", Unreachable("down"))
    waits = []
    for _ in range(4):
        answer = only(live(site(CHARTS), means(tmp_path, EVENING, [down], jitter=1.0)))
        assert answer.next_try is not None
        waits.append((answer.next_try - EVENING).total_seconds() / 60)
    assert waits == [1, 2, 4, 8]


def test_values_behind_a_hole_are_not_used_and_that_is_said(tmp_path: Path) -> None:
    def holed(want: Want) -> bytes:
        whole = quarters(midnight(want.now.date()), published_until(want.now))
        values = np.delete(np.column_stack([whole.start_s, whole.end_s, whole.values]), 120, axis=0)
        return str(values.tolist()).encode()

    got = inputs(site(CHARTS), means(tmp_path, EVENING, [provider("energy_charts", holed)]))
    assert "lacks values from 2026-02-04 05:00 UTC" in got.buy.note
    assert got.grid.end == midnight(EVENING.date()) + timedelta(hours=30)


def test_an_earlier_plan_keeps_the_newest_answer(tmp_path: Path) -> None:
    home, charts = site(CHARTS), provider("energy_charts", market)
    live(home, means(tmp_path, EVENING, [charts]))
    past = EVENING - timedelta(days=30)
    old = provider(
        "energy_charts", lambda want: body_of(quarters(past - timedelta(days=1), past + timedelta(days=1)))
    )
    answer = only(live(home, means(tmp_path, EVENING + timedelta(hours=1), [old]), at=past))
    assert answer.known is not None
    assert answer.known.intervals.start <= past
    down = failing("energy_charts", Unreachable("down"))
    kept = only(live(home, means(tmp_path, EVENING + timedelta(hours=20), [down])))
    assert kept.known is not None
    assert kept.known.intervals.end == published_until(EVENING)


def test_a_source_that_hangs_ends_with_the_time_of_all(tmp_path: Path) -> None:
    async def hang(*_: object) -> list[bytes]:
        await asyncio.sleep(60)
        return []

    hanging = replace(provider("energy_charts", market), fetch=hang)
    answer = only(
        live(site(CHARTS), means(tmp_path, EVENING, [hanging, provider("smard", market)], limit_s=0.2))
    )
    assert answer.steps[0].outcome is Outcome.UNREACHABLE


def test_a_reader_that_trips_is_a_failed_source_and_no_crash(tmp_path: Path) -> None:
    def trips(body: bytes, want: Want) -> Any:
        raise KeyError(want.key)

    broken = replace(provider("entsoe", market), parse=trips)
    answer = only(live(site(ENTSOE), means(tmp_path, EVENING, [broken], environ={"TOKEN": "hidden-word"})))
    assert answer.steps[0].outcome is Outcome.MALFORMED
    assert "hidden" not in answer.tried


def test_a_kept_answer_that_is_damaged_is_told(tmp_path: Path) -> None:
    home, charts = site(CHARTS), provider("energy_charts", market)
    inputs(home, means(tmp_path, EVENING, [charts]))
    (path,) = (tmp_path / "cache").iterdir()
    path.write_text(path.read_text()[:-40])
    got = inputs(home, means(tmp_path, EVENING, [charts]))
    assert any("is damaged and was not used" in note for note in got.notes)


def test_a_body_that_repeats_the_key_is_kept_without_it(tmp_path: Path) -> None:
    body = b"[[0, 900, 1.0]]"
    entsoe = replace(provider("entsoe", lambda want: body + b" " + want.key.encode()), parse=_first_part)
    live(site(ENTSOE), means(tmp_path, EVENING, [entsoe], environ={"TOKEN": "hidden-word"}))
    (path,) = (tmp_path / "cache").iterdir()
    kept = [base64.b64decode(one) for one in json.loads(path.read_text())["bodies"]]
    assert kept == [body + b" ***"]


def _first_part(body: bytes, want: Want) -> Any:
    return provider("entsoe", market).parse(body.rpartition(b" ")[0], want)


def test_every_series_that_fails_has_its_line(tmp_path: Path) -> None:
    home = site(CHARTS, sell=ENTSOE, solar=[ROOF], location=PLACE)
    prices = [failing("energy_charts", Unreachable("no network")), failing("entsoe", NotPublished("nothing"))]
    sun = [failing("open_meteo", Unreachable("no network"))]
    with pytest.raises(SourceError) as caught:
        inputs(home, means(tmp_path, EVENING, prices, sun))
    lines = str(caught.value).splitlines()
    assert [line.split(":")[0] for line in lines] == ["tariff.buy", "tariff.sell", "solar.roof"]
    assert lines[0].endswith("give the prices in a file (--prices)")
    assert lines[2].endswith("give the power in a file (--solar)")


def test_sources_of_the_same_auction_stand_in_for_each_other() -> None:
    assert stand_ins("entsoe", "DE-LU") == (
        ("energy_charts", "DE-LU"), ("smard", "DE-LU"), ("awattar", "DE-LU"),
    )  # fmt: skip
    assert stand_ins("nordpool", "GER")[0] == ("energy_charts", "DE-LU")
    assert stand_ins("energyzero", None) == (("energy_charts", "NL"), ("smard", "NL"))
    assert stand_ins("energyzero", "BE") == (("energy_charts", "BE"), ("smard", "BE"))  # never Dutch prices
    assert ("energyzero", "NL") in stand_ins("entsoe", "NL")
    assert stand_ins("tibber", None) == stand_ins("octopus", "C") == ()
    assert stand_ins("entsoe", "10YNOWHERE------X") == ()


def test_addresses_may_be_replaced_by_the_environment() -> None:
    environ = {
        "CHARGEWRIGHT_URL_SMARD": "http://127.0.0.1:8080/",
        "CHARGEWRIGHT_URL_ENTSOE": "https://mirror.example/entsoe",
        "CHARGEWRIGHT_URL_TIBBER": "",
    }
    found = base_urls(environ, ["smard", "entsoe", "tibber", "octopus"])
    assert found == {"smard": "http://127.0.0.1:8080", "entsoe": "https://mirror.example/entsoe"}


@pytest.mark.parametrize(
    "url",
    [
        "http://mirror.example",
        "ftp://127.0.0.1",
        "https://user:word@mirror.example",
        "https://",
        "mirror",
        "https://h:x",
    ],
)
def test_an_address_in_the_open_or_none_at_all_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(InputError, match="CHARGEWRIGHT_URL_SMARD: no address") as caught:
        base_urls({"CHARGEWRIGHT_URL_SMARD": url}, ["smard"])
    assert "word" not in str(caught.value)
