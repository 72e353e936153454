"""The peak that a plan has decided to pay: its highest import by the windows of the capacity tariff."""

from __future__ import annotations

import numpy as np

from domain.plan import Plan
from domain.site_root import Site
from domain.units import S_PER_H, S_PER_MIN, hours_from_s

_USUAL_MIN = 15


def window_s_of(site: Site) -> float:
    """Length of the windows whose mean import counts [s]."""
    peak = site.tariff.peak
    return (_USUAL_MIN if peak is None else peak.window_min) * S_PER_MIN


def plan_peak_kw(plan: Plan, window_s: float, used_kwh: float | None) -> float:
    """Highest mean import of a window of the meter's clock [kW].

    A plan may begin in the midst of one: what that took before is ``used_kwh``; None counts as going on
    like the first slot. A slot that is cut short may draw far more than its window's mean, which is no
    peak; nor is one slot of a longer window.
    """
    edges_s, import_kw = plan.grid.edges_s.astype(np.float64), plan.power.import_kw
    energy_kwh = np.concatenate(([0.0], np.cumsum(import_kw * np.diff(edges_s) / S_PER_H)))
    borders_s = np.arange(edges_s[0] // window_s, edges_s[-1] // window_s + 2) * window_s
    by_window_kwh = np.diff(np.interp(borders_s, edges_s, energy_kwh))
    before_h = hours_from_s(float(edges_s[0] - borders_s[0]))
    if before_h > 0:
        by_window_kwh[0] += float(import_kw[0]) * before_h if used_kwh is None else used_kwh
    return float(by_window_kwh.max()) * S_PER_H / window_s
