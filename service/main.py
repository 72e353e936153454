"""The command line: commands and their options, and how every error is answered."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from domain.errors import ChargewrightError
from service.answers import STOPPED, Answer, answer_to, cannot_be_told, wrong_usage
from service.device_commands import probe, run
from service.options import (
    CacheOption,
    JsonOption,
    LoadOption,
    PricesOption,
    RequestsOption,
    SiteArgument,
    SolarOption,
)
from service.standard_streams import OutputLostError, watched_output

app = typer.Typer(
    name="chargewright",
    help="Plan EV charging at a site: prices and sun in, proven currents out.",
    add_completion=False,
    pretty_exceptions_enable=False,
)

BatterySocOption = Annotated[
    str | None,
    typer.Option(metavar="SHARE", help="State of charge of the home battery at the start, 0 to 1."),
]
CurtailedOption = Annotated[
    str | None,
    typer.Option(metavar="FROM/TO", help="When the signal of the site's curtailment is on, ISO 8601."),
]
AtOption = Annotated[
    str | None,
    typer.Option(help="Start, ISO 8601; without offset on the site's clock; without --at: now"),
]
HoursOption = Annotated[
    str | None, typer.Option(metavar="HOURS", help="Length of the run; default: to the plan's end.")
]
SeedOption = Annotated[
    str | None,
    typer.Option(metavar="NUMBER", help="Made-up clouds and appliances that the plan did not foresee."),
]
FaultOption = Annotated[
    list[str] | None,
    typer.Option(metavar="KIND:DEVICE:FROM-UNTIL", help="What goes wrong, in seconds; may be repeated."),
]
ReplanOption = Annotated[
    str | None,
    typer.Option(
        metavar="WHEN",
        help="New plans on the way: changed (default), never, or every so many minutes.",
    ),
]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code: 0 done, 1 the answer is no, 2 wrong input."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        with watched_output():
            return _answer(given or ["--help"])
    except OutputLostError as error:
        if error.reader_left:
            return 0
        return _say(cannot_be_told(str(error)))


def _answer(given: list[str]) -> int:
    """The exit code of a command, its error told."""
    try:
        code = app(given, standalone_mode=False)
    except ChargewrightError as error:
        return _tell(answer_to(error), given)
    except TyperException as error:
        return _tell(wrong_usage(error.format_message()), given)
    except (KeyboardInterrupt, typer.Abort):
        return _tell(STOPPED, given)
    if code == STOPPED.exit_code:  # typer turns Ctrl-C into this code
        return _tell(STOPPED, given)
    return code if isinstance(code, int) else 0


def _tell(answer: Answer, given: Sequence[str]) -> int:
    """Say an error on standard error, and to programs on standard output too."""
    _say(answer)
    if "--json" in given:
        with suppress(OutputLostError):
            sys.stdout.write(f"{answer.json_text}\n")
            sys.stdout.flush()
    return answer.exit_code


def _say(answer: Answer) -> int:
    """Say an error on standard error, if anybody can hear it."""
    with suppress(OSError):
        sys.stderr.write("".join(f"{line}\n" for line in answer.lines))
        sys.stderr.flush()
    return answer.exit_code


def program_version() -> str:
    """Name and version of this program."""
    try:
        return f"chargewright {version('chargewright')}"
    except PackageNotFoundError:
        return "chargewright (run from its folder, not installed)"


def _show_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"{program_version()}\n")
        raise typer.Exit


@app.callback()
def _every_command(
    show_version: Annotated[
        bool, typer.Option("--version", help="Say the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Plan EV charging at a site: prices and sun in, proven currents out."""


@app.command()
def check(site: SiteArgument, as_json: JsonOption = False) -> None:
    """Read a site file: what it says, what is wrong with it, whether it survives silence."""
    from executors.devices import device_faults
    from service.site_file import read_site
    from service.site_report import report_json, report_of

    found = read_site(site)
    report = report_of(found, site.parent, asyncio.run(device_faults(found, site.parent, str(site))))
    if as_json:
        sys.stdout.write(json.dumps(report_json(report), indent=1) + "\n")
    else:
        from service.console import output
        from service.screen_site import show_report

        show_report(report, output())
    if not report.proof.ok:
        raise typer.Exit(1)


