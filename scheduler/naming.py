"""Many names in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_NAMED: Final = 5
"""So many are named; more are counted."""


def named(names: Sequence[str]) -> str:
    """``a, b, c``; of many the first ones ``and 7 more``."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
