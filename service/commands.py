"""What `plan` and `demo` do: plan, show, write."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from domain.errors import Fault, InputError
from domain.plan_document import document, text_of
from service.console import output, progress
from service.plan_options import PlanOrder
from service.planning import Planned, plan_order
from service.writing import make_folder, write_text

DEMO_AT: Final = datetime(2026, 6, 21, 8, tzinfo=ZoneInfo("Europe/Brussels"))
"""Start of the sample day: a Sunday morning, so that there is a stay in the sun and one at night."""
_DEMO_SITE: Final = "home_simple.yaml"
_DEMO_SOURCES: Final = (
    "Sources  made-up samples, so that it works without a network; "
    "for a site with live ones: chargewright sources SITE"
)


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
    _show(planned, [path for path in (order.out, order.chart) if path is not None])


def demo_command(folder: Path, made_by: str, *, as_json: bool) -> None:
    """Plan the sample day of the sample home, and write plan.json, plan.png and plan.svg to ``folder``."""
    make_folder(folder, option="--out")
    files = [folder / name for name in ("plan.json", "plan.png", "plan.svg")]
    with progress(always=not as_json) as tell, resources.as_file(demo_site()) as site:
        tell("Planning a sample day of a home with solar and one charger")
        planned = plan_order(PlanOrder(site, at=DEMO_AT.isoformat()), DEMO_AT, tell)
        write_text(files[0], text_of(document(planned.plan, made_by=made_by)), option="--out")
        tell("Drawing the chart")
        from service.chart import save

        save(planned.plan, *files[1:], option="--out")
    if as_json:
        sys.stdout.write(json.dumps(_demo_answer(planned, files), indent=1) + "\n")
        return
    _show(planned, files)
    output().print(_DEMO_SOURCES, markup=False)


def demo_site() -> Traversable:
    """The sample home: beside this package in an installed wheel, in ``examples`` of a checkout."""
    package = resources.files("service")
    for place in (package / "examples" / _DEMO_SITE, Path(str(package)).parent / "examples" / _DEMO_SITE):
        if place.is_file():
            return place
    raise InputError([Fault(_DEMO_SITE, "the sample home is not installed", "install chargewright again")])


def _demo_answer(planned: Planned, files: list[Path]) -> dict[str, object]:
    """The demo's result for programs."""
    return {
        "files": [str(path) for path in files],
        "total_eur": round(planned.plan.cost.total_eur, 6),
        "charging_at_once_eur": round(planned.at_once_eur, 6),
    }


def _show(planned: Planned, files: list[Path]) -> None:
    from service.screen_plan import show_tables

    console = output()
    show_tables(planned.plan, planned.at_once_eur, console)
    for path in files:
        console.print(f"Written  {path}", markup=False)
