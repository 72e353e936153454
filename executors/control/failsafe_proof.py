"""The proof before the start: if everything falls silent, no fuse is overloaded and no protection trips."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from domain.phases import PHASES
from domain.site import GRID, Site
from executors.control.curve import Band, current_by_points_a, current_for_a, time_by_points_s
from executors.control.highest_offers import failsafe_below_a, highest_below_a, silent
from executors.control.seam import Bools, Wiring
from executors.control.times import REACTION_S
from executors.control.wiring import wiring_of

_NEGLIGIBLE = 1e-6


class Verdict(StrEnum):
    """What the proof came to."""

    PROVEN = "proven"
    NOT_PROVEN = "not_proven"
    CANNOT_PROVE = "cannot_prove"


class Kind(StrEnum):
    """What a finding is about."""

    FUSE = "fuse"
    """The sum of failsafe currents and base load."""
    IMBALANCE = "imbalance"
    CURVE = "curve"
    """The highest offers and base load until the chargers have fallen to their failsafe."""
    UNKNOWN = "unknown"
    """``base_load_max_a`` is missing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that stands in the way of the proof, and the value that would do."""

    kind: Kind
    circuit: str
    phase: str
    """L1, L2, L3; empty where it is about none."""
    found_a: float
    """Current that may flow; NaN: unknown."""
    allowed_a: float
    largest_after_s: float | None = None
    """Longest timeout of the chargers below that would do [s]; None: none would."""
    at_zero: tuple[str, ...] = ()
    """Chargers that need a lower failsafe; 0 would do."""
    highest_failsafe_a: float | None = None
    """Highest failsafe, in tenths, that would do at all chargers that any finding names: every one from 0 to
    it fits every fuse and the imbalance limit; None: not even 0 does [A]."""
    least_failsafe_a: float = 0.0
    """Least current of ``at_zero`` but for 0 [A]."""
    most_offers_a: float | None = None
    """What the chargers below may be offered together for the proof to hold [A]."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The verdict and all that stands in its way."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    without_wires: bool
    """Every charger is simulated or plan only."""
    plan_only: bool
    """Every charger is plan only."""

    @property
    def ok(self) -> bool:
        """Whether the answer is yes, or a warning is enough because nothing is at stake."""
        if self.verdict is Verdict.CANNOT_PROVE:
            return self.without_wires
        return self.verdict is Verdict.PROVEN or self.plan_only


def prove(site: Site) -> Proof:
    """Prove that ``site`` survives silence: (a) failsafes fit every fuse, (b) nothing trips until they hold.

    (a) for every circuit and phase: sum of failsafe currents + base_load_max_a <= limit_a; their sums by
    phase keep the imbalance limit. A charger without a failsafe keeps its highest offer for ever.
    (b) the highest offers + base_load_max_a stay below the protection's curve for after_s + 15 s.
    """
    wiring = wiring_of(site)
    drivers = {charger.driver for charger in site.chargers}
    if np.isnan(wiring.base_max_a[0]):
        findings = [Finding(Kind.UNKNOWN, GRID, "", float("nan"), float("nan"))]
        verdict = Verdict.CANNOT_PROVE
    else:
        findings = [*_with_highest(wiring, [*_fuses(wiring), *_imbalance(wiring)]), *_curves(wiring, site)]
        verdict = Verdict.NOT_PROVEN if findings else Verdict.PROVEN
    return Proof(verdict, tuple(findings), drivers <= {"none", "simulated"}, drivers <= {"none"})


def _with_highest(wiring: Wiring, findings: list[Finding]) -> Iterator[Finding]:
    """The findings with the failsafe currents that would do."""
    named = np.isin(wiring.charger_ids, [name for one in findings for name in one.at_zero])
    highest_a = _highest_failsafe_a(wiring, named) if named.any() else None
    for one in findings:
        least_a = float(wiring.min_a[np.isin(wiring.charger_ids, one.at_zero)].max(initial=0.0))
        yield replace(one, highest_failsafe_a=highest_a, least_failsafe_a=least_a)


def _highest_failsafe_a(wiring: Wiring, named: Bools) -> float | None:
    """The highest failsafe of chargers, in tenths, up to which (a) holds; None: 0 does not do."""
    silent_a = silent(wiring)
    highest_a: float | None = None
    for tenths in range(int(np.ceil(10 * silent_a[named].max())) + 1):
        lowered_a = np.where(named, np.minimum(silent_a, tenths / 10), wiring.failsafe_a)
        lowered = replace(wiring, failsafe_a=lowered_a)
        if next(_fuses(lowered), None) or next(_imbalance(lowered), None):
            break
        highest_a = tenths / 10
    return highest_a


def _places(wiring: Wiring) -> Iterator[tuple[int, int]]:
    """Every circuit and phase with a limit in amperes."""
    for k, p in zip(*np.nonzero(np.isfinite(wiring.fuse_a) & wiring.grid_phases), strict=True):
        yield int(k), int(p)


