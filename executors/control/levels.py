"""The level to which chargers come together when a row is full: exact, by its breakpoints."""

from __future__ import annotations

import numpy as np

from executors.control.seam import Floats


def level_of_rows(weights: Floats, share: Floats, least_a: Floats, top_a: Floats, room: Floats) -> Floats:
    """Highest level of every row (R,) [A per share] at which its members still fit; inf where all tops do.

    At a level each member has level x share, but no less than its least and no more than its top; ``weights``
    (R, M) says what an ampere of it counts on the row. What a row carries grows along straight lines between
    the levels at which a member leaves its least or reaches its top, so the answer is no approximation. Where
    not even the leasts fit the level is the lowest one.
    """
    breaks = np.concatenate((least_a / share, top_a / share))
    order = breaks.argsort()
    at = breaks[order]
    steep = weights * share
    slope = np.concatenate((steep, -steep), axis=1)[:, order].cumsum(axis=1)
    load = np.empty_like(slope)
    load[:, 0] = weights @ least_a
    load[:, 1:] = load[:, :1] + (slope[:, :-1] * (at[1:] - at[:-1])).cumsum(axis=1)
    over = ~(load <= room[:, np.newaxis])
    first = over.argmax(axis=1)
    rows, before = np.arange(len(room)), np.maximum(first - 1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = at[before] + (room - load[rows, before]) / slope[rows, before]
    level = np.where(first > 0, np.minimum(between, at[first]), at[0])
    return np.where(over.any(axis=1), level, np.inf)
