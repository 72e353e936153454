"""What a source is asked: for which site and time, beside which folder, after which live answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from domain.site import Site
from forecasting.live.answer import Live


@dataclass(frozen=True, slots=True)
class Ask:
    """For which site and time a source shall say what it knows."""

    site: Site
    start: datetime
    end: datetime
    """Sources that follow a rule answer for all of ``[start, end)``, others for what they have."""
    base: Path
    """Folder of the site file, from which its relative paths count."""
    live: Live = field(default_factory=Live)
    """What the live sources answered; they were asked before."""

    @property
    def time_zone(self) -> str:
        """IANA name of the site's zone."""
        return self.site.location.time_zone
