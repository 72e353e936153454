"""What the checks of a site share: the ids that its file names, and the form of their faults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

from domain.yaml_text import KeyPath

_LISTS: Final = ("circuits", "chargers", "cabinets", "groups", "users", "vehicles", "solar", "flexible_loads")


class SiteFault(NamedTuple):
    """One thing that does not fit together."""

    path: KeyPath
    found: str
    allowed: str
    rests_on: tuple[KeyPath, ...] = ()
    """Places whose values it follows from; none: from ``path`` alone."""


@dataclass(frozen=True, slots=True)
class Known:
    """Ids by the key of their list, as they stand in the file; faulty entries count too.

    A list that cannot be read is left out: nobody knows what it should hold.
    """

    ids: Mapping[str, tuple[str, ...]]

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Known:
        """The ids in the data of a site file."""
        lists = {name: data.get(name, ()) for name in _LISTS if name in data or name != "chargers"}
        ids = {
            name: tuple(_ids_in(items)) for name, items in lists.items() if isinstance(items, list | tuple)
        }
        meters = data.get("meters", {})
        if isinstance(meters, dict):
            ids["meters"] = tuple(meters)
        if "circuits" in ids:
            ids["circuits"] = ("grid", *ids["circuits"])
        return cls(ids)

    def missing(self, kind: str, name: str | None, path: KeyPath) -> Iterable[SiteFault]:
        """A fault where ``name`` is not among the ids of its kind; none where nothing is named."""
        known = self.ids.get(kind)
        if name is None or known is None or name in known:
            return ()
        return (SiteFault(path, f"unknown {kind.removesuffix('s')} '{name}'", choices(name, known)),)


def choices(found: str, known: Iterable[str]) -> str:
    """What may stand there: the closest known name, or all of them."""
    names = list(dict.fromkeys(known))
    close = get_close_matches(found.lower(), names, n=1, cutoff=0.7)
    if close:
        return f"did you mean '{close[0]}'?"
    if not names:
        return "none is defined in this file"
    return f"known are {', '.join(names[:20])}{', ...' if len(names) > 20 else ''}"


def _ids_in(items: Iterable[Any]) -> Iterable[str]:
    for item in items:
        if isinstance(item, dict) and isinstance(item.get("id"), str):
            yield item["id"]
