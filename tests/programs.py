"""Programs that some tests need: a test without its program skips here, and fails where CI=true."""

from __future__ import annotations

import os
import shutil

import pytest


def program(name: str) -> str:
    """Path of a program."""
    found = shutil.which(name)
    if found is None:
        reason = f"the program '{name}' is not installed"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found
