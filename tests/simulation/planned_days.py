"""A site in YAML and requests in CSV, planned and run on the virtual plant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from domain.site import parse_site
from executors.control.wiring import wiring_of
from executors.deciding import deciding_of
from forecasting.gather import Files, gather
from scheduler.planner import plan_site
from simulation.closed_loop import ClosedLoop, run_whole
from simulation.outcome import Outcome, outcome_of
from simulation.ran import Scene


def as_planned(scene: Scene) -> Scene:
    """Nothing that the plan did not foresee."""
    return scene


def day_of(
    text: str,
    requests: str,
    at: datetime,
    seconds: int,
    folder: Path,
    *,
    idle_s: int = 1,
    happens: Callable[[Scene], Scene] = as_planned,
) -> Outcome:
    """What so many seconds from ``at`` on come to; ``happens`` makes of the planned scene the real one."""
    wishes = folder / "requests.csv"
    wishes.write_text(f"charger,arrival,departure,energy_kwh\n{requests}")
    site = parse_site(text, "site.yaml")
    inputs = gather(site, at, Files(requests=wishes))
    ticks = iter(range(10**9))
    plan = plan_site(site, inputs, made_at=at, clock=lambda: float(next(ticks)) * 1e-3)
    wiring = wiring_of(site)
    control = deciding_of(site, wiring, plan, inputs.requests, now=at)
    loop = ClosedLoop(
        site, inputs, plan, happens(Scene.as_planned(site, inputs)), wiring, control, idle_s=idle_s
    )
    return outcome_of(run_whole(loop, seconds))