@app.command()
def plan(
    site: SiteArgument,
    at: AtOption = None,
    prices: PricesOption = None,
    solar: SolarOption = None,
    load: LoadOption = None,
    requests: RequestsOption = None,
    slot_min: Annotated[
        str, typer.Option(metavar="MINUTES", help="Length of a slot: 1, 3, 5, 15, 30, 60 min.")
    ] = "15",
    gap: Annotated[
        str, typer.Option(metavar="SHARE", help="Good enough: this share above the proven bound.")
    ] = "0.01",
    calm_eur: Annotated[
        str | None,
        typer.Option(
            metavar="EUR", help="What fewer switchings may cost in EUR; default: 0.2 %, at least 0.01"
        ),
    ] = None,
    time_limit: Annotated[
        str, typer.Option(metavar="SECONDS", help="Longest time to solve and look for remedies, in seconds.")
    ] = "60",
    battery_soc: BatterySocOption = None,
    curtailed: CurtailedOption = None,
    out: Annotated[Path | None, typer.Option(help="Write plan.json here.")] = None,
    chart: Annotated[Path | None, typer.Option(help="Draw the plan here, .png or .svg.")] = None,
    cache: CacheOption = None,
    as_json: JsonOption = False,
) -> None:
    """Plan the charging of a site and prove how good the plan is."""
    from service.commands import plan_command
    from service.plan_options import PlanOrder

    order = PlanOrder(
        site, at, prices, solar, load, requests, slot_min, gap, calm_eur, time_limit, battery_soc,
        out, chart, cache, curtailed,
    )  # fmt: skip
    plan_command(order, datetime.now(UTC), program_version(), as_json=as_json)


@app.command()
def simulate(
    site: SiteArgument,
    at: AtOption = None,
    prices: PricesOption = None,
    solar: SolarOption = None,
    load: LoadOption = None,
    requests: RequestsOption = None,
    battery_soc: BatterySocOption = None,
    curtailed: CurtailedOption = None,
    hours: HoursOption = None,
    seed: SeedOption = None,
    fault: FaultOption = None,
    real_time: Annotated[
        bool, typer.Option("--real-time", help="Over wires: twins that speak the devices' protocols.")
    ] = False,
    speed: Annotated[
        str | None, typer.Option(metavar="FACTOR", help="With --real-time: so much faster, 1 to 100.")
    ] = None,
    replan: ReplanOption = None,
    out: Annotated[Path | None, typer.Option(help="Write plan.json here.")] = None,
    chart: Annotated[Path | None, typer.Option(help="Draw plan against actual, .png or .svg.")] = None,
    cache: CacheOption = None,
    as_json: JsonOption = False,
) -> None:
    """Plan a day, then run it second by second on a virtual site with the real control."""
    from service.plan_options import PlanOrder
    from service.simulate import simulate_command
    from service.simulate_options import SimulateOrder

    order = PlanOrder(
        site, at, prices, solar, load, requests,
        battery_soc=battery_soc, out=out, chart=chart, cache=cache, curtailed=curtailed,
    )  # fmt: skip
    code = simulate_command(
        SimulateOrder(order, hours, seed, tuple(fault or ()), real_time, speed, replan),
        datetime.now(UTC), program_version(), as_json=as_json,
    )  # fmt: skip
    if code:
        raise typer.Exit(code)


app.command()(run)
app.command()(probe)


@app.command()
def sources(site: SiteArgument, cache: CacheOption = None, as_json: JsonOption = False) -> None:
    """Ask the site's sources: what each of them knows now, how old and how complete it is."""
    from service.sources import sources_command

    if not sources_command(site, datetime.now(UTC), cache, as_json=as_json):
        raise typer.Exit(1)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for plan.json and the pictures.")] = Path("out/demo"),
    offline: Annotated[
        bool, typer.Option("--offline", help="Plan the sample day, whose prices and sun are always the same.")
    ] = False,
    run: Annotated[
        bool, typer.Option("--run", help="Then run the first day of the plan on a virtual home.")
    ] = False,
    cache: CacheOption = None,
    as_json: JsonOption = False,
) -> None:
    """Plan a home from live prices and sun; without a network, on a sample day."""
    from service.demo import DemoOrder, demo_command

    order = DemoOrder(out, cache, offline, run)
    demo_command(order, datetime.now(UTC), program_version(), as_json=as_json)


if __name__ == "__main__":
    sys.exit(main())
