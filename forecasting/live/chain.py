"""The fallbacks of one series: own source, a second one, the last good answer; and which of them counts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from domain.series import Quality
from domain.site_energy import SolarArray
from forecasting.known import Known
from forecasting.live.answer import OF_NOW, Answer
from forecasting.live.asking import Got, Link
from forecasting.live.joining import by_hour, until_hole
from forecasting.live.publication import covered_until, due
from forecasting.live.zones import ONE_ZONE, ZONES, zone_name

OLDEST: Final = timedelta(days=14)
"""A series that ended longer ago says nothing of today."""
HOURLY: Final = frozenset({"awattar"})
"""Sources that give the means of hours where the market has quarters."""
_OF_THE_MARKET: Final = frozenset({"energy_charts", "energyzero", "entsoe", "awattar", "smard", "nordpool"})
"""Sources of the day-ahead auction's price; a supplier's final price has no stand-in."""


_SUN_STAND_INS: Final[Mapping[str, tuple[str, ...]]] = {
    "open_meteo": ("forecast_solar",),
    "forecast_solar": ("open_meteo",),
}
"""Sources of solar power that ask for nothing but place and plane."""
FRESH: Final = timedelta(hours=6)
"""Weather models run as often; an estimate that is older is used where nobody has a newer one."""


def stand_ins(source: str, zone: str | None) -> tuple[tuple[str, str], ...]:
    """Other key-free sources of the same auction, best first: provider and zone.

    Nord Pool's portal is asked by its owner's choice only, so it stands in for nobody.
    """
    if source not in _OF_THE_MARKET:
        return ()
    name = zone_name(zone or ONE_ZONE.get(source, ""))
    codes = ZONES.get(name)
    if codes is None:
        return ()
    has = {
        "energy_charts": bool(codes.energy_charts),
        "energyzero": name == "NL",
        "smard": bool(codes.smard),
        "awattar": bool(codes.awattar),
    }
    return tuple((other, name) for other, there in has.items() if there and other != source)


def sun_stand_ins(array: SolarArray) -> tuple[SolarArray, ...]:
    """The same array at other sources that estimate it from place and plane alone, without a key.

    None where the owner has a key: what is paid for may be used as a free service may not.
    """
    if array.key_file is not None or array.key_env is not None:
        return ()
    return tuple(array.model_copy(update={"source": other}) for other in _SUN_STAND_INS.get(array.source, ()))


async def answer_by_chain(
    links: Sequence[Link], ask: Callable[[Link], Awaitable[Got]], at: datetime, now: datetime
) -> tuple[Answer, tuple[str, ...]]:
    """Ask the own source, then the others until one is complete; the answer, and notes on the cache."""
    found: list[Got] = []
    for link in links:
        got = await ask(link)
        found.append(got)
        if is_complete(got, at, now):
            break
    return chosen(found, at, now), tuple(note for got in found for note in got.notes)


def is_complete(got: Got, at: datetime, now: datetime) -> bool:
    """Whether a source gives all that it should have by now, with no hole from ``at`` on; no old estimate."""
    if got.known is None:
        return False
    since = min(at, now)
    until = covered_until(got.known.intervals, since)
    if got.link.is_price:
        return until >= min(due(got.link.provider.name, now), got.link.want.end)
    return until > since and _is_fresh(got, now)


def _is_fresh(got: Got, now: datetime) -> bool:
    """Whether an estimate is of today's weather; published prices do not age."""
    return got.link.is_price or (got.fetched_at is not None and now - got.fetched_at <= FRESH)


def chosen(found: Sequence[Got], at: datetime, now: datetime) -> Answer:
    """The answer of the source that reaches furthest from ``at``; the earlier one in the chain at a tie.

    Values that are not those of the own market's slots count only where nothing better is known.
    """
    own = found[0]
    since = min(at, now)
    usable = [_as_own(got, own) for got in found if got.known is not None]
    usable = [got for got in usable if got.known is not None and got.known.intervals.end > since - OLDEST]
    steps = tuple(got.step for got in found)
    if not usable:
        return Answer(own.link.label, steps)

    def worth(got: Got) -> tuple[bool, bool, bool, datetime]:
        assert got.known is not None
        intervals = got.known.intervals
        until = covered_until(intervals, since)
        covers = until > since
        published = covers and got.known.quality is Quality.PUBLISHED
        return covers, published, _is_fresh(got, now), until if covers else intervals.end

    best = max(usable, key=worth)
    assert best.known is not None
    known = _with_story(until_hole(best.known, since), best, own, now)
    return Answer(
        own.link.label, steps, known, best.link.label, best.fetched_at, complete=is_complete(best, at, now)
    )


def _as_own(got: Got, own: Got) -> Got:
    """A stand-in's values on the slots of the own source; where it cannot have them, as an estimate."""
    if got is own or got.known is None or not got.link.is_price:
        return got
    hourly, wants_hours = got.link.provider.name in HOURLY, own.link.provider.name in HOURLY
    if wants_hours and not hourly:
        intervals = by_hour(got.known.intervals)
        return replace(
            got, known=replace(got.known, intervals=intervals, note=_also(got.known, "hour means"))
        )
    if hourly and not wants_hours:
        note = _also(got.known, "means of hours, where the market has quarters")
        return replace(got, known=replace(got.known, quality=Quality.FORECAST, note=note))
    return got


def _with_story(known: Known, best: Got, own: Got, now: datetime) -> Known:
    """The values with what people should know: who stands in, how old an answer is, and why."""
    story = []
    if best is not own and best.link.label != own.link.label:
        story.append(f"{best.link.label} stands in for {own.link.label} ({_why(own)})")
    if best.fetched_at is not None and best.step.outcome not in OF_NOW:
        age_h = (now - best.fetched_at).total_seconds() / 3600
        story.append(f"the last good answer, {age_h:.1f} h old ({_why(best)})")
    return replace(known, note="; ".join(filter(None, (*story, known.note))))


def _why(got: Got) -> str:
    return f"{got.step.outcome.value}: {got.step.words}"


def _also(known: Known, words: str) -> str:
    return "; ".join(filter(None, (known.note, words)))
