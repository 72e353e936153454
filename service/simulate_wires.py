"""What `simulate --real-time` does with the terminal: a living table, a word every hour, Ctrl-C."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable
from typing import Final

from rich.console import Console
from rich.live import Live

from domain.errors import Fault, InputError
from service.answers import STOPPED
from service.planning import Planned
from service.screen_simulation import live_view
from service.simulate_options import Wanted
from service.simulating_wires import TOO_LATE, WiredDay
from simulation.outcome import Outcome, outcome_of

_VIEW_EVERY_S: Final = 0.5
"""Real seconds between two views of the living table."""
_HOUR_S: Final = 3600
KEEPS_UP: Final = 0.02
"""Where more than this share of the ticks is skipped, the figures are those of a slow computer."""


def run_on_wires(planned: Planned, wanted: Wanted) -> tuple[WiredDay, Outcome, int]:
    """The day, what it came to, and an exit code: that of a stop where Ctrl-C ended it early."""
    day = WiredDay(planned, wanted)
    console = Console(stderr=True, highlight=False)
    if console.is_terminal:
        with Live(console=console, auto_refresh=False, transient=True) as live:
            code = asyncio.run(_run(day, _viewer(day, live)))
    else:
        code = asyncio.run(_run(day, _teller(day, console)))
    refuse_what_is_too_fast(day)
    return day, outcome_of(day), code


def refuse_what_is_too_fast(day: WiredDay) -> None:
    """InputError where this computer was too slow for the asked speed, so that its figures mean nothing."""
    if day.late >= TOO_LATE:
        at_s = day.events[-1][0]
        found = f"{day.speed:g}, and {day.late} answers came too late within {at_s} s of the day"
        raise InputError([Fault("--speed", found, "this computer does not keep up: choose a lower one")])


def words_of(day: WiredDay) -> str:
    """How it was run, and whether the computer kept up."""
    words = f"over wires at {day.speed:g} times real speed, {day.ticks} ticks"
    if day.failed:
        words += f", [red]{day.failed} failed[/]"
    if day.late:
        return f"{words}, [red]{day.late} answers too late: this computer does not keep up, lower --speed[/]"
    if day.skipped > KEEPS_UP * day.ticks:
        return f"{words}, [red]{day.skipped} skipped: this computer does not keep up, lower --speed[/]"
    return f"{words}, {day.skipped} skipped"


async def _run(day: WiredDay, minute: Callable[[int], None]) -> int:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, stop.set)
    try:
        await day.run(stop, minute)
    finally:
        loop.remove_signal_handler(signal.SIGINT)
    return STOPPED.exit_code if stop.is_set() else 0


def _viewer(day: WiredDay, live: Live) -> Callable[[int], None]:
    last_s = [-_VIEW_EVERY_S]

    def view(_: int) -> None:
        now_s = time.monotonic()
        if now_s - last_s[0] >= _VIEW_EVERY_S:
            last_s[0] = now_s
            live.update(live_view(day, day.seconds), refresh=True)

    return view


def _teller(day: WiredDay, console: Console) -> Callable[[int], None]:
    told = [0]

    def tell(second: int) -> None:
        if second // _HOUR_S > told[0]:
            told[0] = second // _HOUR_S
            console.print(f"hour {told[0]} of {day.seconds / _HOUR_S:.1f}")

    return tell
