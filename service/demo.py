"""What `demo` does: plan a home from live sources, or a sample day where there are none."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from domain.errors import Fault, InputError, SourceError
from domain.plan_document import document, text_of
from service.commands import show
from service.console import output, progress
from service.plan_options import PlanOrder
from service.planning import Planned, Tell, plan_order, plan_with, read_order
from service.writing import make_folder, write_text

if TYPE_CHECKING:
    from forecasting.live.answer import Answer, Live
    from simulation.outcome import Outcome

DEMO_AT: Final = datetime(2026, 6, 21, 8, tzinfo=ZoneInfo("Europe/Brussels"))
"""Start of the sample day: a Sunday morning, so that there is a stay in the sun and one at night."""
FIND_OUT_S: Final = 5.0
"""So long live sources may take; then the sample day is planned."""
SAMPLE_SITE: Final = "home_simple.yaml"
DAY_S: Final = 86_400
LIVE_SITE: Final = "home_live.yaml"
_ASKED_FOR: Final = "the sample day was asked for (--offline)"


@dataclass(frozen=True, slots=True)
class DemoOrder:
    """The arguments of `demo`."""

    folder: Path
    cache: Path | None = None
    offline: bool = False
    run: bool = False
    """Run the first day of the plan, too."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The plan that the demo shows, and why it is not a live one."""

    planned: Planned
    why_sample: str = ""
    """Empty where live sources gave everything."""

    @property
    def sources(self) -> str:
        """Which sources it is made from, in one word."""
        return "sample" if self.why_sample else "live"


def demo_command(order: DemoOrder, now: datetime, made_by: str, *, as_json: bool) -> None:
    """Plan a home, live or on the sample day, and write plan.json, plan.png and plan.svg to the folder.

    Raises InputError where the folder cannot be written or an option or address is wrong; a source that
    fails is told, and the sample day takes its place.
    """
    if order.cache is not None and order.cache.exists() and not order.cache.is_dir():
        raise InputError([Fault("--cache", f"'{order.cache}' is a file", "name a folder")])
    make_folder(order.folder, option="--out")
    files = [order.folder / name for name in ("plan.json", "plan.png", "plan.svg")]
    with progress(always=not as_json) as tell:
        shown = _shown(order, now, tell)
        write_text(files[0], text_of(document(shown.planned.plan, made_by=made_by)), option="--out")
        tell("Drawing the chart")
        from service.chart import save

        save(shown.planned.plan, *files[1:], option="--out")
        outcome = _run(shown, files, tell) if order.run else None
    if as_json:
        sys.stdout.write(json.dumps(_for_programs(shown, files, outcome), indent=1) + "\n")
        return
    show(shown.planned, files)
    if outcome is not None:
        from service.screen_simulation import show_outcome

        output().print("\nThe first day of it, run second by second on a virtual home:\n", markup=False)
        show_outcome(outcome, output())
    output().print(_last_words(shown), markup=False)


def _run(shown: Shown, files: list[Path], tell: Tell) -> Outcome:
    """Run the first day of the plan, and draw plan against actual beside the plan's own picture."""
    from service.chart_run import save_run
    from service.simulate import run_shown
    from service.simulate_options import Wanted
    from service.simulating import simulation_with

    simulation = simulation_with(shown.planned, Wanted(DAY_S, None, ()))
    outcome = run_shown(simulation, tell)
    files.append(files[0].parent / "run.png")
    save_run(simulation.loop, files[-1], option="--out")
    return outcome


def shipped_site(name: str) -> Traversable:
    """A site of the demo: beside this package in an installed wheel, in ``examples`` of a checkout."""
    package = resources.files("service")
    for place in (package / "examples" / name, Path(str(package)).parent / "examples" / name):
        if place.is_file():
            return place
    raise InputError([Fault(name, "a site of the demo is not installed", "install chargewright again")])


def _shown(order: DemoOrder, now: datetime, tell: Tell) -> Shown:
    if order.offline:
        return _sample(_ASKED_FOR, tell)
    planned, why_not = live_plan(now, order.cache, tell)
    if planned is None:
        return _sample(f"live sources were not used: {why_not}", tell)
    said = "live sources were used; the sample day instead: chargewright demo --offline"
    return Shown(replace(planned, plan=replace(planned.plan, notes=(*planned.plan.notes, said))))


def live_plan(
    now: datetime, cache: Path | None, tell: Tell, find_out_s: float = FIND_OUT_S
) -> tuple[Planned | None, str]:
    """The plan of the live home, or why there is none; its sources have ``find_out_s`` together.

    Raises InputError where an address in the environment is none.
    """
    with resources.as_file(shipped_site(LIVE_SITE)) as site:
        ordered = read_order(PlanOrder(site, cache=cache), now)
    from service.live import live_answers

    live = live_answers(ordered.site, ordered.files, ordered.at, now, cache, tell, find_out_s)
    if why_not := "; ".join(_not_live(live, ordered.at)):
        return None, why_not
    try:
        return plan_with(ordered, live, now, tell), ""
    except (SourceError, InputError) as error:  # the site is ours: what is wrong came over the network
        return None, "; ".join(str(error).splitlines())


def _not_live(live: Live, now: datetime) -> Iterable[str]:
    """What was tried for each series that no source answers now; what is kept from before does not count."""
    answers: list[Answer] = [*live.prices.values(), *live.solar.values()]
    return dict.fromkeys(answer.tried for answer in answers if not _is_live(answer, now))


def _is_live(answer: Answer, now: datetime) -> bool:
    return answer.known is not None and answer.is_of_now and answer.known.intervals.end > now


def _sample(why: str, tell: Tell) -> Shown:
    """The sample day; ``why`` is said in the plan, beside each series that could be live."""
    tell("Planning a sample day of a home with solar and one charger")
    with resources.as_file(shipped_site(SAMPLE_SITE)) as site:
        planned = plan_order(PlanOrder(site, at=DEMO_AT.isoformat()), DEMO_AT, tell)
    plan = planned.plan
    sources = {
        name: replace(series, note=f"{series.note}; {why}") if series.source.startswith("sample") else series
        for name, series in plan.sources.items()
    }
    told = replace(plan, sources=sources, notes=(*plan.notes, why))
    return Shown(replace(planned, plan=told), why)


def _last_words(shown: Shown) -> str:
    """Which sources were used, and where to read on."""
    more = "for a site of your own: chargewright sources SITE"
    if shown.why_sample:
        return f"Sources  made-up samples, and the last note says why; {more}"
    used = dict.fromkeys(
        series.source for name, series in shown.planned.plan.sources.items() if name != "load"
    )
    return f"Sources  live: {', '.join(used)}; {more}"


def _for_programs(shown: Shown, files: list[Path], outcome: Outcome | None) -> dict[str, object]:
    """The demo's result as JSON."""
    from service.simulate import outcome_json

    planned = shown.planned
    ran = {} if outcome is None else {"run": outcome_json(outcome)}
    return {
        **ran,
        "files": [str(path) for path in files],
        "total_eur": round(planned.plan.cost.total_eur, 6),
        "charging_at_once_eur": round(planned.at_once_eur, 6),
        "sources": shown.sources,
        "why_sample": shown.why_sample,
    }
