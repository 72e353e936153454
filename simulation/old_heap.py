"""A long run without looking again and again at what lay in memory before it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def heap_left_alone() -> Iterator[None]:
    """The garbage collector looks at nothing that is there now, as what a plan has left, until the end."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
