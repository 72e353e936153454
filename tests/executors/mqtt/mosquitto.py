"""A real broker on loopback for tests: started on a free port, stopped with its test."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import aiomqtt

from tests.programs import program


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def mosquitto() -> str:
    """The broker's path: it is installed where only root looks."""
    with patch.dict(os.environ, PATH=f"{os.environ['PATH']}{os.pathsep}/usr/sbin"):
        return program("mosquitto")


@dataclass
class Mosquitto:
    """A broker that can be killed and started again on the same port."""

    folder: Path
    port: int = field(default_factory=free_port)
    passwords: Path | None = None
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        config = self.folder / "mosquitto.conf"
        lines = [f"listener {self.port} 127.0.0.1", "persistence false", "log_type none"]
        allow = self.passwords is None
        lines.append(f"allow_anonymous {str(allow).lower()}")
        lines += [] if allow else [f"password_file {self.passwords}"]
        if os.geteuid() == 0:
            lines.append("user root")
        config.write_text("\n".join(lines) + "\n")
        self.process = await asyncio.create_subprocess_exec(
            mosquitto(),
            "-c",
            str(config),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(10):
            while True:
                with suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    writer.close()
                    return
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            await self.process.wait()
            self.process = None


@asynccontextmanager
async def running(folder: Path, passwords: Path | None = None) -> AsyncIterator[Mosquitto]:
    """A broker that runs."""
    mosquitto()
    broker = Mosquitto(folder, passwords=passwords)
    await broker.start()
    try:
        yield broker
    finally:
        await broker.stop()


@asynccontextmanager
async def heard(port: int, topic: str) -> AsyncIterator[list[tuple[str, bool]]]:
    """Everything that is posted to ``topic``: payload, and whether it was retained."""
    found: list[tuple[str, bool]] = []

    async def listen(client: aiomqtt.Client) -> None:
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            found.append((message.payload.decode(), bool(message.retain)))

    async with aiomqtt.Client("127.0.0.1", port) as client:
        await client.subscribe(topic, qos=1)
        task = asyncio.ensure_future(listen(client))
        try:
            yield found
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def running_task(run: Callable[[], Coroutine[Any, Any, None]]) -> AsyncIterator[asyncio.Future[None]]:
    """A device's task while the test goes on."""
    task: asyncio.Future[None] = asyncio.ensure_future(run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def post(port: int, topic: str, payload: str | bytes, *, retain: bool = False) -> None:
    async with aiomqtt.Client("127.0.0.1", port) as client:
        await client.publish(topic, payload, qos=1, retain=retain)


async def until(true: Callable[[], bool], within_s: float = 15.0) -> None:
    """Wait for something that another task brings about."""
    async with asyncio.timeout(within_s):
        while True:
            if true():
                return
            await asyncio.sleep(0.02)
