"""What we tell systemd, or whoever stands above us: ready, alive after every healthy tick, stopping.

The protocol of sd_notify(3): datagrams to the socket that NOTIFY_SOCKET names; where none is named nobody is
told. A loop that hangs tells nothing, and is ended and started again after the unit's WatchdogSec.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

READY: Final = "READY=1"
ALIVE: Final = "WATCHDOG=1"
STOPPING: Final = "STOPPING=1"


class Supervisor:
    """Hears words of the protocol; ``alive`` says READY the first time."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        named = environment.get("NOTIFY_SOCKET", "")
        self._address = f"\0{named[1:]}" if named.startswith("@") else named
        self._ready = False
        self._wants_alive = _watched(environment)

    def alive(self) -> None:
        """After a healthy tick."""
        if not self._ready:
            self._ready = True
            self._say(READY)
        if self._wants_alive:
            self._say(ALIVE)

    def stopping(self) -> None:
        """We were told to stop, and do."""
        self._say(STOPPING)

    def _say(self, words: str) -> None:
        """Send; a supervisor that does not listen ends nothing and delays nothing."""
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as way:
            way.setblocking(False)
            way.sendto(words.encode(), self._address)


def _watched(environment: Mapping[str, str]) -> bool:
    """Whether a watchdog waits for this very process."""
    pid = environment.get("WATCHDOG_PID")
    return "WATCHDOG_USEC" in environment and (pid is None or pid == str(os.getpid()))
