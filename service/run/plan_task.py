"""One planning as the daemon asks for it: what is needed goes in, plan and requests come out."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from domain.inputs import PlanInputs
from domain.plan import Plan
from domain.requests import ChargeRequest, default_request_id
from domain.running import Running
from domain.site import Site
from domain.site_tariff import MonthPeak
from domain.site_vehicles import Vehicle
from service.run.car_limits import CarLimits, within

if TYPE_CHECKING:
    from forecasting.gather import Files
    from forecasting.live.answer import Live
    from scheduler.planner import PlanOptions

GAP: Final = 0.01
SOLVE_S: Final = 60.0
ASK_S: Final = 45.0
"""All live sources together have so long."""
_USUAL_EFFICIENCY: Final = 0.9


@dataclass(frozen=True, slots=True)
class PlanFiles:
    """Files that were named on the command line."""

    prices: Path | None = None
    solar: Path | None = None
    load: Path | None = None
    requests: Path | None = None

    def from_here(self) -> PlanFiles:
        """The same for a process in another folder."""
        prices, solar, load, requests = map(_from_here, (self.prices, self.solar, self.load, self.requests))
        return PlanFiles(prices, solar, load, requests)


def _from_here(path: Path | None) -> Path | None:
    return None if path is None else path.absolute()


NO_FILES: Final = PlanFiles()


@dataclass(frozen=True, slots=True)
class PlanTask:
    """What a plan is to be made from."""

    site: Site
    base: Path
    """Folder from which the site file's own paths count."""
    now: datetime
    files: PlanFiles = NO_FILES
    cache: Path | None = None
    delivered_kwh: Mapping[str, float] = field(default_factory=dict)
    """By request: what the car has had already."""
    limits: Mapping[str, CarLimits] = field(default_factory=dict)
    """By request: what its car has shown."""
    running: Mapping[str, Running] = field(default_factory=dict)
    previous: Plan | None = None
    peak: MonthPeak | None = None
    """The highest import of this month that was seen; the site file's own counts too."""
    window_import_kwh: float | None = None
    """Import of the running window of the capacity tariff; none where not known."""
    ran_h: Mapping[str, float] = field(default_factory=dict)
    """By flexible load: hours that it has run in its running window."""
    battery_soc: float | None = None
    curtailed: tuple[tuple[datetime, datetime], ...] = ()
    """When the grid operator's ceiling is reckoned with."""

    def from_here(self) -> PlanTask:
        """The same for a process in another folder."""
        files, cache = self.files.from_here(), _from_here(self.cache)
        return replace(self, base=self.base.absolute(), files=files, cache=cache)


@dataclass(frozen=True, slots=True)
class PlanMade:
    """What came of it."""

    plan: Plan
    requests: tuple[ChargeRequest, ...]
    """With their whole energy, as tracking counts them."""
    inputs: PlanInputs
    ask_again: datetime | None
    """When a price source that lacks something is worth asking again."""


def planned(task: PlanTask) -> PlanMade:
    """Ask the sources, gather, and solve; raises as ``service.planning.plan_order``."""
    from forecasting.gather import Files
    from scheduler.planner import PlanOptions
    from service.live import live_answers

    given = task.files
    files = Files(given.prices, given.solar, given.load, given.requests, base=task.base)
    live = live_answers(task.site, files, task.now, task.now, task.cache, lambda _: None, ASK_S)
    made = planned_from(task, files, live, PlanOptions(gap=GAP, time_limit_s=SOLVE_S))
    return replace(made, ask_again=ask_again(live, task.now))


def planned_from(
    task: PlanTask, files: Files, live: Live, options: PlanOptions, slot_min: int = 15
) -> PlanMade:
    """Gather from files and from what the sources answered, and solve for what is still missing."""
    from forecasting.gather import gather
    from scheduler.planner import plan_site

    site = _with_seen(task.site, task.peak)
    inputs = gather(site, task.now, files, slot_min, live)
    inputs = replace(
        inputs,
        requests=tuple(map(named, inputs.requests)),
        window_import_kwh=task.window_import_kwh,
    )
    left = still_missing(inputs.requests, task.delivered_kwh, site)
    asked = replace(
        inputs,
        requests=tuple(within(one, task.limits, site) for one in left),
        running=task.running,
        previous=task.previous,
        ran_h=task.ran_h,
        battery_soc=task.battery_soc,
        curtailed=task.curtailed,
    )
    plan = plan_site(site, asked, made_at=task.now, clock=time.monotonic, options=options)
    return PlanMade(plan, inputs.requests, inputs, None)


def _with_seen(site: Site, seen: MonthPeak | None) -> Site:
    """The site with the peak that was seen, where it is higher than what the owner wrote of that month."""
    peak = site.tariff.peak
    if peak is None or seen is None:
        return site
    if peak.so_far is not None and peak.so_far.month == seen.month and peak.so_far.kw >= seen.kw:
        return site
    return with_peak(site, seen)


def with_peak(site: Site, so_far: MonthPeak) -> Site:
    """The site with this peak of the month in place of the owner's word, where peaks are billed."""
    peak = site.tariff.peak
    if peak is None:
        return site
    tariff = site.tariff.model_copy(update={"peak": peak.model_copy(update={"so_far": so_far})})
    return site.model_copy(update={"tariff": tariff})


def still_missing(
    requests: Sequence[ChargeRequest], delivered_kwh: Mapping[str, float], site: Site
) -> tuple[ChargeRequest, ...]:
    """The requests, all named, less what was delivered."""
    return tuple(_less(one, delivered_kwh.get(one.id, 0.0), site) for one in requests)


def named(request: ChargeRequest) -> ChargeRequest:
    """The request with the name that plan, tracking and file know it by."""
    arrival = request.arrival.astimezone(UTC)
    return request.model_copy(update={"id": request.id or default_request_id(request.charger, arrival)})


def _less(request: ChargeRequest, delivered_kwh: float, site: Site) -> ChargeRequest:
    """The request less some energy, and from the state of charge on that the car has now."""
    if delivered_kwh <= 0:
        return request
    if request.energy_kwh is not None:
        left_kwh = max(0.0, request.energy_kwh - delivered_kwh)
        request = request.model_copy(update={"energy_kwh": left_kwh})
    vehicle = None if request.vehicle is None else site.vehicle(request.vehicle)
    if vehicle is None or vehicle.battery_kwh is None or request.soc_now is None:
        return request
    risen = delivered_kwh * _efficiency(vehicle) / vehicle.battery_kwh
    return request.model_copy(update={"soc_now": min(1.0, request.soc_now + risen)})


def _efficiency(vehicle: Vehicle) -> float:
    """From the plug into the battery; the lowest of a table, so that no car is taken as fuller than it is."""
    stated = vehicle.efficiency
    if isinstance(stated, tuple):
        return min(point.efficiency for point in stated)
    return _USUAL_EFFICIENCY if stated is None else stated


def ask_again(live: Live, now: datetime) -> datetime | None:
    """The first moment at which an incomplete price source wants to be asked again."""
    due = [one.next_try for one in live.prices.values() if not one.complete and one.next_try is not None]
    return min((moment for moment in due if moment > now), default=None)
