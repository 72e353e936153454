"""docs/plan.schema.json is made from the models."""

from __future__ import annotations

from pathlib import Path

from service.schema import plan_schema

PUBLISHED = Path(__file__).parent.parent.parent / "docs" / "plan.schema.json"


def test_the_published_schema_is_in_step_with_the_models() -> None:
    assert PUBLISHED.read_text() == plan_schema(), "run: make schema"
