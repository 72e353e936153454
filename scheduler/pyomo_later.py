"""Pyomo, loaded when something is stated with it for the first time.

Plans are made from matrices that are written straight (``written_rules``), so that most runs never need it.
It takes longer to load than a house takes to plan, and loads the statistics of SciPy too.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyomo.environ as pyo
else:

    class _Later:
        """Stands for the module until something of it is asked for."""

        def __getattr__(self, name: str) -> object:
            found = getattr(import_module("pyomo.environ"), name)
            setattr(self, name, found)
            return found

    pyo = _Later()

__all__ = ["pyo"]
