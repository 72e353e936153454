"""What `simulate` does: plan a day, run it against the plant in the box, show and write what came of it."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.live import Live
from rich.markup import escape

from domain.plan_document import document, text_of
from service.console import output, progress
from service.planning import Tell
from service.simulate_options import SimulateOrder
from service.simulating import Simulation, planned_of, simulation_with
from service.writing import write_text

if TYPE_CHECKING:
    from simulation.outcome import Outcome
    from simulation.ran import Ran

_VIEW_EVERY_S: Final = 300
"""Simulated seconds between two views of the living table."""


def simulate_command(order: SimulateOrder, now: datetime, made_by: str, *, as_json: bool) -> int:
    """Plan and run as ordered, write the files that were asked for, and show the day.

    Gives the exit code: 0, or that of a stop, where a day over wires was ended early and its figures told.
    """
    with progress() as tell:
        planned, wanted = planned_of(order, now, tell)
        simulation = None if order.real_time else simulation_with(planned, wanted)
    if order.plan.out is not None:
        write_text(order.plan.out, text_of(document(planned.plan, made_by=made_by)), option="--out")
    code, words = 0, "second by second"
    ran: Ran
    if simulation is not None:
        ran, outcome = simulation.loop, run_shown(simulation)
    else:
        from service.simulate_wires import run_on_wires, words_of

        ran, outcome, code = run_on_wires(planned, wanted)
        words = words_of(ran)
    if order.plan.chart is not None:
        from service.chart_run import save_run

        save_run(ran, order.plan.chart)
    if as_json:
        answer = outcome_json(outcome) | {"notes": list(planned.plan.notes)}
        if simulation is not None:
            answer |= {"plans": simulation.plans, "plans_failed": simulation.plans_failed}
        sys.stdout.write(json.dumps(answer, indent=1) + "\n")
        return code
    show(planned.plan.site, words, outcome, [path for path in (order.plan.out, order.plan.chart) if path])
    if simulation is not None:
        output().print(f"Plans    {plans_words(simulation)}", markup=False)
    for note in planned.plan.notes:
        output().print(f"[dim]Note[/]     {escape(note)}")
    return code


def run_shown(simulation: Simulation, tell: Tell | None = None) -> Outcome:
    """Run to the end: a living table on standard error in a terminal, else a word to ``tell`` at times."""
    from service.screen_simulation import live_view
    from simulation.outcome import outcome_of

    console = Console(stderr=True, highlight=False)
    if console.is_terminal and tell is None:
        with Live(console=console, auto_refresh=False, transient=True) as live:
            for second in simulation.minutes():
                if second % _VIEW_EVERY_S == 0:
                    live.update(live_view(simulation.loop, simulation.seconds), refresh=True)
    else:
        for second in simulation.minutes():
            if tell is not None and second % (12 * _VIEW_EVERY_S) == 0:
                tell(f"Running the day, hour {second // 3600}")
    return outcome_of(simulation.loop)


def show(site: str, words: str, outcome: Outcome, files: list[Path]) -> None:
    """Print what the day came to; ``words`` say how it was run."""
    from service.screen_simulation import show_outcome

    console = output()
    console.print(f"[bold]{escape(site)}[/]  {outcome.seconds / 3600:.1f} hours, {words}\n")
    show_outcome(outcome, console)
    for path in files:
        console.print(f"Written  {path}", markup=False)


def plans_words(simulation: Simulation) -> str:
    """How many plans the day had, and what went wrong with others."""
    count, failed = simulation.plans, simulation.plans_failed
    made = "one, followed to the end" if count == 1 else f"{count}: the first, and {count - 1} on the way"
    return made if not failed else f"{made}; {len(failed)} not made, the last because {failed[-1]}"


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """The outcome for programs; a share of nothing is null."""
    answer = asdict(outcome)
    answer["solar_share"] = None if math.isnan(outcome.solar_share) else outcome.solar_share
    answer["missed_kwh"] = outcome.missed_kwh
    answer["over_s"], answer["caused_s"] = outcome.over_s, outcome.caused_s
    answer["late_s"], answer["load_exceeds"] = outcome.late_s, outcome.load_exceeds
    answer["events"] = [
        {"second": at_s, "what": what, "about": about} for at_s, what, about in outcome.events
    ]
    return answer
