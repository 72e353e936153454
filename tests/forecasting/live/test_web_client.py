"""The web client: bounded, on one host, silent about keys."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import Limited, Malformed, NotPublished, Rejected, SourceError, Unreachable
from forecasting.live import web as web_module
from forecasting.live.status import error_of, retry_at
from forecasting.live.web import HttpxWeb, Patience
from tests.forecasting.live.loopback import Reply, loopback

NOW = datetime(2026, 2, 3, 10, tzinfo=UTC)
KEY = "abc+def/012=="


def get(url: str, patience: Patience | None = None, **more: object) -> bytes:
    async def run() -> bytes:
        async with HttpxWeb("chargewright/test", lambda: NOW, patience) as web:
            return await web.get(url, **more)  # type: ignore[arg-type]

    return asyncio.run(run())


def test_a_body_comes_back_as_it_was_sent_and_the_question_names_this_program() -> None:
    with loopback(Reply(200, b"\x00\xff body")) as server:
        assert get(f"{server.url}/prices", params={"zone": "DE-LU", "key": KEY}) == b"\x00\xff body"
    assert server.asked == ["/prices?zone=DE-LU&key=abc%2Bdef%2F012%3D%3D"]
    assert server.sent_headers[0]["user-agent"] == "chargewright/test"


def test_a_question_may_be_posted() -> None:
    async def run(url: str) -> bytes:
        async with HttpxWeb("t", lambda: NOW) as web:
            return await web.post(url, json={"query": "{}"}, headers={"Authorization": f"Bearer {KEY}"})

    with loopback(Reply(200, b"{}")) as server:
        assert asyncio.run(run(server.url)) == b"{}"
    assert server.sent_headers[0]["authorization"] == f"Bearer {KEY}"


def test_redirects_on_the_same_host_are_followed_three_times() -> None:
    def answers(path: str) -> Reply:
        step = int(path.strip("/"))
        return Reply(200, b"here") if step == 3 else Reply(302, headers={"Location": f"/{step + 1}"})

    with loopback(answers) as server:
        assert get(f"{server.url}/0") == b"here"
        assert server.asked == ["/0", "/1", "/2", "/3"]
    with (
        loopback(lambda path: Reply(301, headers={"Location": path + "x"})) as server,
        pytest.raises(Unreachable, match="more than 3 redirects"),
    ):
        get(f"{server.url}/a")


@pytest.mark.parametrize("place", ["http://localhost:1/", "http://127.0.0.2/", "ftp://127.0.0.1/", "//evil/"])
def test_another_host_port_or_scheme_is_not_followed(place: str) -> None:
    with (
        loopback(Reply(302, headers={"Location": place})) as server,
        pytest.raises(Unreachable, match="not followed"),
    ):
        get(server.url)


def test_a_body_of_the_allowed_size_is_taken_and_one_byte_more_is_not() -> None:
    patience = Patience(body_bytes=1000)
    with loopback(Reply(200, b"x" * 1000)) as server:
        assert len(get(server.url, patience)) == 1000
    with loopback(Reply(200, b"x" * 1001)) as server, pytest.raises(Malformed, match="more than 1000 bytes"):
        get(server.url, patience)


@pytest.mark.parametrize("manner", ["slow", "silent"])
def test_what_takes_too_long_ends(manner: str) -> None:
    with loopback(Reply(manner=manner)) as server, pytest.raises(Unreachable):
        get(server.url, Patience(whole_s=0.3))


def test_a_document_of_entsoe_is_for_its_parser_even_with_status_400() -> None:
    body = b"<?xml version='1.0'?><Acknowledgement_MarketDocument/>"
    with loopback(Reply(400, body)) as server:
        assert get(server.url) == body
    with loopback(Reply(400, b"<other/>")) as server, pytest.raises(Rejected, match="<other/>"):
        get(server.url)


def test_nobody_there_is_unreachable_at_once() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1: no connection"):
        get(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("url", ["http://[::1", "http://host:99999/", "no address", "http://a b/"])
def test_an_address_that_is_none_is_an_error_of_ours(url: str) -> None:
    with pytest.raises(SourceError):
        get(url, Patience(connect_s=0.2, network_s=0.5))


def test_a_name_that_takes_for_ever_to_look_up_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_module, "getproxies", dict)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(1.5))
    with pytest.raises(Unreachable, match="could not be looked up"):
        get("https://prices.invalid/", Patience(network_s=0.2))


def test_without_a_network_all_questions_together_take_no_longer_than_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(web_module, "getproxies", dict)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(1.5))

    async def run() -> list[str]:
        said = []
        async with HttpxWeb("t", lambda: NOW, Patience(network_s=0.3)) as web:
            for name in ("one", "two", "three"):
                try:
                    await web.get(f"https://{name}.invalid/")
                except Unreachable as error:
                    said.append(str(error))
        return said

    said = asyncio.run(run())
    assert said[1] == "two.invalid: no network, nobody answered for 0.3 s"


def _echo(path: str) -> Reply:
    return Reply(400, f"what is {KEY} or {path}".encode())


@pytest.mark.parametrize(
    "answers", [_echo, lambda path: Reply(302, headers={"Location": f"http://{'x' * 5}.invalid{path}"})]
)
def test_a_key_is_in_no_message_and_no_trace(
    answers: Callable[[str], Reply], caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("", "httpx", "httpcore", "httpcore.http11"):
        caplog.set_level(logging.DEBUG, logger=name)
    with loopback(answers) as server, pytest.raises(SourceError) as caught:
        get(f"{server.url}/api", params={"securityToken": KEY}, secret=KEY)
    texts = [caplog.text, str(caught.value), repr(caught.value), *traceback.format_exception(caught.value)]
    # the frames of this test name KEY as a word, never its value
    assert not [text for text in texts if "abc+def" in text or "abc%2Bdef" in text]


@pytest.mark.parametrize(
    ("headers", "body", "minutes"),
    [
        ({"retry-after": "60"}, b"", 1),
        ({"retry-after": "Tue, 03 Feb 2026 10:30:00 GMT"}, b"", 30),
        ({"x-ratelimit-retry-at": "2026-02-03T11:20:00+01:00"}, b"", 20),
        ({}, b'{"message": {"ratelimit": {"retry-at": "2026-02-03T10:05:00Z"}}}', 5),
        ({"retry-after": "soon"}, b'{"retry-at": "2026-02-03T10:05:00+00:00"}', 5),
        ({"retry-after": "-5"}, b"", None),
        ({"retry-after": "Tue, 03 Feb 2026 09:00:00 GMT"}, b"", 0),
        ({"retry-after": "99999999"}, b"", None),
        ({"retry-after": "9" * 400}, b"[]", None),
        ({}, b'{"retry-at": 17}', None),
        ({}, b"[" * 10_000, None),
    ],
)
def test_hints_when_to_come_again_are_read(headers: dict[str, str], body: bytes, minutes: int | None) -> None:
    expected = None if minutes is None else NOW + timedelta(minutes=minutes)
    assert retry_at(headers, body, NOW) == expected


def test_statuses_have_their_classes() -> None:
    assert isinstance(error_of(404, {}, b"", NOW), NotPublished)
    assert isinstance(error_of(402, {}, b"", NOW), Limited)
    assert isinstance(error_of(418, {}, b"", NOW), Rejected)
    assert isinstance(error_of(408, {}, b"", NOW), Unreachable)
    assert isinstance(error_of(304, {}, b"", NOW), Unreachable)
    assert "an HTML page" in str(error_of(502, {}, b"<!DOCTYPE html><p>" + b"x" * 9999, NOW))
    assert len(str(error_of(400, {}, b"y" * 9999, NOW))) < 250
