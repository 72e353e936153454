"""What `sources` shows in a terminal: one table, what went wrong, and whether a plan is possible."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from forecasting.live.answer import Outcome
from service.source_states import SourcesReport, SourceState

_IN_ONE_LINE = frozenset({"series", "from", "to", "age", "quality", "asked again"})
_WELL = frozenset({Outcome.ANSWERED, Outcome.KEPT})


def show_sources(report: SourcesReport, console: Console) -> None:
    """Print the sources of a site and the verdict."""
    zone = ZoneInfo(report.site.location.time_zone)
    console.print(f"\n[bold]{escape(report.site.name)}[/]  sources at {_moment(report.now, zone)}, {zone}\n")
    console.print(_table(report, zone))
    for state in report.states:
        _show_steps(state, console)
    for state in report.states:
        if state.known is not None and state.known.note:
            console.print(f"[dim]Note[/]     {escape(state.series)}: {escape(state.known.note)}")
    for note in report.notes:
        console.print(f"[dim]Note[/]     {escape(note)}")
    if report.possible:
        console.print("\n[green]A plan is possible[/] with what is known.")
        return
    console.print("\n[red]A plan is not possible[/]:")
    for problem in report.problems:
        console.print(f"  - {escape(problem)}")


def _table(report: SourcesReport, zone: ZoneInfo) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="dim")
    for name in ("series", "source", "answer", "from", "to", "whole", "age", "quality", "asked again"):
        table.add_column(name, no_wrap=name in _IN_ONE_LINE, overflow="fold")
    for state in report.states:
        known, answer = state.known, state.answer
        if known is None:
            table.add_row(
                state.series, escape(state.asked), "[red]nothing known[/]", *["-"] * 5, _again(state, zone)
            )
            continue
        given = escape(state.asked if answer is None else answer.given_by)
        table.add_row(
            state.series,
            given + (" [yellow](stands in)[/]" if answer is not None and answer.stands_in else ""),
            f"{len(known.intervals)} values",
            _moment(known.intervals.start, zone),
            _moment(known.intervals.end, zone),
            _whole(state),
            _age(state, report.now),
            known.quality.word,
            _again(state, zone),
        )
    return table


def _show_steps(state: SourceState, console: Console) -> None:
    """What was tried for a series, where not all went well."""
    for step in () if state.answer is None else state.answer.steps:
        if step.outcome not in _WELL:
            label = f"{state.series}, {step.source}: {step.outcome.value}"
            console.print(f"[yellow]{escape(label)}[/]  {escape(step.words)}")
    if state.answer is None and state.error:
        console.print(f"[yellow]{escape(state.series)}[/]  {escape(state.error)}")


def _whole(state: SourceState) -> str:
    """Whether all is there, with the count of today and tomorrow."""
    counts = ", ".join(f"{day.slots}/{day.expected}" for day in state.days[:2])
    word = "yes" if state.complete else "no"
    return f"{word} ({counts})" if counts else word


def _age(state: SourceState, now: datetime) -> str:
    if state.answer is None or state.answer.fetched_at is None:
        return "-"
    age = max(now - state.answer.fetched_at, timedelta())
    minutes = int(age.total_seconds() // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"


def _again(state: SourceState, zone: ZoneInfo) -> str:
    if state.answer is None:
        return "-"
    moment = state.answer.next_try
    return "after a change" if moment is None else _moment(moment, zone)


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%d %b %H:%M}"
