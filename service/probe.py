"""What `probe` does: talk to every device of a site, test what can be tested, show it on one screen."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from executors.control.failsafe_proof import prove
from service.console import output, progress
from service.planning import Tell
from service.probe_words import ProbeReport, report_of
from service.probing import Probing
from service.run.clocks import Clocks
from service.run.daemon import Around
from service.run.kept import state_file, state_folder
from service.run.lock import alone, only_one
from service.run.plan_task import NO_FILES, PlanFiles
from service.run.refusals import all_simulated, refuse_without_wires
from service.run.wired import wired_of
from service.site_file import read_site


@dataclass(frozen=True, slots=True)
class ProbeOrder:
    """The arguments of `probe`, as they were typed."""

    site: Path
    simulated: bool = False
    quick: bool = False
    files: PlanFiles = NO_FILES
    cache: Path | None = None


def probe_command(order: ProbeOrder, *, as_json: bool, clocks: Clocks | None = None) -> bool:
    """Probe as ordered, and show what was found. True where the site can be run."""
    site = read_site(order.site)
    pretend = order.simulated or all_simulated(site)
    if not pretend:
        refuse_without_wires(site)
    keep = None if pretend else state_file(state_folder(os.environ, None), order.site)
    with progress() as tell, alone(keep, tell), nullcontext() if pretend else only_one(order.site, tell):
        around = Around(
            site, order.site.parent, clocks or Clocks(), tell,
            files=order.files, cache=order.cache, source=str(order.site),
        )  # fmt: skip
        report = asyncio.run(probed(around, tell, pretend=pretend, quick=order.quick))
    if as_json:
        sys.stdout.write(json.dumps(report_json(report), indent=1) + "\n")
    else:
        show(report, output())
    return report.ok


async def probed(around: Around, tell: Tell, *, pretend: bool, quick: bool) -> ProbeReport:
    """The report of a site whose devices were looked at, and without ``quick`` tested."""
    async with wired_of(around, pretend=pretend, only_looks=True) as (wired, _):
        probing = Probing(wired, around.clocks)
        tell("Looking for every device")
        await probing.look()
        await probing.others.look()
        await around.clocks.sleep(1.0)
        await probing.look()
        if not quick:
            await probing.check_meters(tell)
            await probing.check_watchdogs(tell)
            await probing.look()
        return report_of(probing, prove(around.site), around.clocks.mono_s(), quick=quick)


def report_json(report: ProbeReport) -> dict[str, Any]:
    """The report for programs."""
    devices = [{**asdict(device), "ok": device.ok} for device in report.devices]
    return {**asdict(report), "devices": devices, "ok": report.ok}


def show(report: ProbeReport, console: Console) -> None:
    """Print it."""
    console.print(f"[bold]{escape(report.site)}[/]")
    for device in report.devices:
        state = "[green]found[/]" if device.ok else ("[red]wrong[/]" if device.found else "[red]not found[/]")
        age = "" if device.age_s is None else f", {device.age_s:.1f} s old"
        console.print(f"\n{device.kind} [bold]{escape(device.id)}[/]: {state}{age}")
        marked = [(" ", device.shows)]
        for mark, lines in (("+", device.good), ("!", device.wrong), ("?", device.open)):
            marked += [(mark, line) for line in lines]
        console.print(_listed(marked))
    console.print(f"\nFailsafe proof: {report.failsafe}")
    if report.steps:
        console.print("\n[bold]Next[/]")
        console.print(_listed([(f"{number}.", step) for number, step in enumerate(report.steps, 1)]))
    console.print(f"\n{_verdict(report)}")


def _verdict(report: ProbeReport) -> str:
    """Whether the site can be run, in a sentence."""
    if not report.ok:
        return "The site cannot be run yet."
    if any(device.open for device in report.devices):
        return "The site can be run; what is marked ? was not shown."
    return "The site can be run."


def _listed(marked: Sequence[tuple[str, str]]) -> Table:
    """Lines behind their marks; what is too long for the screen goes on below its own beginning."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for mark, line in marked:
        table.add_row(f"  {mark}", escape(line))
    return table
