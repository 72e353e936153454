"""Changes that could give a request its energy: a later departure, phases that switch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from domain.drivers import CHARGER_DRIVERS
from domain.inputs import PlanInputs
from domain.requests import ChargeRequest
from domain.site import Site
from domain.site_chargers import AcCharger, PhaseSwitching

_MINUTES: Final = 5
_MOST_MINUTES: Final = 24 * 60


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


def switching_of(site: Site, request: ChargeRequest) -> Switching | None:
    """Letting the charger of a request switch phases, where that is new to it."""
    charger = site.charger(request.charger)
    if isinstance(charger, AcCharger) and _may_learn_to_switch(charger):
        return Switching("phase_switching", "charger", 1, 1, 1, charger.id)
    return None


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


def _may_learn_to_switch(charger: AcCharger) -> bool:
    """Whether its driver can switch phases and the site file does not let it."""
    allowed = charger.phase_switching is not None and charger.phase_switching.mode != "never"
    return not allowed and len(charger.wiring) > 1 and CHARGER_DRIVERS[charger.driver].switches_phases
