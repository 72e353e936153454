"""ENTSO-E's transparency platform: day-ahead prices of all European zones, with a free token.

https://transparency.entsoe.eu, web API, document A44 (article 12.1.D). XML; EUR/MWh; whole market days.
Germany with Luxembourg and Austria have two sequences: 1 is the day-ahead auction that contracts are billed
by, 2 an earlier one that differs by several EUR/MWh and never stands in for it. "Nothing there" is an
acknowledgement with reason 999, which other refusals have too; its text tells them apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NoReturn
from xml.etree.ElementTree import Element

from domain.errors import KeyRefused, Limited, Malformed, NotPublished, Rejected
from forecasting.known import Known
from forecasting.live.entsoe_curves import curves, merged
from forecasting.live.json_answers import understanding, words
from forecasting.live.price_slots import known_prices, moment
from forecasting.live.price_window import window
from forecasting.live.provider import Provider, Want, Web
from forecasting.live.xml_tree import children, text_at, xml_root
from forecasting.live.zones import zone_code, zone_name

BASE_URL: Final = "https://web-api.tp.entsoe.eu"
TITLE: Final = "ENTSO-E"
_BAN: Final = timedelta(minutes=10)
_SEQUENCE: Final = "classificationSequence_AttributeInstanceComponent.position"
_DAY_AHEAD: Final = "A01"
_KINDS: Final = {"currency_Unit.name": "EUR", "price_Measure_Unit.name": "MWH"}


async def fetch(web: Web, base_url: str, want: Want) -> Sequence[bytes]:
    """The prices of all days in one document."""
    if not want.key:
        raise KeyRefused(f"{TITLE} needs the token of your account: key_file or key_env")
    eic = zone_code(want.zone, "eic", TITLE)
    start, end = window(want)
    params = {
        "securityToken": want.key,
        "documentType": "A44",
        "in_Domain": eic,
        "out_Domain": eic,
        "periodStart": f"{start:%Y%m%d%H%M}",
        "periodEnd": f"{end:%Y%m%d%H%M}",
        "contract_MarketAgreement.type": _DAY_AHEAD,
    }
    return [await web.get(f"{base_url}/api", params=params, secret=want.key)]


def parse(body: bytes, want: Want) -> Known:
    """Prices of one document, of its first sequence."""
    eic = zone_code(want.zone, "eic", TITLE)
    with understanding(TITLE, want.key):
        root = xml_root(body)
        if root.tag == "Acknowledgement_MarketDocument":
            _refuse(root, want)
        if root.tag != "Publication_MarketDocument":
            raise Malformed(f"{TITLE}: a document '{words(root.tag, want.key)}', not one of prices")
        series = [one for one in children(root, "TimeSeries") if _is_day_ahead(one, eic)]
        found = curves(_first_sequence(series, want))
        if not found:
            raise NotPublished(f"{TITLE}: no prices of {want.zone} in the document yet")
        issued = text_at(root, "createdDateTime")
        return known_prices(
            merged(found), f"{TITLE} {zone_name(want.zone)}", issued_at=moment(issued) if issued else None
        )


def _is_day_ahead(series: Element, eic: str) -> bool:
    """Whether it is one of day-ahead prices; ``ValueError`` where it is not of this zone in EUR/MWh."""
    places = [text_at(series, f"{side}_Domain.mRID") for side in ("in", "out")]
    if places != [eic, eic]:
        raise ValueError(f"prices from {words(places[1])} to {words(places[0])}, not of {eic}")
    for name, allowed in _KINDS.items():
        if text_at(series, name) != allowed:
            raise ValueError(f"{name} is {words(text_at(series, name))!r}, not {allowed}")
    return text_at(series, "contract_MarketAgreement.type") in {"", _DAY_AHEAD}


def _first_sequence(series: list[Element], want: Want) -> list[Element]:
    """Those of sequence 1, or without any; ``NotPublished`` where there are others only."""
    first = [one for one in series if text_at(one, _SEQUENCE) in {"", "1"}]
    if series and not first:
        found = ", ".join(sorted({words(text_at(one, _SEQUENCE)) for one in series}))
        raise NotPublished(
            f"{TITLE}: {want.zone} has only sequence {found} yet, an earlier auction; sequence 1 is to come"
        )
    return first


def _refuse(root: Element, want: Want) -> NoReturn:
    """Raise what the acknowledgement says."""
    reasons = [
        (text_at(reason, "code"), words(text_at(reason, "text"), want.key))
        for reason in children(root, "Reason")
    ]
    told = f"{TITLE}: {'; '.join(f'{text} (code {code})' for code, text in reasons) or 'no reason given'}"
    said = told.lower()
    if "no matching data" in said:
        raise NotPublished(told)
    if "max allowed requests" in said or "too many requests" in said:
        raise Limited(told, want.now + _BAN)
    if "token" in said or "unauthorized" in said:
        raise KeyRefused(told)
    raise Rejected(told)


ENTSOE: Final = Provider(
    name="entsoe",
    title="ENTSO-E Transparency Platform",
    base_url=BASE_URL,
    fetch=fetch,
    parse=parse,
    needs_key=True,
)
