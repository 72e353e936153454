"""A serial device without hardware: a pseudo terminal behind a name that stays the same."""

from __future__ import annotations

import asyncio
import os
import termios
import tty
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_SPEEDS: dict[int, int] = {
    getattr(termios, f"B{baud}"): baud
    for baud in (300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400)
    if hasattr(termios, f"B{baud}")
}


class PseudoTerminal:
    """The far end of a serial cable; what a client writes is handed to ``heard``."""

    def __init__(self, path: Path, heard: Callable[[bytes], None]) -> None:
        self.path = path
        """What a client opens; it is there while the cable is plugged in."""
        self._heard = heard
        self._far: int | None = None
        self._near: int | None = None

    @property
    def baud(self) -> int | None:
        """The speed that the client has set; none where it is not a usual one."""
        if self._near is None:
            return None
        return _SPEEDS.get(termios.tcgetattr(self._near)[5])

    def plug_in(self, baud: int) -> None:
        """Make the serial device; raises OSError where it cannot be made."""
        self._far, self._near = os.openpty()
        tty.setraw(self._near)
        settings = termios.tcgetattr(self._near)
        settings[4] = settings[5] = next(code for code, speed in _SPEEDS.items() if speed == baud)
        termios.tcsetattr(self._near, termios.TCSANOW, settings)
        os.set_blocking(self._far, False)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(self._near))
        asyncio.get_running_loop().add_reader(self._far, self._read)

    def unplug(self) -> None:
        """Take the serial device away; whoever has it open gets an error."""
        if self._far is None or self._near is None:
            return
        asyncio.get_running_loop().remove_reader(self._far)
        os.close(self._far)
        os.close(self._near)
        self._far = self._near = None
        self.path.unlink(missing_ok=True)

    def write(self, data: bytes) -> None:
        """Send bytes to the client; nobody may listen, and then they are lost."""
        if self._far is not None and data:
            with suppress(BlockingIOError):
                os.write(self._far, data)

    def _read(self) -> None:
        if self._far is not None:
            with suppress(BlockingIOError, OSError):
                self._heard(os.read(self._far, 4096))
