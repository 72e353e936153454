"""Fair shares of scarce room: how offers come down to fit, and how far they may all go up."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from executors.control.seam import Bools, Floats, Ints, Wiring

_NEGLIGIBLE = 1e-6
_HALVINGS = 24


class Claim(NamedTuple):
    """What decides between chargers when room is short (C)."""

    priority: Ints
    """Higher classes come strictly first."""
    weight: Floats
    """Shares inside a class."""
    rank: Ints
    """Order in which chargers of a class keep their minimum: 0 first."""


def on_the_grid_of(wiring: Wiring, current_a: Floats) -> Floats:
    """Offers rounded down to what each charger can be told: 0, or minimum and whole steps above it."""
    steps = np.floor((current_a - wiring.min_a) / wiring.step_a + _NEGLIGIBLE)
    told_a = np.minimum(wiring.min_a + steps * wiring.step_a, wiring.max_a)
    return np.where(current_a >= wiring.min_a - _NEGLIGIBLE, told_a, 0.0)


def cut_to_fit(
    wiring: Wiring, offers_a: Floats, weights: Floats, room: Floats, claim: Claim
) -> tuple[Floats, Ints]:
    """Offers lowered until every row fits, and the row that cut each charger last (-1: none).

    The fullest row comes first. Inside it the lowest class gives way first: down to its minimum by weighted
    shares, then charger by charger to 0; only then the next class.
    """
    offers_a = offers_a.copy()
    by_row = np.full(len(offers_a), -1)
    for _ in range(2 * len(room) + 2):
        excess = weights @ offers_a - room
        row = int(excess.argmax())
        if excess[row] <= _NEGLIGIBLE:
            break
        lowered_a = _cut_row(wiring, offers_a, weights[row], float(room[row]), claim)
        by_row[lowered_a < offers_a - _NEGLIGIBLE] = row
        if np.array_equal(lowered_a, offers_a):
            room = np.where(np.arange(len(room)) == row, np.inf, room)
        offers_a = lowered_a
    return offers_a, by_row


def _cut_row(wiring: Wiring, offers_a: Floats, weight_on: Floats, room: float, claim: Claim) -> Floats:
    """Offers lowered until one row fits; all of its chargers at 0 when it cannot."""
    on = (weight_on > 0) & (offers_a > 0)
    for rank in np.unique(claim.priority[on]):
        members = on & (claim.priority == rank)
        others = float(weight_on @ np.where(members, 0.0, offers_a))
        least_a = np.where(members, np.minimum(wiring.min_a, offers_a), 0.0)
        if others + float(weight_on @ least_a) <= room + _NEGLIGIBLE:
            shared_a = _level(wiring, offers_a, weight_on, room - others, claim.weight, members)
            return np.where(members, shared_a, offers_a)
        kept = _kept(members, least_a, weight_on, room - others, claim.rank)
        if kept.any():
            shared_a = _level(wiring, offers_a, weight_on, room - others, claim.weight, kept)
            return np.where(members, np.where(kept, shared_a, 0.0), offers_a)
        offers_a = np.where(members, 0.0, offers_a)
    return offers_a


def _level(
    wiring: Wiring, offers_a: Floats, weight_on: Floats, room: float, share: Floats, members: Bools
) -> Floats:
    """The highest common level per weight under which the members of one row fit (C) [A]."""
    least_a, top_a = np.minimum(wiring.min_a, offers_a), offers_a
    counted = np.where(members, weight_on, 0.0)
    low, high = 0.0, float((top_a / share)[members].max())
    for _ in range(_HALVINGS):
        level = (low + high) / 2
        if counted @ np.clip(level * share, least_a, top_a) <= room:
            low = level
        else:
            high = level
    return on_the_grid_of(wiring, np.clip(low * share, least_a, top_a))


def _kept(members: Bools, least_a: Floats, weight_on: Floats, room: float, rank: Ints) -> Bools:
    """Members that keep their minimum: in order of rank, as many as fit (C)."""
    kept = np.zeros(len(members), dtype=bool)
    for charger in sorted(np.flatnonzero(members), key=lambda c: rank[c]):
        need = weight_on[charger] * least_a[charger]
        if need <= room + _NEGLIGIBLE:
            kept[charger] = True
            room -= need
    return kept


def fair_offers(wiring: Wiring, top_a: Floats, weights: Floats, room: Floats, claim: Claim) -> Floats:
    """The fairest offers up to ``top_a``: classes in turn, minimum by rank, then by weight (C) [A]."""
    offers_a = np.zeros(len(top_a))
    for rank in np.unique(claim.priority)[::-1]:
        members = (claim.priority == rank) & (top_a >= wiring.min_a - _NEGLIGIBLE)
        slack = np.maximum(room - weights @ offers_a, 0.0)
        started = _started(wiring, members, weights, slack, claim.rank)
        offers_a = _raised_together(wiring, offers_a, top_a, weights, room, claim.weight, started)
    return on_the_grid_of(wiring, offers_a)


def _started(wiring: Wiring, members: Bools, weights: Floats, slack: Floats, rank: Ints) -> Bools:
    """Members that get at least their minimum (C)."""
    everybody = weights @ np.where(members, wiring.min_a, 0.0)
    if np.all(everybody <= slack + _NEGLIGIBLE):
        return members
    started = np.zeros(len(members), dtype=bool)
    for charger in sorted(np.flatnonzero(members), key=lambda c: rank[c]):
        need = weights[:, charger] * wiring.min_a[charger]
        if np.all(need <= slack + _NEGLIGIBLE):
            started[charger] = True
            slack = slack - need
    return started


def _raised_together(
    wiring: Wiring,
    offers_a: Floats,
    top_a: Floats,
    weights: Floats,
    room: Floats,
    share: Floats,
    started: Bools,
) -> Floats:
    """Offers of those that started, raised to one level per weight; who meets a full row stays there."""
    free = started.copy()
    offers_a = np.where(started, wiring.min_a, offers_a)
    while free.any():
        low, high = 0.0, float((top_a / share)[free].max())
        if np.all(weights @ np.where(free, top_a, offers_a) <= room + _NEGLIGIBLE):
            return np.where(free, top_a, offers_a)
        for _ in range(_HALVINGS):
            level = (low + high) / 2
            tried_a = np.where(free, np.clip(level * share, wiring.min_a, top_a), offers_a)
            if np.all(weights @ tried_a <= room + _NEGLIGIBLE):
                low = level
            else:
                high = level
        offers_a = np.where(free, np.clip(low * share, wiring.min_a, top_a), offers_a)
        full = weights @ offers_a >= room - 1e-3
        stopped = (weights[full] > 0).any(axis=0)
        free = free & ~stopped & (offers_a < top_a - _NEGLIGIBLE) if stopped.any() else np.zeros_like(free)
    return offers_a
