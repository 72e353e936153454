"""How near is equal: one tolerance for each unit."""

from __future__ import annotations

from typing import Any

import pytest

EUR = 1e-6
KWH = 1e-6
KW = 1e-6
A = 1e-6


def approx_eur(expected: Any) -> Any:
    """Money equal to a millionth of a euro."""
    return pytest.approx(expected, rel=0, abs=EUR)


def approx_kwh(expected: Any) -> Any:
    """Energy equal to a milliwatt hour."""
    return pytest.approx(expected, rel=0, abs=KWH)


def approx_kw(expected: Any) -> Any:
    """Power equal to a milliwatt."""
    return pytest.approx(expected, rel=0, abs=KW)


def approx_a(expected: Any) -> Any:
    """Current equal to a microampere."""
    return pytest.approx(expected, rel=0, abs=A)
