"""What a plan saves, beside the usual ways to charge, in the closed loop: ``python -m benchmarks.policies``.

The same cars, the same clouds and appliances that nobody foresaw, the same control below. Ways, by their
published rules: at once (from arrival on, as much as there is), equal (each point its fixed part of the
fuse), sun only (surplus and nothing else), cheapest (each car in its cheapest hours before it leaves, one
after the other), ours (planned, and planned anew on the way).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from domain.plan import Plan
from domain.site import Site
from domain.site_chargers import AcCharger, DcCharger
from executors.control.wiring import wiring_of
from executors.deciding import Deciding, deciding_of
from scheduler.planner import plan_by_rule
from service.plan_options import PlanOrder
from service.planning import Planned, plan_order
from service.simulate_options import Wanted
from service.simulating import IDLE_S, scene_of, seconds_of_run, simulation_with, with_devices
from simulation.closed_loop import ClosedLoop, run_whole

HOME: Final = Path(__file__).parents[1] / "examples" / "home_simple.yaml"
AT: Final = "2026-06-20T08:00:00+02:00"
SEED: Final = 7
Way = Callable[[Planned, Site], Deciding]


@dataclass(frozen=True, slots=True)
class Row:
    """One way, and what came of it."""

    way: str
    charged_kwh: float
    missing_kwh: float
    """Wanted by the cars that have left, and not got."""
    cost_eur: float
    solar_share: float


def at_once(planned: Planned, site: Site) -> Deciding:
    """No plan: every request is served from its arrival on."""
    return _deciding(planned, site, None)


def equal(planned: Planned, site: Site) -> Deciding:
    """The same, with a fixed and equal part of the main fuse for every point."""
    limit_a = site.grid.limit_a if isinstance(site.grid.limit_a, float | int) else min(site.grid.limit_a)
    part_a = (limit_a - (site.grid.base_load_max_a or 0.0)) / len(site.chargers)
    chargers = tuple(_at_most(charger, part_a) for charger in site.chargers)
    return _deciding(planned, site.model_copy(update={"chargers": chargers}), None)


def sun_only(planned: Planned, site: Site) -> Deciding:
    """Surplus, and nothing else."""
    sunny = site.model_copy(update={"default_request": "solar", "mode": ("solar",)})
    return deciding_of(sunny, wiring_of(sunny), None, (), now=planned.plan.grid.start)


def cheapest(planned: Planned, site: Site) -> Deciding:
    """Each car in its cheapest hours before it leaves, one after the other."""
    start = planned.plan.grid.start
    return _deciding(planned, site, plan_by_rule(planned.site, planned.inputs, made_at=start))


WAYS: Final[Mapping[str, Way]] = {
    "at once": at_once,
    "equal": equal,
    "sun only": sun_only,
    "cheapest": cheapest,
}


def _deciding(planned: Planned, site: Site, plan: Plan | None) -> Deciding:
    requests, now = planned.inputs.requests, planned.plan.grid.start
    return deciding_of(site, wiring_of(site), plan, requests, now=now)


def _at_most(charger: AcCharger | DcCharger, part_a: float) -> AcCharger | DcCharger:
    """The point with less than it could give; never less than it gives at least."""
    if not isinstance(charger, AcCharger):
        return charger
    own = charger.current_a
    most_a = max(own.min, min(own.max, float(part_a // own.step * own.step)))
    return charger.model_copy(update={"current_a": own.model_copy(update={"max": most_a})})


def rows(planned: Planned, wanted: Wanted) -> list[Row]:
    """What every way made of the day; ours last."""
    found = [_row(way, _run(make, planned, wanted)) for way, make in WAYS.items()]
    simulation = simulation_with(planned, wanted)
    for _ in simulation.minutes():
        pass
    return [*found, _row("ours", simulation.loop)]


def _run(make: Way, planned: Planned, wanted: Wanted) -> ClosedLoop:
    site = with_devices(planned.site)
    control = make(planned, site)
    loop = ClosedLoop(
        site, planned.inputs, planned.plan, scene_of(planned, wanted), control.wiring, control, idle_s=IDLE_S
    )
    return run_whole(loop, seconds_of_run(planned, wanted))


def _row(way: str, loop: ClosedLoop) -> Row:
    score = loop.score
    missing_kwh = sum(end.missing_kwh for end in loop.plant.visit_ends)
    return Row(way, float(score.energy_kwh.sum()), missing_kwh, score.cost_eur, score.solar_share)


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=24.0)
    given = parser.parse_args(arguments)
    planned = plan_order(PlanOrder(HOME, at=AT), datetime.now(UTC), lambda _: None)
    wanted = Wanted(int(given.hours * 3600), SEED, ())
    print(f"{'way':<10}{'charged kWh':>12}{'missing kWh':>12}{'EUR':>8}{'own sun':>9}")
    for row in rows(planned, wanted):
        print(
            f"{row.way:<10}{row.charged_kwh:>12.2f}{row.missing_kwh:>12.2f}{row.cost_eur:>8.2f}"
            f"{row.solar_share:>9.0%}"
        )


if __name__ == "__main__":
    main()
