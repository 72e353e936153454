"""Arrays over chargers: their types, and what is not known in them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


def known(values: Floats, missing: float = 0.0) -> Floats:
    """The same with ``missing`` for what is not known; infinite values stay."""
    filled: Floats = np.where(np.isnan(values), missing, values)
    return filled
