"""What was recorded of a load: by the file of the command line, and by the site's own record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from domain.site_energy import HabitLoad
from forecasting.ask import Ask
from forecasting.faults import Faults
from forecasting.habit import recent
from forecasting.intervals import filled
from forecasting.load_phases import Phases, on_phases, read_load

_ALWAYS: Final = datetime(2200, 1, 1, tzinfo=UTC)
"""No row of a record has to be there."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The two files; each may be none."""

    given: Phases | None
    """Of the command line; what it holds of the time to come is whole."""
    kept: Phases | None
    """``load.path``; what it holds of the time to come is not looked at."""


def read_recorded(load: HabitLoad, ask: Ask, load_file: Path | None) -> Recorded:
    """Both files. The past may have gaps and empty cells; raises ``InputError`` with every other fault."""
    given = kept = None
    faults = Faults()
    phases = ask.site.grid.phases
    with faults.collecting():
        given = None if load_file is None else read_load(load_file, phases, holes_until=ask.start)
    with faults.collecting():
        kept = None if load.path is None else read_load(ask.base / load.path, phases, holes_until=_ALWAYS)
    faults.raise_any()
    return Recorded(given, kept)


def past_of(recorded: Recorded, ask: Ask) -> Phases | None:
    """What is known of all phases in the last weeks before the plan; none where that is nothing.

    Where both files know a moment, that of the command line counts.
    """
    files = [one for one in (recorded.given, recorded.kept) if one is not None]
    pasts = [past for past in (_known_past(one, ask) for one in files) if past is not None]
    if len(pasts) < 2:
        return pasts[0] if pasts else None
    first, second = pasts
    source = f"{first[0].source} and {second[0].source}"
    l1, l2, l3 = (
        replace(mine, source=source, intervals=filled(mine.intervals, theirs.intervals))
        for mine, theirs in zip(first, second, strict=True)
    )
    return l1, l2, l3


def _known_past(record: Phases, ask: Ask) -> Phases | None:
    """The moments of the last weeks at which every phase is known; none where there are none."""
    missing = np.any([np.isnan(one.intervals.values) for one in record], axis=0)
    parts = []
    for one in record:
        whole = one.intervals.with_values(np.where(missing, np.nan, one.intervals.values))
        lately = recent(whole, ask.start)
        if lately is None:
            return None
        parts.append(replace(one, intervals=lately))
    return on_phases(parts)
