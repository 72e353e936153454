"""Every row of the error table for every provider: right class, right next try, no crash, no leak of keys."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.site_energy import SolarArray
from forecasting.live.answer import Outcome
from forecasting.live.asking import Got, Link, Means, ask
from forecasting.live.cache import DiskCache
from forecasting.live.price_providers import PRICE_PROVIDERS
from forecasting.live.provider import Want
from forecasting.live.secrets import KeyPlace, Keyring
from forecasting.live.solar_providers import SOLAR_PROVIDERS
from forecasting.live.web import HttpxWeb, Patience
from tests.forecasting.live.loopback import Reply, loopback

NOW = datetime(2026, 2, 3, 10, tzinfo=UTC)
SECRET = "s3cret+Key/of=the~owner"  # noqa: S105 - made up
ZONES = {"awattar": "DE-LU", "smard": "DE-LU", "octopus": "C", "energyzero": "", "tibber": ""}
PROVIDERS = [*PRICE_PROVIDERS, *SOLAR_PROVIDERS]
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + b"".join(
        b'<!ENTITY lol%d "%s">' % (level, b"&lol%s;" % (str(level - 1).encode() if level > 1 else b"") * 10)
        for level in range(1, 10)
    )
    + b"]><Publication_MarketDocument>&lol9;</Publication_MarketDocument>"
)
LATER = NOW + timedelta(minutes=37)
HTTP_DATE = "Tue, 03 Feb 2026 10:37:00 GMT"
RETRY_BODY = json.dumps({"message": {"code": 429, "ratelimit": {"retry-at": LATER.isoformat()}}}).encode()
HTML = b"<!DOCTYPE html><html><body>Down for maintenance</body></html>"
PATIENCE = Patience(connect_s=10, read_s=10, whole_s=10, network_s=10, body_bytes=200_000)
HURRIES = [replace(PATIENCE, whole_s=whole_s) for whole_s in (0.4, 2.0, 10.0)]
"""For answers that never end: on a busy machine the first is over before the question is out."""

When = Callable[[str], datetime | None]


def fixed(**after: float) -> When:
    return lambda provider: NOW + timedelta(**after)


def not_published(provider: str) -> datetime:
    return NOW + timedelta(minutes=10 if provider in PRICE_PROVIDERS else 60)


def never(provider: str) -> None:
    return None


def unsaid_ban(provider: str) -> datetime:
    if provider == "solcast":
        return datetime(2026, 2, 4, tzinfo=UTC)
    return NOW + timedelta(minutes=10 if provider == "entsoe" else 60)


def limited(status: int = 429, body: bytes = b"{}", **headers: str) -> Reply:
    return Reply(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


ROWS: dict[str, tuple[Reply, Outcome, When]] = {
    "204": (Reply(204), Outcome.NOT_PUBLISHED, not_published),
    "404": (Reply(404, b"{}"), Outcome.NOT_PUBLISHED, not_published),
    "429 with seconds": (limited(Retry_After="2220"), Outcome.LIMITED, fixed(minutes=37)),
    "429 with a date": (limited(Retry_After=HTTP_DATE), Outcome.LIMITED, fixed(minutes=37)),
    "429 with X-Ratelimit-Retry-At": (
        limited(X_Ratelimit_Retry_At=LATER.isoformat()), Outcome.LIMITED, fixed(minutes=37)
    ),
    "429 with retry-at": (limited(body=RETRY_BODY), Outcome.LIMITED, fixed(minutes=37)),
    "429 without a hint": (limited(), Outcome.LIMITED, unsaid_ban),
    "429 with a mad hint": (limited(Retry_After="99999999999999"), Outcome.LIMITED, unsaid_ban),
    "402": (Reply(402, b"pay"), Outcome.LIMITED, unsaid_ban),
    "401": (Reply(401, SECRET.encode()), Outcome.KEY_REFUSED, never),
    "403": (Reply(403, b'{"error": "' + SECRET.encode() + b'"}'), Outcome.KEY_REFUSED, never),
    "400": (Reply(400, b'{"error": "' + SECRET.encode() + b'"}'), Outcome.REJECTED, fixed(hours=6)),
    "422": (Reply(422, b"no such plane"), Outcome.REJECTED, fixed(hours=6)),
    "500": (Reply(500, HTML), Outcome.UNREACHABLE, fixed(minutes=1)),
    "503": (Reply(503, HTML), Outcome.UNREACHABLE, fixed(minutes=1)),
    "529": (Reply(529), Outcome.UNREACHABLE, fixed(minutes=1)),
    "an HTML page": (Reply(200, HTML), Outcome.MALFORMED, fixed(minutes=1)),
    "nothing at all": (Reply(200, b""), Outcome.MALFORMED, fixed(minutes=1)),
    "broken JSON": (Reply(200, b'{"unix_seconds": [17'), Outcome.MALFORMED, fixed(minutes=1)),
    "deep JSON": (Reply(200, b"[" * 100_000), Outcome.MALFORMED, fixed(minutes=1)),
    "broken XML": (Reply(200, b"<Publication_MarketDocument><TimeSer"), Outcome.MALFORMED, fixed(minutes=1)),
    "billion laughs": (Reply(200, LAUGHS), Outcome.MALFORMED, fixed(minutes=1)),
    "an endless body": (Reply(manner="endless"), Outcome.MALFORMED, fixed(minutes=1)),
    "a slow body": (Reply(manner="slow"), Outcome.UNREACHABLE, fixed(minutes=1)),
    "silence": (Reply(manner="silent"), Outcome.UNREACHABLE, fixed(minutes=1)),
    "another host": (
        Reply(302, headers={"Location": "http://elsewhere.invalid/"}), Outcome.UNREACHABLE, fixed(minutes=1)
    ),
    "in a circle": (Reply(302, headers={"Location": "/again"}), Outcome.UNREACHABLE, fixed(minutes=1)),
}  # fmt: skip

UNLIKE_OTHERS = {("nordpool", "nothing at all"): (Reply(200, b""), Outcome.NOT_PUBLISHED, not_published)}
"""Its answer for a day that is not published has no body."""


def link_to(name: str) -> Link:
    want = Want(NOW, NOW + timedelta(hours=72), NOW, "Europe/Brussels", zone=ZONES.get(name, "BE"))
    if name in SOLAR_PROVIDERS:
        array = {
            "id": "roof", "peak_kw": 5, "tilt_deg": 35, "azimuth_deg": 180,
            "resource_id": "ab-cd", "key_env": "KEY",
        }  # fmt: skip
        want = Want(
            NOW, NOW + timedelta(hours=72), NOW, "Europe/Brussels", latitude=51.0, longitude=3.7,
            array=SolarArray.model_validate({**array, "source": name}),
        )  # fmt: skip
        return Link(SOLAR_PROVIDERS[name], want, "roof", f"{name} roof", KeyPlace(variable="KEY"))
    return Link(PRICE_PROVIDERS[name], want, want.zone, f"{name} {want.zone}", KeyPlace(variable="KEY"))


def asked(name: str, url: str, folder: Path, patience: Patience) -> Got:
    async def run() -> Got:
        async with HttpxWeb("chargewright/test", lambda: NOW, patience) as web:
            ring = Keyring({"KEY": SECRET}, folder)
            means = Means(
                web, DiskCache(folder / "cache"), NOW, ring, PRICE_PROVIDERS, SOLAR_PROVIDERS, {name: url}
            )
            return await ask(link_to(name), means, asyncio.get_running_loop().time() + 20)

    return asyncio.run(run())


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("name", PROVIDERS)
def test_a_failure_has_its_class_its_next_try_and_no_key_in_it(
    name: str, row: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reply, outcome, when = UNLIKE_OTHERS.get((name, row), ROWS[row])
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="httpx")
    caplog.set_level(logging.DEBUG, logger="httpcore")
    with loopback(reply) as server:
        for patience in HURRIES if reply.manner in {"slow", "silent"} else [PATIENCE]:
            got = asked(name, server.url, tmp_path, patience)
            if server.asked:
                break
    assert server.asked, "the source was not asked at all"
    assert got.step.outcome is outcome, got.step.words
    assert got.step.next_try == when(name)
    assert got.known is None
    texts = [got.step.words, caplog.text, *(record.getMessage() for record in caplog.records)]
    texts += [path.read_text() + path.name for path in (tmp_path / "cache").iterdir()]
    for form in (SECRET, "s3cret", "%2BKey"):
        assert not [text for text in texts if form in text]
