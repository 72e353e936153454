"""The JSON schema of plan.json, made from its models (``python -m service.schema PATH`` writes it)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from domain.plan_document import PlanDocument
from service.writing import write_text


def plan_schema() -> str:
    """Text of docs/plan.schema.json."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "plan.json of Chargewright",
        **{
            key: value
            for key, value in PlanDocument.model_json_schema(by_alias=True, mode="serialization").items()
            if key != "title"
        },
    }
    return json.dumps(schema, indent=2) + "\n"


if __name__ == "__main__":
    write_text(Path(sys.argv[1]), plan_schema())
