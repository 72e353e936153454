"""Health and state over HTTP: on loopback, for reading only, also while the loop hangs."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import struct
import threading
import time
from typing import Any

import pytest

from domain.errors import InputError
from service.run.pages import Answer, pages_of, served, starting
from tests.service.run_sites import asked


def well() -> dict[str, Any]:
    return {"ok": True}


def test_health_answers_while_the_loop_hangs_and_the_state_says_why() -> None:
    async def test() -> tuple[tuple[int, dict[str, Any]], tuple[int, dict[str, Any]]]:
        loop = asyncio.get_running_loop()
        with served(pages_of(loop, lambda: {"ok": False}, well), 0) as port:
            there = f"127.0.0.1:{port}"
            asking = [loop.run_in_executor(None, asked, there, page) for page in ("/health", "/api/state")]
            time.sleep(3)  # noqa: ASYNC251 - the loop hangs: that is the point
            return await asking[0], await asking[1]

    health, state = asyncio.run(test())
    assert health == (503, {"ok": False})
    assert state == (503, {"error": "the loop does not answer", "health": {"ok": False}})


def test_the_state_is_made_inside_the_loop() -> None:
    async def test() -> tuple[int, dict[str, Any]]:
        loop = asyncio.get_running_loop()
        with served(pages_of(loop, well, lambda: {"site": "here"}), 0) as port:
            return await loop.run_in_executor(None, asked, f"localhost:{port}", "/api/state?x=1")

    assert asyncio.run(test()) == (200, {"site": "here"})


def test_other_names_paths_and_verbs_get_nothing() -> None:
    async def test() -> list[int]:
        loop = asyncio.get_running_loop()
        with served(pages_of(loop, well, well), 0) as port:

            def ask() -> list[int]:
                found = []
                for verb, path, host in (
                    ("GET", "/health", "evil.example"),
                    ("GET", "/etc/passwd", "localhost"),
                    ("POST", "/health", "localhost"),
                ):
                    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                    connection.request(verb, path, headers={"Host": f"{host}:{port}"})
                    found.append(connection.getresponse().status)
                    connection.close()
                return found

            return await loop.run_in_executor(None, ask)

    assert asyncio.run(test()) == [403, 404, 501]


def test_a_port_that_is_taken_is_wrong_input() -> None:
    with served({}, 0) as port, pytest.raises(InputError, match="--port"), served({}, port):
        pass


def test_a_reader_that_leaves_early_is_not_worth_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    left, long = threading.Event(), {"much": "x" * 10_000_000}

    def late() -> Answer:
        left.wait(5)
        return http.HTTPStatus.OK, long

    with served({"/health": late}, 0) as port:
        reader = socket.create_connection(("127.0.0.1", port))
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # leaves with a reset
        reader.sendall(f"GET /health HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
        reader.close()
        left.set()
        assert asked(f"localhost:{port}", "/health")[0] == 200
        for thread in threading.enumerate():
            if "process_request_thread" in thread.name:
                thread.join(5)
    assert capfd.readouterr().err == ""


def test_before_the_loop_runs_health_says_that_it_starts() -> None:
    pages = starting()
    with served(pages, 0) as port:
        assert asked(f"localhost:{port}", "/health") == (503, {"ok": False, "error": "starting"})
        pages.update({"/health": lambda: (http.HTTPStatus.OK, well())})
        assert asked(f"localhost:{port}", "/health") == (200, {"ok": True})


def test_an_answer_is_json() -> None:
    with served({"/health": lambda: (http.HTTPStatus.OK, {"ok": True})}, 0) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/health")
        reply = connection.getresponse()
        assert reply.getheader("Content-Type") == "application/json"
        assert json.load(reply) == {"ok": True}
        connection.close()
