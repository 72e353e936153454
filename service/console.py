"""The terminal: where tables go, and where a command says what it is doing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from service.planning import Tell

_WIDTH_WITHOUT_TERMINAL = 120


def output() -> Console:
    """Standard output: as wide as the terminal, or wide enough for a file."""
    width = None if sys.stdout.isatty() else _WIDTH_WITHOUT_TERMINAL
    return Console(highlight=False, width=width, soft_wrap=False)


@contextmanager
def progress(*, always: bool = False) -> Iterator[Tell]:
    """Tells what is being done, on standard error: one changing line in a terminal, else nothing.

    With ``always`` it is a line for each step where there is no terminal.
    """
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield (lambda words: console.print(f"{words} ...")) if always else (lambda _: None)
        return
    with console.status("Starting ...") as status:
        yield lambda words: status.update(f"{words} ...")
