"""The commands that speak to devices, with their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.options import (
    CacheOption,
    JsonOption,
    LoadOption,
    PricesOption,
    RequestsOption,
    SiteArgument,
    SolarOption,
)


def run(
    site: SiteArgument,
    port: Annotated[str | None, typer.Option(help="Port on 127.0.0.1; default 8710, 0: any.")] = None,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="Twins in place of every device: nothing real is spoken to.")
    ] = False,
    prices: PricesOption = None,
    solar: SolarOption = None,
    load: LoadOption = None,
    requests: RequestsOption = None,
    state: Annotated[
        Path | None,
        typer.Option(
            help="Folder for what a restart goes on with; default: CHARGEWRIGHT_STATE, else the user's."
        ),
    ] = None,
    cache: CacheOption = None,
) -> None:
    """Run a site: plan, hold the plan, keep every limit, until stopped. Files are read for every plan."""
    from service.run.command import RunOrder, run_command
    from service.run.plan_task import PlanFiles

    files = PlanFiles(prices, solar, load, requests)
    code = run_command(RunOrder(site, port, simulated, state, files, cache))
    if code:
        raise typer.Exit(code)


def probe(
    site: SiteArgument,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="Twins in place of every device: nothing real is spoken to.")
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Only look: no car is stopped, no watchdog tested.")
    ] = False,
    prices: PricesOption = None,
    solar: SolarOption = None,
    load: LoadOption = None,
    cache: CacheOption = None,
    as_json: JsonOption = False,
) -> None:
    """Commission a site: find every device, check signs and phases, see the watchdogs fall back.

    Only a simulated site needs prices, solar and load: its day is planned first.
    """
    from service.probe import ProbeOrder, probe_command
    from service.run.plan_task import PlanFiles

    order = ProbeOrder(site, simulated, quick, PlanFiles(prices, solar, load), cache)
    if not probe_command(order, as_json=as_json):
        raise typer.Exit(1)
