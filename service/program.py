"""The process: Ctrl-C is answered from its first moment on, and a program that was stopped ends at once."""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import suppress

STOPPED = 130


def program() -> int:
    """Run the command that was typed, and give its exit code.

    The command line is loaded here and not above, since a person may press Ctrl-C while that goes on.
    """
    try:
        from service.main import main

        code = main()
    except KeyboardInterrupt:
        code = STOPPED
        if sys.stderr is not None:
            sys.stderr.write("Stopped.\n")
    if code == STOPPED:
        _end_at_once()
    return code


def _end_at_once() -> None:
    """End without taking the libraries apart, which takes half a second where a solver is among them."""
    atexit._run_exitfuncs()  # noqa: SLF001 - the only way to have them run before os._exit
    for stream in filter(None, (sys.stdout, sys.stderr)):
        with suppress(OSError):  # nobody hears it any more
            stream.flush()
    os._exit(STOPPED)


if __name__ == "__main__":
    sys.exit(program())
