"""From a plan for the central series to one whose first slots are good for whatever may come."""

from __future__ import annotations

from dataclasses import replace

from domain.inputs import PlanInputs
from domain.scenarios import Outlook
from domain.site import Site
from domain.time_grid import TimeGrid
from scheduler.cases import cases_of
from scheduler.deadline import Deadline
from scheduler.first_slots import first_count
from scheduler.from_site import SiteProblem
from scheduler.hedge import Hedged, Hedging
from scheduler.in_mean import less_stored_eur
from scheduler.solved import PlanOptions, Solved
from scheduler.stages import Progress


def with_outlook(
    site: Site,
    inputs: PlanInputs,
    stated: SiteProblem,
    plain: Solved,
    options: PlanOptions,
    deadline: Deadline,
    told: Progress,
) -> tuple[SiteProblem, Solved, Outlook | None]:
    """Problem and plan that are good for all scenarios, and what is said of these; the same without any."""
    if not inputs.scenarios:
        return stated, plain, None
    told("deciding the first hour for all scenarios")
    cases = cases_of(site, inputs, stated.problem)
    hedged = Hedging.of(cases, plain, options, deadline).made()
    slots = first_count(stated.problem.hours)
    outlook = Outlook(
        until=inputs.grid.ends[min(slots, len(inputs.grid)) - 1],
        good_for_all=hedged.good_for_all,
        hedging_eur=less_stored_eur(hedged.solved.outcome) - less_stored_eur(plain.outcome),
        cases=hedged.cases,
    )
    notes = (*stated.notes, *_notes(hedged, inputs.grid))
    return replace(stated, problem=hedged.problem, notes=notes), hedged.solved, outlook


def _notes(hedged: Hedged, grid: TimeGrid) -> tuple[str, ...]:
    """What is said where the first slots are planned for the central series alone."""
    said = [hedged.why_not] if hedged.why_not else []
    if hedged.broken:
        slot, words = hedged.broken[0]
        others = ", among others" if len(hedged.broken) > 1 else ""
        said.append(f"as it may come, {words} at {grid.local_starts[slot]:%H:%M}{others}")
    if not said:
        return ()
    return (f"the first hour is planned for solar and load as expected alone: {'; '.join(said)}",)
