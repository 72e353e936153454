"""An inverter that keeps the export below a limit by itself."""

from __future__ import annotations


class Curtailing:
    """Cuts the sun as far as the export asks for, one second after it was measured."""

    def __init__(self, export_limit_kw: float | None) -> None:
        self._limit_kw = export_limit_kw
        self.left = 1.0
        """Share of the sun that is used."""

    def look(self, exchange_kw: float, solar_kw: float) -> None:
        """See one second: ``exchange_kw`` is negative when fed in, ``solar_kw`` what the sun would give."""
        if self._limit_kw is None or (self.left == 1.0 and -exchange_kw <= self._limit_kw):
            return
        used_kw = solar_kw * self.left
        allowed_kw = used_kw + self._limit_kw + exchange_kw
        self.left = 1.0 if solar_kw <= 0 else max(0.0, min(1.0, allowed_kw / solar_kw))
