"""What tracking follows: plan, requests, the owner's word, the peak; made anew when one changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.plan import Plan
from domain.requests import ChargeRequest
from domain.site_root import Site
from executors.control.seam import Wiring
from executors.tracking.overrides import Override
from executors.tracking.plan_peak import plan_peak_kw, window_s_of
from executors.tracking.plan_rows import PlanRows, plan_rows
from executors.tracking.wishes import WishTable, wish_table


@dataclass(frozen=True, slots=True)
class Orders:
    """All that is wished, as arrays in the order of the wiring."""

    rows: PlanRows | None
    table: WishTable
    overrides: tuple[Override, ...] = ()
    peak_kw: float = float("inf")
    """Mean import of a window that costs nothing more [kW]; inf where no peak is kept."""


def orders_of(
    site: Site,
    wiring: Wiring,
    plan: Plan | None,
    requests: Sequence[ChargeRequest],
    overrides: Sequence[Override] = (),
    *,
    now: datetime,
    used_kwh: float | None = None,
) -> Orders:
    """The orders from plan, requests and overrides. ``now`` tells the month of the peak.

    ``used_kwh``: import of the peak's running window before the plan begins; None: not known.
    """
    return Orders(
        rows=None if plan is None else plan_rows(plan, site, wiring.charger_ids),
        table=wish_table(requests, site, wiring.charger_ids),
        overrides=tuple(overrides),
        peak_kw=peak_kw(site, plan, now, used_kwh),
    )


def peak_kw(site: Site, plan: Plan | None, now: datetime, used_kwh: float | None = None) -> float:
    """Import peak [kW] to keep in mode capacity: the billed floor, the month's peak so far, the peak that
    the plan itself has decided to pay, or ``target_kw``, what is highest; inf where nothing is billed.
    """
    if "capacity" not in site.mode:
        return float("inf")
    peak = site.tariff.peak
    known: list[float | None] = [site.target_kw] if peak is None else [peak.floor_kw]
    month = now.astimezone(ZoneInfo(site.location.time_zone)).strftime("%Y-%m")
    if peak is not None and peak.so_far is not None and peak.so_far.month == month:
        known.append(peak.so_far.kw)
    if plan is not None:
        known.append(plan_peak_kw(plan, window_s_of(site), used_kwh))
    return max((kw for kw in known if kw is not None), default=float("inf"))
