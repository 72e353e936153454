"""What `plan` shows in a terminal: when each charger charges, what it costs, how good that is."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from domain.plan import Plan, RequestPlan, Status
from domain.plan_document import published_until
from scheduler.baselines import Baseline
from service import plan_words as words
from service.waiting_words import main_reason, waits_line

MANY = 8
"""Above so many chargers, each request has one line instead of its blocks."""
_WIDE = 100
"""So many letters are needed for the reasons of waiting beside the rest."""


def show_tables(plan: Plan, at_once_eur: float, console: Console, by_rule: Baseline | None = None) -> None:
    """Print tables, money (``at_once_eur``: the site's cost when cars charge at once), proof and notes."""
    sample = "  [black on yellow] SAMPLE DATA [/]" if words.is_sample(plan) else ""
    console.print(f"[bold]{escape(plan.site)}[/]  {words.period(plan)}{sample}\n")
    if not plan.requests:
        console.print("No car wants energy in this time.\n")
    elif len(plan.chargers) > MANY:
        console.print(_requests_table(plan, narrow=console.width < _WIDE))
    else:
        for charger in plan.chargers:
            _show_charger(plan, charger, console)
    for line in words.device_lines(plan):
        console.print(f"Besides  {escape(line)}")
    _show_shortfalls(plan, console)
    for breach in plan.breaches:
        console.print(f"[yellow]Breach[/]   {escape(words.breach_line(plan, breach))}")
    console.print(f"Cost     {words.comparison(plan, at_once_eur)}")
    line = words.rule_line(plan, by_rule) if by_rule else ""
    if line:
        console.print(f"         {line}")
    console.print(f"         whole site {words.money(plan.cost.total_eur)}, {_parts(plan)}")
    style = "green" if plan.proof.status is Status.OPTIMAL else "yellow"
    console.print(f"Proof    [{style}]{plan.proof.status.value}[/], {words.proof_line(plan.proof)}")
    _show_rest(plan, console)


def _show_rest(plan: Plan, console: Console) -> None:
    """What else may come, the sources, and the notes."""
    for line in words.outlook_lines(plan):
        console.print(f"Cases    {escape(line)}")
    console.print(_sources_table(plan))
    for note in plan.notes:
        console.print(f"[dim]Note[/]     {escape(note)}")


def _show_charger(plan: Plan, charger: str, console: Console) -> None:
    """The requests of one charger, then its blocks."""
    console.print(f"[bold]{escape(charger)}[/]")
    for wish in _wishes(plan, charger):
        console.print(f"  {wish}", highlight=False)
    found = words.blocks(plan, charger)
    if not found:
        console.print()
        return
    table = Table(box=None, padding=(0, 2), header_style="dim")
    table.add_column("from")
    table.add_column("to")
    for name in ("current", "phases", "energy", "price"):
        table.add_column(name, justify="right")
    for block in found:
        table.add_row(
            f"{block.start:%a %H:%M}",
            f"{block.end:%a %H:%M}",
            words.amps(block.current_a),
            block.phases,
            f"{block.energy_kwh:.2f} kWh",
            f"{block.price_eur_per_kwh:.3f} EUR/kWh",
        )
    console.print(table)
    console.print()


def _wishes(plan: Plan, charger: str) -> list[str]:
    """A line for each car of a charger: its stay, and what it gets of what it wants."""
    return [
        f"{words.spoken(plan, one.request.arrival)} to {words.spoken(plan, one.request.departure)}: "
        f"{one.delivered_kwh:.1f} of {one.energy_kwh:.1f} kWh{_waits(plan, one)}"
        for one in plan.requests
        if one.request.charger == charger
    ] or ["no car expected"]


def _waits(plan: Plan, one: RequestPlan) -> str:
    """A line more for a car that waits: why."""
    line = waits_line(plan, one)
    return f"\n  [dim]waits: {escape(line)}[/]" if line else ""


def _requests_table(plan: Plan, *, narrow: bool) -> Table:
    """One line for each request, for sites with many chargers; a narrow one has no reason for waiting."""
    table = Table(box=None, padding=(0, 1 if narrow else 2), header_style="dim")
    table.add_column("charger")
    table.add_column("stay", no_wrap=True)
    for name in ("gets", "charges from", "to", "up to"):
        table.add_column(name, justify="right", no_wrap=True)
    if not narrow:
        table.add_column("waits longest because")
    for one in plan.requests:
        request = one.request
        inside = [
            block
            for block in words.blocks(plan, request.charger)
            if block.start < request.departure and block.end > request.arrival
        ]
        charging = (
            (f"{inside[0].start:%a %H:%M}", f"{inside[-1].end:%a %H:%M}", words.amps(_most_a(inside)))
            if inside
            else ("-", "-", "-")
        )
        table.add_row(
            escape(request.charger),
            f"{words.spoken(plan, request.arrival)} - {words.local(plan, request.departure):%H:%M}",
            f"{one.delivered_kwh:.1f} of {one.energy_kwh:.1f} kWh",
            *charging,
            *(() if narrow else (escape(main_reason(plan, one)),)),
        )
    return table


def _most_a(found: list[words.Block]) -> float:
    return max(block.current_a for block in found)


def _show_shortfalls(plan: Plan, console: Console) -> None:
    """What is missing, longest lines last; energy that nobody misses is not mentioned."""
    for line in words.shortfall_lines(plan):
        console.print(f"[red]Missing[/]  {escape(line)}")


def _parts(plan: Plan) -> str:
    """The site's money by its parts."""
    cost = plan.cost
    rest = (("peak", cost.peak_eur), ("wear", cost.wear_eur))
    extra = "".join(f", {name} {words.money(amount)}" for name, amount in rest if amount)
    return f"bought {words.money(cost.energy_eur)}, sold {words.money(cost.sold_eur)}{extra}"


def _sources_table(plan: Plan) -> Table:
    """Where each series comes from and how well it is known."""
    table = Table(box=None, padding=(0, 2), header_style="dim")
    for name in ("source of", "is", "quality"):
        table.add_column(name)
    for name, series in plan.sources.items():
        until = published_until(series)
        quality = series.worst_quality.word
        if until is not None:
            quality = f"published until {words.spoken(plan, until)}, then {quality}"
        table.add_row(escape(name), escape(series.source), quality)
    return table
