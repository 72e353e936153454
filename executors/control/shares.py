"""Fair shares of scarce room: how offers come down to fit, and how far they may all go up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from executors.control.levels import level_of_rows
from executors.control.quick import as_floats, every, some
from executors.control.seam import Bools, Floats, Ints, Wiring

_NEGLIGIBLE = 1e-6


@dataclass(frozen=True)
class Claim:
    """What decides between chargers when room is short (C)."""

    priority: Ints
    """Higher classes come strictly first."""
    weight: Floats
    """Shares inside a class."""
    ranked: Callable[[], Ints]
    """Makes the rank, where somebody asks for it."""

    @cached_property
    def rank(self) -> Ints:
        """Order in which chargers of a class keep their minimum: 0 first (C)."""
        return self.ranked()


def on_the_grid_of(wiring: Wiring, current_a: Floats, which: Ints | None = None) -> Floats:
    """Offers rounded down to what each charger can be told: 0, or minimum and whole steps above it.

    ``which``: the chargers that they are for, where not all; offers of all seldom change.
    """
    if which is None:
        return _on_the_grid_of_all(wiring, as_floats(current_a).tobytes())
    min_a, step_a, max_a = wiring.min_a[which], wiring.step_a[which], wiring.max_a[which]
    return _rounded_a(current_a, min_a, step_a, max_a)


def _rounded_a(current_a: Floats, min_a: Floats, step_a: Floats, max_a: Floats) -> Floats:
    steps = np.floor((current_a - min_a) / step_a + _NEGLIGIBLE)
    told_a = np.minimum(min_a + steps * step_a, max_a)
    return np.where(current_a >= min_a - _NEGLIGIBLE, told_a, 0.0)


@lru_cache(maxsize=16)
def _on_the_grid_of_all(wiring: Wiring, current_a: bytes) -> Floats:
    told_a = _rounded_a(np.frombuffer(current_a), wiring.min_a, wiring.step_a, wiring.max_a)
    told_a.flags.writeable = False
    return told_a


@lru_cache(maxsize=64)
def no_row(count: int) -> Ints:
    """Nobody was cut by any row."""
    rows = np.full(count, -1)
    rows.flags.writeable = False
    return rows


def _classes(priority: Ints) -> list[int]:
    """The classes there are, lowest first."""
    return sorted(set(priority.tolist()))


def cut_to_fit(
    wiring: Wiring, offers_a: Floats, weights: Floats, room: Floats, claim: Claim
) -> tuple[Floats, Ints]:
    """Offers lowered until every row fits, and the row that cut each charger last (-1: none).

    The fullest row comes first. Inside it the lowest class gives way first: down to its minimum by weighted
    shares, then charger by charger to 0; only then the next class.
    """
    excess = weights.dot(offers_a) - room
    if every(excess <= _NEGLIGIBLE):
        return offers_a, no_row(len(offers_a))
    by_row = np.full(len(offers_a), -1)
    for _ in range(2 * len(room) + 2):
        row = int(excess.argmax())
        if excess[row] <= _NEGLIGIBLE:
            break
        lowered_a = _cut_row(wiring, offers_a, weights[row], float(room[row]), claim)
        by_row[lowered_a < offers_a - _NEGLIGIBLE] = row
        if np.array_equal(lowered_a, offers_a):
            room = np.where(np.arange(len(room)) == row, np.inf, room)
        offers_a = lowered_a
        excess = weights @ offers_a - room
    return offers_a, by_row


def _cut_row(wiring: Wiring, offers_a: Floats, weight_on: Floats, room: float, claim: Claim) -> Floats:
    """Offers lowered until one row fits; all of its chargers at 0 when it cannot."""
    on = (weight_on > 0) & (offers_a > 0)
    for rank in _classes(claim.priority[on]):
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
    least_a = np.minimum(wiring.min_a, offers_a)
    level = level_of_rows(
        weight_on[np.newaxis, members],
        share[members],
        least_a[members],
        offers_a[members],
        np.array([room]),
    )[0]
    return on_the_grid_of(wiring, np.minimum(np.maximum(level * share, least_a), offers_a))


def _kept(members: Bools, least_a: Floats, weight_on: Floats, room: float, rank: Ints) -> Bools:
    """Members that keep their minimum: in order of rank, as many as fit (C)."""
    kept = np.zeros(len(members), dtype=bool)
    order = by_rank(members, rank)
    for charger, need in zip(order.tolist(), (weight_on * least_a)[order].tolist(), strict=True):
        if need <= room + _NEGLIGIBLE:
            kept[charger] = True
            room -= need
    return kept


def by_rank(members: Bools, rank: Ints) -> Ints:
    """The members, first rank first."""
    (chosen,) = members.nonzero()
    return chosen[rank[chosen].argsort(kind="stable")]


def fair_offers(wiring: Wiring, top_a: Floats, weights: Floats, room: Floats, claim: Claim) -> Floats:
    """The fairest offers up to ``top_a``: classes in turn, minimum by rank, then by weight (C) [A]."""
    offers_a = np.zeros(len(top_a))
    for rank in reversed(_classes(claim.priority)):
        members = (claim.priority == rank) & (top_a >= wiring.min_a - _NEGLIGIBLE)
        slack = np.maximum(room - weights @ offers_a, 0.0)
        started = _started(wiring, members, weights, slack, claim.rank)
        offers_a = _raised_together(wiring, offers_a, top_a, weights, room, claim.weight, started)
    return on_the_grid_of(wiring, offers_a)


def _started(wiring: Wiring, members: Bools, weights: Floats, slack: Floats, rank: Ints) -> Bools:
    """Members that get at least their minimum (C): in order of rank, whoever still fits."""
    room = slack + _NEGLIGIBLE
    short = ~(weights.dot(np.where(members, wiring.min_a, 0.0)) <= room)
    if not some(short):
        return members
    started = np.zeros(len(members), dtype=bool)
    order, room = by_rank(members, rank), room[short]
    need = weights[short][:, order] * wiring.min_a[order]
    while order.size:
        alone = (need <= room[:, np.newaxis]).all(axis=0)
        order, need = order[alone], need[:, alone]
        taken = need.cumsum(axis=1)
        many = leading(np.asarray((taken <= room[:, np.newaxis]).all(axis=0)))
        if not many:
            break
        started[order[:many]] = True
        room = room - taken[:, many - 1]
        order, need = order[many:], need[:, many:]
    return started


def leading(yes: Bools) -> int:
    """How many of the first ones are all true."""
    return len(yes) if every(yes) else int(yes.argmin())


def _raised_together(
    wiring: Wiring,
    offers_a: Floats,
    top_a: Floats,
    weights: Floats,
    room: Floats,
    share: Floats,
    started: Bools,
) -> Floats:
    """Offers of those that started, raised to one level per weight; who meets a full row stays there.

    A row is decided when none of its members is held lower by another row; there is always such a row.
    """
    free = started.copy()
    offers_a = np.where(started, wiring.min_a, offers_a)
    while some(free):
        tops_a = np.where(free, top_a, offers_a)
        full = ~(weights.dot(tops_a) <= room + _NEGLIGIBLE)
        tight = full & (weights.dot(free) > 0) if some(full) else full
        if not some(tight):
            return tops_a
        on, (members,) = weights[tight], free.nonzero()
        left = room[tight] - on.dot(np.where(free, 0.0, offers_a))
        on = on[:, members]
        counts, least_a, most_a = on > 0, wiring.min_a[members], top_a[members]
        levels = level_of_rows(on, share[members], least_a, most_a, left)
        own = np.where(counts, levels[:, np.newaxis], np.inf).min(axis=0)
        decided = np.where(counts, own, np.inf).min(axis=1) >= levels
        stays = counts[decided].any(axis=0) | np.isinf(own)
        level_a = np.minimum(np.maximum(own * share[members], least_a), most_a)
        offers_a[members[stays]] = level_a[stays]
        free[members[stays]] = False
    return offers_a
