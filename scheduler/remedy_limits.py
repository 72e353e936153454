"""Limits that could be raised so that a request gets its energy, alone or several together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, Final

from domain.inputs import PlanInputs
from domain.phases import PHASES
from domain.plan import Binding, RequestPlan
from domain.site import GRID, Site
from scheduler.remedy_changes import Change

_MOST_A: Final = 64
_MOST_KW: Final = 100


@dataclass(frozen=True, slots=True)
class Wider(Change):
    """A limit is higher: ``limit_a``, ``limit_kw`` or the imbalance, of a circuit, a cabinet or a group."""

    circuit: str
    key: str
    phases: tuple[str, ...] = ()
    """Of a limit that has a value for each phase, those that are raised; empty: it has one value."""
    owners: str = "circuits"
    """Key of the site that holds its owner."""

    def applied(self, site: Site, inputs: PlanInputs, amount: float) -> tuple[Site, PlanInputs]:
        """The site with the higher limit, and the same inputs."""
        if self.owners == "circuits" and self.circuit == GRID:
            return site.model_copy(update={"grid": self._raised(site.grid, amount)}), inputs
        owners = tuple(
            self._raised(one, amount) if one.id == self.circuit else one for one in getattr(site, self.owners)
        )
        return site.model_copy(update={self.owners: owners}), inputs

    def _raised(self, owner: Any, amount: float) -> Any:
        limit: Any = getattr(owner, self.key)
        if isinstance(limit, tuple):
            added = [amount if phase in self.phases else 0.0 for phase in PHASES]
            limit = tuple(value + more for value, more in zip(limit, added, strict=False))
        else:
            limit = limit + amount
        return owner.model_copy(update={self.key: limit})

    @property
    def place(self) -> str:
        """Where it is: ``on circuit garage L1, L2``."""
        what = "imbalance allowed at" if self.key == "imbalance_limit_a" else "on"
        phases = f" {', '.join(self.phases)}" if self.phases else ""
        return f"{what} {self.owners.removesuffix('s')} {self.circuit}{phases}"

    def text(self, amount: float) -> str:
        """How much more, and where."""
        return f"{amount:g} {self.unit} more {self.place}"


@dataclass(frozen=True, slots=True)
class Together(Change):
    """Several limits are higher, all by as many steps."""

    parts: tuple[Wider, ...]

    def applied(self, site: Site, inputs: PlanInputs, amount: float) -> tuple[Site, PlanInputs]:
        """The site with all the higher limits, and the same inputs."""
        for part in self.parts:
            site, inputs = part.applied(site, inputs, amount)
        return site, inputs

    def text(self, amount: float) -> str:
        """How much more, and where: ``2 A more on circuit garage and on circuit grid``."""
        told = self.parts[0].text(amount)
        for before, part in zip(self.parts, self.parts[1:], strict=False):
            told += f" and {part.place if part.unit == before.unit else part.text(amount)}"
        return told


def raised_together(parts: Iterable[Wider]) -> Change:
    """The change that raises all of ``parts``."""
    each = tuple(parts)
    if len(each) == 1:
        return each[0]
    most, effort = min(one.most for one in each), sum(one.effort for one in each)
    return Together("limits", each[0].unit, 1, most, effort, each)


def limits_of(site: Site, short: RequestPlan) -> tuple[Wider, ...]:
    """The limits that bind a request and can be raised, the main one first; those of one owner are one."""
    bindings = [] if short.binding is None else [short.binding, *short.also_binding]
    return joined((), [one for one in (wider(site, binding) for binding in bindings) if one is not None])


def joined(limits: tuple[Wider, ...], more: Iterable[Wider]) -> tuple[Wider, ...]:
    """``limits`` and ``more``; what differs in its phases alone is one limit with the phases of both."""
    return reduce(_with, more, limits)


def _with(limits: tuple[Wider, ...], one: Wider) -> tuple[Wider, ...]:
    for at, known in enumerate(limits):
        if replace(known, phases=one.phases) == one:
            phases = tuple(phase for phase in PHASES if phase in {*known.phases, *one.phases})
            return (*limits[:at], replace(known, phases=phases), *limits[at + 1 :])
    return (*limits, one)


def wider(site: Site, binding: Binding) -> Wider | None:
    """A limit that binds, raised; None for what is no limit of the site file."""
    kind, circuit = binding.kind, binding.circuit
    if circuit is None:
        return None
    if kind == "cabinet":
        return Wider("limit", "kW", 1, _MOST_KW, 1.5, circuit, "limit_kw", (), "cabinets")
    if kind == "group":
        return Wider("limit", "A", 1, _MOST_A, 1.5, circuit, "limit_a", (), "groups")
    owner: object = site.grid if circuit == GRID else next(c for c in site.circuits if c.id == circuit)
    if kind == "imbalance":
        return Wider("imbalance", "A", 1, _MOST_A, 2, circuit, "imbalance_limit_a")
    key, unit, most = ("limit_kw", "kW", _MOST_KW) if kind == "power" else ("limit_a", "A", _MOST_A)
    limit = getattr(owner, key, None)
    if limit is None:
        return None
    phases = (binding.phase,) if isinstance(limit, tuple) and binding.phase is not None else ()
    return Wider("limit", unit, 1, most, 1.5, circuit, key, phases)
