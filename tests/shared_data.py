"""The one way to the data that lies beside the project; tests skip where it is absent."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared(path: str) -> Path:
    """The file or folder ``path`` below ``../shared``; skips the test where it is absent."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"../shared/{path} is not on this machine")
    return found


def needs(path: str) -> pytest.MarkDecorator:
    """Skips a test that reads ``path`` below ``../shared`` in another thread, where a skip is not heard."""
    return pytest.mark.skipif(not (SHARED / path).exists(), reason=f"../shared/{path} is not on this machine")
