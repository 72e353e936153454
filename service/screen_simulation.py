"""What `simulate` shows: a table that lives while the day runs, and what the day came to."""

from __future__ import annotations

import math
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from rich.console import Console, Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from service.plan_words import money

if TYPE_CHECKING:
    from simulation.outcome import LimitOutcome, Outcome
    from simulation.ran import Ran

_MOST_ROWS: Final = 24
_MOST_EVENTS: Final = 8


def live_view(loop: Ran, seconds: int) -> Group:
    """The site at this second."""
    plant = loop.plant
    zone = ZoneInfo(loop.site.location.time_zone)
    clock = (loop.plan.grid.start + timedelta(seconds=plant.now_s)).astimezone(zone)
    done = plant.now_s / max(seconds, 1)
    phases = enumerate(plant.flow_a[0].tolist())
    currents = " ".join(f"L{phase + 1} {current_a:5.1f} A" for phase, current_a in phases)
    head = Text(f"{clock:%a %d %b %H:%M}  {done:4.0%}   grid {plant.exchange_kw:6.2f} kW  {currents}")
    table = Table(box=None, padding=(0, 2), header_style="dim")
    table.add_column("charger")
    for name in ("car", "told", "draws", "energy"):
        table.add_column(name, justify="right")
    table.add_column("why")
    for index, charger in enumerate(plant.wires.charger_ids[:_MOST_ROWS]):
        table.add_row(escape(charger), *_row(loop, index))
    return Group(head, table)


def _row(loop: Ran, index: int) -> tuple[str, ...]:
    """One charger now."""
    cars, chargers = loop.plant.cars, loop.plant.chargers
    why = "" if loop.last is None else loop.last.reason(index).code.name.lower().replace("_", " ")
    if not cars.connected[index]:
        return "-", f"{chargers.told_a[index]:g} A", "", "", why
    draw_kw = cars.draw_a[index] * cars.kw_per_a[index]
    return (
        f"{cars.soc[index]:.0%}",
        f"{chargers.told_a[index]:g} A",
        f"{draw_kw:.2f} kW",
        f"{cars.energy_kwh[index]:.2f} kWh",
        why,
    )


def show_outcome(outcome: Outcome, console: Console) -> None:
    """Print what the day came to."""
    console.print(_cars_table(outcome))
    for car in outcome.cars:
        if car.came and car.planned_until_kwh is not None:
            got = f"{car.got_kwh:.2f} kWh of {car.planned_until_kwh:.2f} kWh planned until then"
            console.print(
                f"[yellow]Cut off[/]  {escape(car.id)}: the run ended before it left; it had got {got}"
            )
    charged = sum(outcome.energy_kwh.values())
    share = "" if math.isnan(outcome.solar_share) else f", {outcome.solar_share:.0%} own sun"
    console.print(f"\nCharged  {charged:.2f} kWh{share}; {outcome.missed_kwh:.2f} kWh missed")
    console.print(
        f"Cost     bought less sold {money(outcome.cost_eur)}, planned {money(outcome.planned_eur)}; "
        f"highest quarter {outcome.peak_kw:.2f} kW"
    )
    console.print(
        f"Wear     {sum(outcome.starts.values())} starts, {sum(outcome.switches.values())} phase switches"
    )
    _show_limits(outcome, console)
    told = Counter(name for _, name, _ in outcome.events)
    for name, count in told.most_common(_MOST_EVENTS):
        console.print(f"[dim]Told[/]     {name.lower().replace('_', ' ')}: {count}")


def _cars_table(outcome: Outcome) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="dim")
    table.add_column("request")
    for name in ("wanted", "planned", "got", "missed"):
        table.add_column(name, justify="right")
    for car in outcome.cars:
        missed = f"[red]{car.missed_kwh:.2f} kWh[/]" if car.missed_kwh else "-"
        if car.planned_until_kwh is not None:
            missed = "cut off" if car.came else "not here yet"
        table.add_row(
            escape(car.id),
            f"{car.wanted_kwh:.2f} kWh",
            f"{car.planned_kwh:.2f} kWh",
            f"{car.got_kwh:.2f} kWh",
            missed,
        )
    return table


def added_words(limit: LimitOutcome) -> str:
    """How much of the time charging added to it, and whether that was a car that had yet to follow."""
    if limit.caused_s == 0:
        return "load and sun alone, charging added nothing"
    added = f"charging added to it in {limit.caused_s} s, {limit.longest_caused_s} s at a time"
    if limit.late_s == 0:
        return f"{added}, all within the car's reaction to a step of the load"
    return f"{added}, {limit.late_s} s of it later than the car's reaction to a step of the load"


def _show_limits(outcome: Outcome, console: Console) -> None:
    """Time over each limit, or that all were kept."""
    if not outcome.limits:
        kept = f"[green]kept in all of {outcome.seconds} seconds[/]"
        console.print(f"Limits   {kept}, nearest to a trip {outcome.most_heat:.0%}")
    for limit in outcome.limits:
        worst = f"over for {limit.over_s} s by up to {limit.worst:.2f} {limit.unit}"
        console.print(f"[yellow]Limit[/]    {escape(limit.limit)}: {worst}; {added_words(limit)}")
    if outcome.load_exceeds:
        console.print(
            f"[yellow]Load[/]     the load alone took up to {outcome.load_most_a:.1f} A on a phase, above "
            f"grid.base_load_max_a ({outcome.load_stated_a:g} A): what follows from it is not proven then"
        )
    for place in outcome.tripped:
        console.print(f"[red]Tripped[/]  {escape(place)}")
