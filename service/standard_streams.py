"""Standard output that may be closed, full or a pipe without a reader: told as one error of its own."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from typing import Any, TextIO, cast


class OutputLostError(Exception):
    """Standard output took nothing more."""

    def __init__(self, cause: OSError) -> None:
        self.reader_left = isinstance(cause, BrokenPipeError)
        """The reader of a pipe had enough; that is no fault."""
        super().__init__((cause.strerror or str(cause)).lower())


class _Watched:
    """Standard output; what goes wrong with it is an ``OutputLostError``, which no library answers itself."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError as error:
            raise OutputLostError(error) from error

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as error:
            raise OutputLostError(error) from error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def watched_output() -> Iterator[None]:
    """Run the block with a standard output that raises ``OutputLostError``; letters it lacks become ``?``."""
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    plain = sys.stdout
    try:
        with redirect_stdout(cast(TextIO, _Watched(plain))):
            yield
            sys.stdout.flush()
    except OutputLostError:
        _drop(plain)
        raise


def _open_what_is_closed() -> None:
    """Streams in place of those that were closed: output that cannot be written, errors that nobody hears."""
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w")
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")


def _drop(stream: TextIO) -> None:
    """Lead what a stream still holds into nothing, so that the end of the program has nothing to say."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
