"""What `check` shows in a terminal: the site as a tree, then what the owner should know."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from domain.site import GRID, Site
from service import site_words as words
from service.failsafe_words import proof_lines, verdict_words
from service.other_words import battery_words, curtailment_words, load_words
from service.site_report import SiteReport


def show_report(report: SiteReport, console: Console) -> None:
    """Print the site, its warnings, and what this version cannot plan."""
    console.print(_tree(report.site))
    _list(console, "Departures", [words.departure_words(one) for one in report.site.departures])
    _list(console, "Good to know", report.warnings)
    _list(console, "Files that are missing", report.missing_files)
    _list(console, "What `run` and `probe` refuse", [str(fault) for fault in report.run_lacks])
    _list(console, "Not planned by this version", [str(key) for key in report.unbuilt])
    console.print(f"\nFailsafe proof: {verdict_words(report.proof)}")
    for line in proof_lines(report.proof):
        console.print(f"  - {escape(line)}")
    reaction = report.reaction
    told = words.no_reaction_words(report.site) if reaction is None else words.reaction_words(reaction)
    if told is not None:
        console.print(f"Reaction: {told}")
    console.print(f"The site file is right; the site {_verdict(report)}.")


def _verdict(report: SiteReport) -> str:
    """Whether the site can be planned, and what stands in the way."""
    if report.unbuilt:
        return "is read, but `plan` refuses the keys above"
    planned = "can be planned once the files above are there" if report.missing_files else "can be planned"
    if not report.proof.ok:
        return f"{planned}, and `run` refuses it until the failsafe proof holds"
    return f"{planned}, and `run` refuses it until that is mended" if report.run_lacks else planned


def _tree(site: Site) -> Tree:
    head = f"[bold]{escape(site.name)}[/], {site.location.time_zone}, mode {words.mode_words(site)}"
    tree = Tree(head, guide_style="dim")
    grid = tree.add(f"[bold]grid[/]  {words.grid_words(site.grid)}")
    _add_below(grid, site, GRID)
    if site.curtailment is not None:
        tree.add(f"[bold]signal[/] {escape(curtailment_words(site.curtailment))}")
    tree.add(f"[bold]buy[/]   {escape(words.price_words(site.tariff.buy))}")
    tree.add(f"[bold]sell[/]  {escape(words.price_words(site.tariff.sell))}")
    return tree


def _add_below(branch: Tree, site: Site, circuit_id: str) -> None:
    """Circuits, chargers, loads, battery and solar of one circuit."""
    for circuit in (circuit for circuit in site.circuits if circuit.parent == circuit_id):
        limits = words.circuit_words(circuit, site.grid.phases)
        _add_below(branch.add(f"[bold]{escape(circuit.id)}[/]  {limits}"), site, circuit.id)
    cabinets = {cabinet.id: cabinet.circuit for cabinet in site.cabinets}
    for charger in site.chargers:
        if cabinets.get(getattr(charger, "cabinet", None) or "", charger.circuit) == circuit_id:
            branch.add(f"charger [bold]{escape(charger.id)}[/]  {escape(words.charger_words(charger))}")
    for load in (load for load in site.flexible_loads if load.circuit == circuit_id):
        branch.add(f"load [bold]{escape(load.id)}[/]  {escape(load_words(load))}")
    if site.battery is not None and site.battery.circuit == circuit_id:
        branch.add(f"[bold]battery[/]  {escape(battery_words(site.battery))}")
    for array in (array for array in site.solar if array.circuit == circuit_id):
        branch.add(f"solar [bold]{escape(array.id)}[/]  {escape(words.solar_words(array))}")


def _list(console: Console, title: str, lines: tuple[str, ...] | list[str]) -> None:
    if lines:
        console.print(f"\n[bold]{title}[/]")
    for line in lines:
        console.print(f"  - {escape(line)}")
