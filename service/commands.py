"""What `plan` does: plan, show, write."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from domain.plan_document import document, text_of
from service.console import output, progress
from service.plan_options import PlanOrder
from service.planning import Planned, plan_order
from service.writing import write_text


def plan_command(order: PlanOrder, now: datetime, made_by: str, *, as_json: bool) -> None:
    """Plan as ordered, write the files that were asked for, and show the plan."""
    with progress() as tell:
        planned = plan_order(order, now, tell)
        text = text_of(document(planned.plan, made_by=made_by))
        if order.out is not None:
            write_text(order.out, text, option="--out")
        if order.chart is not None:
            tell("Drawing the chart")
            from service.chart import save

            save(planned.plan, order.chart)
    if as_json:
        sys.stdout.write(text)
        return
    show(planned, [path for path in (order.out, order.chart) if path is not None])


def show(planned: Planned, files: Sequence[Path]) -> None:
    """Print a plan, and which files were written."""
    from service.screen_plan import show_tables

    console = output()
    show_tables(planned.plan, planned.at_once_eur, console, planned.by_rule)
    for path in files:
        console.print(f"Written  {path}", markup=False)
