"""How cars share a surplus: least powers first, in order; then evenly by weight up to what each can take."""

from __future__ import annotations

import numpy as np

from executors.tracking.arrays import Bools, Floats, Ints

_EPS = 1e-9


def shared_kw(
    surplus_kw: float, takes: Bools, least_kw: Floats, most_kw: Floats, rank: Ints, weight: Floats
) -> Floats:
    """Share [kW] of every car, at most ``most_kw``, in all at most ``surplus_kw``. Cars of a lower ``rank``
    get their least power first; who cannot have it gets what is then left, so that nothing is hidden from
    a car that waits to begin. The rest is shared by weight.
    """
    share_kw = np.zeros(len(takes))
    left_kw = max(surplus_kw, 0.0)
    order = np.flatnonzero(takes)[np.argsort(rank[takes], kind="stable")]
    if len(order) == 0:
        return share_kw
    in_kw = np.cumsum(least_kw[order])
    served = order[in_kw <= left_kw + _EPS]
    if len(served) == 0:
        share_kw[order[0]] = left_kw
        return share_kw
    share_kw[served] = least_kw[served]
    left_kw -= float(in_kw[len(served) - 1])
    return _fill(share_kw, served, left_kw, most_kw, weight)


def _fill(share_kw: Floats, served: Ints, left_kw: float, most_kw: Floats, weight: Floats) -> Floats:
    """The shares after ``left_kw`` has been poured over ``served`` by weight, none above its most."""
    room_kw = np.maximum(most_kw[served] - share_kw[served], 0.0)
    full = room_kw / weight[served]
    order = np.argsort(full, kind="stable")
    room, weights, heights = room_kw[order], weight[served][order], full[order]
    for index, height in enumerate(heights):
        open_weight = float(weights[index:].sum())
        level = left_kw / open_weight
        if level <= height:
            share_kw[served[order[index:]]] += level * weights[index:]
            return share_kw
        share_kw[served[order[index]]] += room[index]
        left_kw -= float(room[index])
    return share_kw
