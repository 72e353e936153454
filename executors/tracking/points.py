"""What tracking must know of the site beyond its wiring: switching, whose sun it is, modes, the peak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from domain.site_chargers import AcCharger, PhaseSwitching
from domain.site_root import Site
from executors.control.seam import Wiring
from executors.tracking.arrays import Bools, Floats, Ints
from executors.tracking.plan_peak import window_s_of

ANY_NUMBER: Final = 1_000_000
"""Switches per session where the owner sets no cap."""
HOLD_S: Final = 600.0
"""Least time between two phase switches where the owner gives none [s]."""
HYSTERESIS_KW: Final = 0.2
"""Distance from the threshold where the owner gives none [kW]."""


@dataclass(frozen=True, slots=True)
class Points:
    """The site's chargers and rules, made once; arrays over chargers in the order of the wiring."""

    wiring: Wiring
    kw_per_a: Floats
    """Power of one ampere on one phase at the grid, a DC point's power factor included (C,) [kW]."""
    full_kw: Floats
    """The most that each charger gives on all its phases (C,)."""
    one_phase: Bools
    """Shape (C, 3): the grid phase of the first terminal."""
    switches: Bools
    """The charger can change between one phase and all of them."""
    oneway: Bools
    """Only from all to one."""
    max_switches: Ints
    """Per session."""
    hold_s: Floats
    hysteresis_kw: Floats
    at_limit: Ints
    """How it ends when the switches are used up: 0 as it is, 1 on one phase, 3 on all."""
    sun: Bools
    """Solar surplus may go to this charger."""
    follows_sun: bool
    """Mode solar: surplus beyond the plan is used."""
    default_request: Literal["none", "solar", "cheapest", "full"]
    has_battery: bool
    window_s: float
    """Length of the peak's window [s]."""


def points_of(site: Site, wiring: Wiring) -> Points:
    """What tracking needs of ``site``, whose wiring is ``wiring``."""
    switching = [each.phase_switching if isinstance(each, AcCharger) else None for each in site.chargers]
    first = np.zeros((len(site.chargers), 3), dtype=np.bool_)
    first[np.arange(len(site.chargers)), wiring.terminals[:, 0]] = True
    can = np.array([each is not None and each.mode != "never" for each in switching])
    return Points(
        wiring=wiring,
        kw_per_a=wiring.kw_per_a[0],
        full_kw=wiring.max_a * wiring.wired.sum(axis=1) * wiring.kw_per_a[0],
        one_phase=first,
        switches=can & (wiring.wired.sum(axis=1) > 1),
        oneway=np.array([each is not None and each.mode == "oneway" for each in switching]),
        max_switches=np.array([_cap(each) for each in switching], dtype=np.int64),
        hold_s=np.array([_or(each.hold_s if each else None, HOLD_S) for each in switching]),
        hysteresis_kw=np.array(
            [_or(each.hysteresis_kw if each else None, HYSTERESIS_KW) for each in switching]
        ),
        at_limit=np.array([_at_limit(each) for each in switching], dtype=np.int64),
        sun=_sun(site),
        follows_sun="solar" in site.mode,
        default_request=site.default_request,
        has_battery=site.battery is not None,
        window_s=window_s_of(site),
    )


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _cap(switching: PhaseSwitching | None) -> int:
    if switching is None or switching.mode == "never":
        return 0
    return ANY_NUMBER if switching.max_per_session is None else switching.max_per_session


def _at_limit(switching: PhaseSwitching | None) -> int:
    said = switching.at_limit if switching else None
    return {None: 0, "stay": 0, "single": 1, "three": 3}[said]


def _sun(site: Site) -> Bools:
    """Which chargers may have the surplus: those of the groups that say so, else all."""
    favoured = {charger_id for group in site.groups if group.solar for charger_id in group.chargers}
    return np.array([not favoured or each.id in favoured for each in site.chargers], dtype=np.bool_)
