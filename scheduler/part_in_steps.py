"""What is left to choose of a form with currents in whole steps, and the way back to the whole."""

from __future__ import annotations

from dataclasses import dataclass

import scipy.sparse as sp

from scheduler.lattice import snapped, whole_steps
from scheduler.layout import Layout
from scheduler.problem import FloatArray
from scheduler.smaller import Smaller, smaller
from scheduler.standard_form import StandardForm


@dataclass(frozen=True, slots=True)
class PartInSteps:
    """What is left to choose, and what it is a part of."""

    part: Smaller
    stepped: StandardForm
    change: sp.csc_array

    @classmethod
    def of(cls, form: StandardForm, layout: Layout) -> PartInSteps:
        """The part of ``form``."""
        stepped, change = whole_steps(form, layout)
        return cls(smaller(stepped), stepped, change)

    def point(self, y: FloatArray) -> FloatArray:
        """The point of the form, of a point of the part."""
        point: FloatArray = self.change @ snapped(self.part.whole(y), self.stepped)
        return point