def _fuses(wiring: Wiring) -> Iterator[Finding]:
    silent_a = failsafe_below_a(wiring)
    for k, p in _places(wiring):
        found_a = float(silent_a[k, p] + wiring.base_max_a[k])
        allowed_a = float(wiring.fuse_a[k, p])
        if found_a > allowed_a + _NEGLIGIBLE:
            at_zero = _to_zero(wiring, k, p, found_a - allowed_a)
            yield Finding(Kind.FUSE, wiring.circuit_ids[k], PHASES[p], found_a, allowed_a, at_zero=at_zero)


def _to_zero(wiring: Wiring, k: int, p: int, excess_a: float) -> tuple[str, ...]:
    """Points that must stop in silence so that a fuse fits."""
    return _fewest(wiring, wiring.below[k] & wiring.wired[:, p], excess_a)


def _fewest(wiring: Wiring, candidates: Bools, excess_a: float) -> tuple[str, ...]:
    """Fewest points whose failsafes make up an excess, largest first; empty where all together do not."""
    silent_a = silent(wiring)
    chosen: list[str] = []
    order = sorted(
        np.flatnonzero(candidates & (silent_a > 0)), key=lambda c: (-silent_a[c], wiring.priority[c])
    )
    for charger in order:
        if excess_a <= _NEGLIGIBLE:
            break
        chosen.append(wiring.charger_ids[charger])
        excess_a -= float(silent_a[charger])
    return tuple(chosen) if excess_a <= _NEGLIGIBLE else ()


def _imbalance(wiring: Wiring) -> Iterator[Finding]:
    by_phase_a = failsafe_below_a(wiring)[0]
    found_a = float(by_phase_a.max() - by_phase_a.min())
    if found_a > wiring.imbalance_limit_a + _NEGLIGIBLE:
        heavy, light = int(by_phase_a.argmax()), int(by_phase_a.argmin())
        at_zero = _uneven(wiring, heavy, light, found_a - wiring.imbalance_limit_a)
        yield Finding(Kind.IMBALANCE, GRID, PHASES[heavy], found_a, wiring.imbalance_limit_a, at_zero=at_zero)


def _uneven(wiring: Wiring, heavy: int, light: int, excess_a: float) -> tuple[str, ...]:
    """Points on the heavy phase and not on the light one that must stop in silence."""
    return _fewest(wiring, wiring.wired[:, heavy] & ~wiring.wired[:, light], excess_a)


def _curves(wiring: Wiring, site: Site) -> Iterator[Finding]:
    offers_a = highest_below_a(wiring, site)
    for k, p in _places(wiring):
        longest_s = _longest_timeout_s(wiring, k, p)
        found_a = float(offers_a[k, p] + wiring.base_max_a[k])
        stands_s = stands_for_s(wiring, k, p, found_a)
        if stands_s >= longest_s + REACTION_S - _NEGLIGIBLE or offers_a[k, p] <= 0:
            continue
        largest_s = float(np.floor(stands_s - REACTION_S + _NEGLIGIBLE))
        allowed_a = _stands_a(wiring, k, p, longest_s + REACTION_S)
        helps = largest_s >= 1
        yield Finding(
            Kind.CURVE,
            wiring.circuit_ids[k],
            PHASES[p],
            found_a,
            allowed_a,
            largest_after_s=largest_s if helps else None,
            most_offers_a=max(0.0, allowed_a - float(wiring.base_max_a[k])),
        )


def _longest_timeout_s(wiring: Wiring, k: int, p: int) -> float:
    """How long the slowest charger below keeps its offer in silence [s]."""
    on = wiring.below[k] & wiring.wired[:, p]
    return float(wiring.failsafe_after_s[on].max()) if on.any() else 0.0


def stands_for_s(wiring: Wiring, k: int, p: int, current_a: float) -> float:
    """How long the protection of a circuit stands a current, from hot [s]; inf: for ever."""
    if wiring.curves[k]:
        return time_by_points_s(current_a, wiring.curves[k])
    rating_a = float(wiring.rating_a[k, p])
    if not np.isfinite(rating_a):
        return float("inf")
    above = (current_a / rating_a) ** 2 - float(wiring.hold_multiple[k]) ** 2
    return float("inf") if above <= _NEGLIGIBLE else float(wiring.trip_k_s[k]) / above


def _stands_a(wiring: Wiring, k: int, p: int, duration_s: float) -> float:
    """Highest current that the protection of a circuit stands for so long [A]."""
    if wiring.curves[k]:
        return current_by_points_a(min(duration_s, 1e9), wiring.curves[k])
    band = Band(float(wiring.hold_multiple[k]), float(wiring.trip_k_s[k]))
    return current_for_a(duration_s, float(wiring.rating_a[k, p]), band)
