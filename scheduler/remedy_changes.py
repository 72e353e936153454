"""Changes that could give a request its energy: later departures, wider limits, phases that switch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from domain.drivers import CHARGER_DRIVERS
from domain.inputs import PlanInputs
from domain.phases import PHASES
from domain.plan import RequestPlan
from domain.requests import ChargeRequest
from domain.site import GRID, Site
from domain.site_chargers import AcCharger, PhaseSwitching

_MINUTES: Final = 5
_MOST_MINUTES: Final = 24 * 60
_MOST_A: Final = 64
_MOST_KW: Final = 100


@dataclass(frozen=True, slots=True)
class Change:
    """One kind of change in steps of ``step`` up to ``most``; what it changes is in the subclasses."""

    kind: str
    unit: str
    step: float
    most: float
    effort: float
    """What one step asks of people, in steps of 15 minutes of waiting: makes kinds comparable."""

    def applied(self, site: Site, inputs: PlanInputs, amount: float) -> tuple[Site, PlanInputs]:
        """Site and inputs after a change of ``amount``."""
        raise NotImplementedError

    def text(self, amount: float) -> str:
        """The change in words."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Later(Change):
    """The car leaves later."""

    request: ChargeRequest
    time_zone: str

    def applied(self, site: Site, inputs: PlanInputs, amount: float) -> tuple[Site, PlanInputs]:
        """The same site, and the request with its later departure."""
        later = self.request.model_copy(
            update={"departure": self.request.departure + timedelta(minutes=amount)}
        )
        requests = tuple(later if one == self.request else one for one in inputs.requests)
        return site, replace(inputs, requests=requests)

    def text(self, amount: float) -> str:
        """How much later, and when that is."""
        leaves = self.request.departure + timedelta(minutes=amount)
        local = leaves.astimezone(ZoneInfo(self.time_zone))
        return f"leave {amount:.0f} min later, at {local:%H:%M}"


@dataclass(frozen=True, slots=True)
class Wider(Change):
    """A limit is higher: ``limit_a`` of one phase or of all, ``limit_kw``, or the imbalance; of a circuit, or
    of a cabinet or group.
    """

    circuit: str
    key: str
    phase: str | None = None
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
        limit = getattr(owner, self.key)
        if isinstance(limit, tuple):
            raised: object = tuple(
                value + amount if self.phase in {None, PHASES[p]} else value for p, value in enumerate(limit)
            )
        else:
            raised = limit + amount
        return owner.model_copy(update={self.key: raised})

    def text(self, amount: float) -> str:
        """How much more, and where."""
        what = "imbalance allowed at" if self.key == "imbalance_limit_a" else "on"
        return f"{amount:g} {self.unit} more {what} {self.owners.removesuffix('s')} {self.circuit}"


@dataclass(frozen=True, slots=True)
class Switching(Change):
    """The charger may switch phases."""

    charger: str

    def applied(self, site: Site, inputs: PlanInputs, amount: float) -> tuple[Site, PlanInputs]:
        """The site with a charger that switches both ways, and the same inputs; there is one step only."""
        assert amount == self.most
        chargers = tuple(
            one.model_copy(update={"phase_switching": PhaseSwitching(mode="both")})
            if one.id == self.charger
            else one
            for one in site.chargers
        )
        return site.model_copy(update={"chargers": chargers}), inputs

    def text(self, amount: float) -> str:
        """Which charger."""
        assert amount == self.most
        return f"let charger {self.charger} switch phases"


def changes_for(site: Site, inputs: PlanInputs, short: RequestPlan) -> Iterator[Change]:
    """What could help a request that misses energy, by what binds."""
    later = later_departure(inputs, short.request)
    if later is not None:
        yield later
    binding, request = short.binding, short.request
    if binding is not None and binding.circuit is not None:
        wider = _wider(site, binding.kind, binding.circuit, binding.phase)
        if wider is not None:
            yield wider
    charger = site.charger(request.charger)
    if isinstance(charger, AcCharger) and _may_learn_to_switch(charger):
        yield Switching("phase_switching", "charger", 1, 1, 1, charger.id)


def later_departure(inputs: PlanInputs, request: ChargeRequest) -> Later | None:
    """Waiting up to the end of the horizon, or the next car at the charger."""
    ends = [inputs.grid.end] + [
        one.arrival
        for one in inputs.requests
        if one.charger == request.charger and one.arrival >= request.departure
    ]
    room_min = (min(ends) - request.departure) / timedelta(minutes=1)
    most = min(_MOST_MINUTES, room_min // _MINUTES * _MINUTES)
    return (
        Later("depart_later", "min", _MINUTES, most, _MINUTES / 15, request, inputs.grid.time_zone)
        if most > 0
        else None
    )


def _wider(site: Site, kind: str, circuit: str, phase: str | None) -> Wider | None:
    """The limit that binds, raised."""
    if kind == "cabinet":
        return Wider("limit", "kW", 1, _MOST_KW, 1.5, circuit, "limit_kw", None, "cabinets")
    if kind == "group":
        return Wider("limit", "A", 1, _MOST_A, 1.5, circuit, "limit_a", None, "groups")
    owner: object = site.grid if circuit == GRID else next(c for c in site.circuits if c.id == circuit)
    if kind == "imbalance":
        return Wider("imbalance", "A", 1, _MOST_A, 2, circuit, "imbalance_limit_a")
    key, unit, most = ("limit_kw", "kW", _MOST_KW) if kind == "power" else ("limit_a", "A", _MOST_A)
    if getattr(owner, key, None) is None:
        return None
    return Wider("limit", unit, 1, most, 1.5, circuit, key, phase if kind == "circuit" else None)


def _may_learn_to_switch(charger: AcCharger) -> bool:
    """Whether its driver can switch phases and the site file does not let it."""
    allowed = charger.phase_switching is not None and charger.phase_switching.mode != "never"
    return not allowed and len(charger.wiring) > 1 and CHARGER_DRIVERS[charger.driver].switches_phases
