"""The view of a plan in a notebook: money, proof, requests and the chart, as HTML."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING

from domain.plan import Plan, RequestPlan, Status
from service import plan_words as words

if TYPE_CHECKING:
    from service.planning import Planned

_CELL = 'style="text-align:left;padding:2px 14px 2px 0"'
_MANY = 30
"""So many requests are listed; the frame has them all."""


def html_of(planned: Planned) -> str:
    """What a notebook shows of a plan."""
    from service.chart import drawn, figure

    plan = planned.plan
    picture = b64encode(drawn(figure(plan), "png")).decode()
    sample = ' <b style="color:#7a4b00">SAMPLE DATA</b>' if words.is_sample(plan) else ""
    parts = [
        f"<h3>{escape(plan.site)}{sample}</h3>",
        _line(words.period(plan)),
        _line(f"Cost: {words.comparison(plan, planned.at_once_eur)}"),
        _line(words.rule_line(plan, planned.by_rule)),
        _line(f"Proof: {plan.proof.status.value}, {words.proof_line(plan.proof)}", bad=_doubtful(plan)),
        _requests(plan),
        *(_line(line, bad=True) for line in words.shortfall_lines(plan)),
        *(_line(words.breach_line(plan, breach), bad=True) for breach in plan.breaches),
        f'<img alt="chart of the plan" style="max-width:100%" src="data:image/png;base64,{picture}"/>',
        *(_line(line) for line in words.outlook_lines(plan)),
        *(_line(note, faint=True) for note in plan.notes),
    ]
    return f"<div>{''.join(parts)}</div>"


def _doubtful(plan: Plan) -> bool:
    return plan.proof.status is not Status.OPTIMAL


def _line(text: str, *, bad: bool = False, faint: bool = False) -> str:
    """A paragraph."""
    colour = "color:#c8323c;" if bad else "color:#7b8a94;" if faint else ""
    return f'<p style="margin:2px 0;{colour}">{escape(text)}</p>'


def _requests(plan: Plan) -> str:
    """The table of the requests, the first of many."""
    if not plan.requests:
        return _line("No car wants energy in this time.")
    head = "".join(f"<th {_CELL}>{name}</th>" for name in ("charger", "stay", "gets", "charges"))
    rows = "".join(_row(plan, one) for one in plan.requests[:_MANY])
    more = len(plan.requests) - _MANY
    rest = _line(f"and {more} more: requests(day) lists them all") if more > 0 else ""
    return f"<table><tr>{head}</tr>{rows}</table>{rest}"


def _row(plan: Plan, one: RequestPlan) -> str:
    """One request: its stay, its energy, its blocks of charging."""
    request = one.request
    inside = [
        f"{block.start:%H:%M} to {block.end:%H:%M} {words.amps(block.current_a)} {block.phases}"
        for block in words.blocks(plan, request.charger)
        if block.start < request.departure and block.end > request.arrival
    ]
    cells = (
        request.charger,
        f"{words.spoken(plan, request.arrival)} to {words.spoken(plan, request.departure)}",
        f"{one.delivered_kwh:.1f} of {one.energy_kwh:.1f} kWh",
        "; ".join(inside) or "not at all",
    )
    return "<tr>" + "".join(f"<td {_CELL}>{escape(cell)}</td>" for cell in cells) + "</tr>"
