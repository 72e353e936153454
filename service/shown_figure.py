"""A figure that a notebook shows by itself."""

from __future__ import annotations

import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


class ShownFigure(Figure):
    """A matplotlib figure with a canvas of its own, which needs no window and no pyplot."""

    @classmethod
    def sized(cls, width_in: float, height_in: float, dpi: int) -> ShownFigure:
        """An empty white figure [inch, dots per inch]."""
        figure = cls(figsize=(width_in, height_in), dpi=dpi, facecolor="white")
        FigureCanvasAgg(figure)
        return figure

    def _repr_png_(self) -> bytes:
        """The picture that a notebook shows."""
        buffer = io.BytesIO()
        self.savefig(buffer, format="png")
        return buffer.getvalue()
