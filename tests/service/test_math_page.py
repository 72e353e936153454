"""docs/math.md states the model as the code does."""

from __future__ import annotations

from pathlib import Path

from scheduler.model import RULES
from service.math_page import math_page

PUBLISHED = Path(__file__).parent.parent.parent / "docs" / "math.md"


def test_the_published_page_is_in_step_with_the_code() -> None:
    assert PUBLISHED.read_text() == math_page(), "run: make math"


def test_every_rule_has_its_formula_on_the_page() -> None:
    page = math_page()
    assert [rule.__name__ for rule in RULES if f"**`{rule.__name__}`**" not in page] == []
    assert "sum_d on[d] <= 1" in page


def test_given_numbers_have_their_meaning() -> None:
    page = math_page()
    assert "| `imbalance_limit_a` | Widened to what load and solar alone take [A]. |" in page
    assert "### Battery:" in page
