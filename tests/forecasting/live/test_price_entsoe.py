"""ENTSO-E's documents: curves with omitted positions, sequences, acknowledgements, and hostile XML."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from domain.errors import KeyRefused, Limited, Malformed, NotPublished, Rejected
from forecasting.live.entsoe import BASE_URL, fetch, parse
from forecasting.live.xml_tree import MOST_BYTES
from tests.forecasting.live.price_asks import KEY, NOW, ListedWeb, utc, want

EIC = "10YBE----------2"
DAY = ("2025-10-07T22:00Z", "2025-10-08T22:00Z")
HOUR = ("2025-10-07T22:00Z", "2025-10-07T23:00Z")
SEQUENCE = "classificationSequence_AttributeInstanceComponent.position"


def period(points: dict[int, float], resolution: str = "PT15M", span: tuple[str, str] = HOUR) -> str:
    rows = "".join(
        f"<Point><position>{at}</position><price.amount>{price}</price.amount></Point>"
        for at, price in points.items()
    )
    times = f"<timeInterval><start>{span[0]}</start><end>{span[1]}</end></timeInterval>"
    return f"<Period>{times}<resolution>{resolution}</resolution>{rows}</Period>"


def series(*periods: str, curve: str = "A03", sequence: str = "", contract: str = "A01", **other: str) -> str:
    """One time series of Belgium; ``other`` takes the place of a text, such as ``EUR="GBP"``."""
    number = f"<{SEQUENCE}>{sequence}</{SEQUENCE}>" if sequence else ""
    text = (
        f"<TimeSeries><in_Domain.mRID>{EIC}</in_Domain.mRID><out_Domain.mRID>{EIC}</out_Domain.mRID>"
        f"<contract_MarketAgreement.type>{contract}</contract_MarketAgreement.type>"
        f"<currency_Unit.name>EUR</currency_Unit.name><price_Measure_Unit.name>MWH</price_Measure_Unit.name>"
        f"{number}<curveType>{curve}</curveType>{''.join(periods)}</TimeSeries>"
    )
    for found, put in other.items():
        text = text.replace(f">{found}<", f">{put}<")
    return text


def document(*parts: str, space: str = "7:3") -> bytes:
    name = f"urn:iec62325.351:tc57wg16:451-3:publicationdocument:{space}"
    made = "<createdDateTime>2025-10-07T11:02:03Z</createdDateTime>"
    root = "Publication_MarketDocument"
    return f'<{root} xmlns="{name}">{made}{"".join(parts)}</{root}>'.encode()


def acknowledgement(text: str, code: str = "999") -> bytes:
    reason = f"<Reason><code>{code}</code><text>{text}</text></Reason>"
    return f'<Acknowledgement_MarketDocument xmlns="urn:x">{reason}</Acknowledgement_MarketDocument>'.encode()


def eur_per_mwh(body: bytes) -> list[float]:
    return [round(float(value) * 1000, 6) for value in parse(body, want()).intervals.values]


def test_positions_equal_to_the_one_before_are_filled_to_the_end_of_the_period() -> None:
    body = document(series(period({1: 50, 3: -60.5})))
    assert eur_per_mwh(body) == [50, 50, -60.5, -60.5]
    assert parse(body, want()).issued_at == utc("2025-10-07T11:02:03")


def test_a_run_does_not_go_on_into_the_next_period() -> None:
    later = ("2025-10-08T01:00Z", "2025-10-08T02:00Z")
    found = parse(document(series(period({1: 50}), period({1: 70}, span=later))), want()).intervals
    assert [round(value * 1000) for value in found.values] == [50] * 4 + [70] * 4
    assert found.start_s[4] - found.end_s[3] == 2 * 3600


def test_a_position_that_another_curve_type_leaves_out_is_missing() -> None:
    found = parse(document(series(period({1: 50, 2: 51, 4: 53}), curve="A01")), want()).intervals
    assert [round(value * 1000) for value in found.values] == [50, 51, 53]
    assert found.start_s[2] - found.end_s[1] == 900


@pytest.mark.parametrize("space", ["7:0", "7:3", "8:1"])
def test_the_version_of_the_namespace_does_not_matter(space: str) -> None:
    assert eur_per_mwh(document(series(period({1: 50}, "PT60M")), space=space)) == [50]


def test_the_finer_step_wins_where_two_overlap_whatever_their_order() -> None:
    hours = series(period({1: 10, 2: 20, 3: 30}, "PT60M", (HOUR[0], "2025-10-08T01:00Z")))
    quarters = series(period({1: 1, 2: 2}, span=("2025-10-07T23:15Z", "2025-10-07T23:45Z")))
    for parts in ((hours, quarters), (quarters, hours)):
        found = parse(document(*parts), want()).intervals
        assert [round(value * 1000) for value in found.values] == [10, 20, 1, 2, 20, 30]
        assert list(found.end_s - found.start_s) == [3600, 900, 900, 900, 900, 3600]


def test_a_day_that_is_listed_twice_counts_once_and_as_said_last() -> None:
    body = document(series(period({1: 50}, "PT60M")), series(period({1: 55}, "PT60M")))
    assert eur_per_mwh(body) == [55]


def test_only_the_first_sequence_counts() -> None:
    second, first = series(period({1: 44}), sequence="2"), series(period({1: 50}, "PT60M"), sequence="1")
    assert eur_per_mwh(document(second, first)) == [50]


def test_a_second_sequence_alone_is_not_published() -> None:
    with pytest.raises(NotPublished, match="only sequence 2 yet, an earlier auction"):
        parse(document(series(period({1: 44}), sequence="2")), want())


def test_intraday_auctions_are_not_day_ahead_prices() -> None:
    day_ahead, intraday = series(period({1: 50}, "PT60M")), series(period({1: 9}), contract="A07")
    assert eur_per_mwh(document(day_ahead, intraday)) == [50]
    with pytest.raises(NotPublished, match="no prices of BE"):
        parse(document(intraday), want())


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (document(series(period({2: 50}))), "A03 without its first position"),
        (document(series(period({1: 50, 5: 60}))), "position 5 in a period that has 4"),
        (document(series(period({0: 50, 1: 60}))), "position 0"),
        (document(series(period({1: 50}) + "<Period/>")), "is no time stamp|isoformat"),
        (document(series(period({1: 50}, "P1D", DAY))), "steps of 'P1D'"),
        (
            document(series(period({1: 50}, "PT60M", ("2025-10-07T22:00Z", "2025-10-07T22:30Z")))),
            "30 min in steps",
        ),
        (
            document(series(period({1: 50}, span=("2025-10-07T22:00Z", "2095-10-07T22:00Z")))),
            "more than 100000",
        ),
        (document(series(period({1: float("nan")}))), "is no price"),
        (document(series(period({1: 50}), EUR="GBP")), "currency_Unit.name is 'GBP', not EUR"),
        (document(series(period({1: 50}), MWH="KWH")), "price_Measure_Unit.name is 'KWH'"),
        (document(series(period({1: 50})).replace(EIC, "10YFR-RTE------C")), "not of 10YBE----------2"),
        (b"<GL_MarketDocument/>", "a document 'GL_MarketDocument'"),
        (b"", "no whole XML"),
        (b"<Publication_MarketDocument>", "no whole XML"),
        (b"<!DOCTYPE html><html><body>503</body></html>", "a page of HTML"),
        (b"<html><body>Service Unavailable</body></html>", "a document 'html'"),
        (b'{"unix_seconds": []}', "no whole XML"),
    ],
)
def test_what_contradicts_itself_or_is_no_document_of_prices_is_malformed(body: bytes, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        parse(body, want())


def test_a_document_without_series_is_not_published() -> None:
    with pytest.raises(NotPublished, match="no prices of BE"):
        parse(document(), want())


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("No matching data found for Data item ENERGY_PRICES", NotPublished),
        ("The amount of requested data exceeds allowed limit", Rejected),
        ("Max allowed requests per minute from each unique IP is max up to 400", Limited),
        ("Security token is not valid", KeyRefused),
        (f"Unknown parameter near {KEY}", Rejected),
    ],
)
def test_reason_999_means_what_its_text_says(text: str, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        parse(acknowledgement(text), want())
    assert "code 999" in str(caught.value)
    assert KEY not in str(caught.value)
    if isinstance(caught.value, Limited):
        assert caught.value.until == NOW + timedelta(minutes=10)


def test_entities_are_refused_before_they_grow() -> None:
    laughs = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 12))
    body = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><x>&l11;</x>'
    for encoding in ("utf-8", "utf-16"):
        with pytest.raises(Malformed, match="document type declaration"):
            parse(body.encode(encoding), want())
    outside = b'<!DOCTYPE x SYSTEM "file:///etc/hostname"><x/>'
    with pytest.raises(Malformed, match="document type declaration"):
        parse(outside, want())


def test_documents_too_deep_or_too_long_are_refused() -> None:
    with pytest.raises(Malformed, match="more than 32 deep"):
        parse(b"<a>" * 100_000, want())
    with pytest.raises(Malformed, match="more than 5000000"):
        parse(b"<a>" + b" " * MOST_BYTES + b"</a>", want())


def test_one_question_asks_for_whole_local_days_with_the_token_as_its_secret() -> None:
    web = ListedWeb(b"<x/>")
    assert asyncio.run(fetch(web, BASE_URL, want())) == [b"<x/>"]
    (call,) = web.calls
    assert call.url == "https://web-api.tp.entsoe.eu/api"
    assert call.params == {
        "securityToken": KEY,
        "documentType": "A44",
        "in_Domain": EIC,
        "out_Domain": EIC,
        "periodStart": "202509302200",
        "periodEnd": "202510092200",
        "contract_MarketAgreement.type": "A01",
    }
    assert call.secret == KEY
