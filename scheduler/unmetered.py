"""A grid connection without a meter: nobody sees what the house takes, so its highest load is kept free."""

from __future__ import annotations

import numpy as np

from domain.site import Site
from domain.units import kw_per_a
from scheduler.problem import FloatArray


def stated_a(site: Site) -> float | None:
    """What control keeps free at the grid in every second [A]; None where a meter says what is needed."""
    return None if site.grid.meter is not None else site.grid.base_load_max_a


def draw_limit_a(site: Site, free_a: FloatArray, base_a: FloatArray) -> FloatArray:
    """The limit on what is drawn (3, slots) [A]: charging has what the highest load leaves of ``free_a``.

    ``base_a``: the expected load less sun, which the limit holds too.
    """
    highest_a = stated_a(site)
    if highest_a is None:
        return free_a
    lowered: FloatArray = np.maximum(free_a - np.maximum(highest_a - base_a, 0.0), np.minimum(free_a, base_a))
    return lowered


def draw_limit_kw(site: Site, limit_kw: FloatArray, base_kw: FloatArray) -> FloatArray:
    """The same for the limit on the power of all phases (slots,) [kW]."""
    highest_a = stated_a(site)
    if highest_a is None:
        return limit_kw
    highest_kw = highest_a * kw_per_a(site.grid.voltage_v, site.grid.phases)
    lowered: FloatArray = np.maximum(
        limit_kw - np.maximum(highest_kw - base_kw, 0.0), np.minimum(limit_kw, base_kw)
    )
    return lowered


def unmetered_notes(site: Site) -> tuple[str, ...]:
    """What is said of it."""
    highest_a = stated_a(site)
    if not highest_a:
        return ()
    return (
        f"no meter at the grid: {highest_a:g} A (base_load_max_a) are kept free for the house all the time",
    )
