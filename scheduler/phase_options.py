"""Which phase sets and currents a charger can use for a car."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from domain.drivers import CHARGER_DRIVERS, Ability
from domain.phases import PhaseSet, phase_set
from domain.requests import ChargeRequest
from domain.site_chargers import AcCharger
from domain.site_vehicles import Vehicle
from scheduler.problem import Option

_EPS = 1e-9
Terminals = tuple[int, ...]


def options_of(charger: AcCharger, vehicle: Vehicle | None, request: ChargeRequest) -> tuple[Option, ...]:
    """Every way in which ``charger`` can feed this car; none where their currents do not meet."""
    low_a, high_a = _range_a(charger, vehicle, request)
    if high_a < low_a - _EPS:
        return ()
    return tuple(Option(phases, low_a, high_a) for phases in _phase_sets(charger, vehicle, request))


def _range_a(charger: AcCharger, vehicle: Vehicle | None, request: ChargeRequest) -> tuple[float, float]:
    """Least and most current [A] that charger and car both have, on the charger's own grid."""
    own = charger.current_a
    lows = [own.min, vehicle.min_current_a if vehicle else None, request.min_current_a]
    highs = [own.max, vehicle.max_current_a if vehicle else None, request.max_current_a]
    low = max(value for value in lows if value is not None)
    high = min(value for value in highs if value is not None)
    up = np.ceil((low - own.min) / own.step - _EPS)
    down = np.floor((high - own.min) / own.step + _EPS)
    return float(own.min + up * own.step), float(own.min + down * own.step)


def _phase_sets(charger: AcCharger, vehicle: Vehicle | None, request: ChargeRequest) -> tuple[PhaseSet, ...]:
    """Grid phases that can carry the car's current, widest first."""
    pins = request.phases or (vehicle.phases if vehicle else 3)
    accepted = vehicle.pin_sets if vehicle and request.phases is None else _any_or_all(pins)
    found: list[PhaseSet] = []
    for terminals, reroutes in _energised(charger, vehicle):
        drawn = tuple(pin for pin in range(1, pins + 1) if pin <= len(terminals))
        if not reroutes:
            drawn = tuple(pin for pin in range(1, pins + 1) if pin - 1 in terminals)
        if drawn not in accepted:
            drawn = _largest_within(drawn, accepted)
        phases = [charger.wiring[terminals[pin - 1] if reroutes else pin - 1] for pin in drawn]
        found.append(phase_set(phases))
    return tuple(dict.fromkeys(phases for phases in found if phases))


def _largest_within(energised: Terminals, accepted: tuple[Terminals, ...]) -> Terminals:
    """The largest set of pins that a car uses of those that have power; empty where there is none."""
    usable = [pins for pins in accepted if set(pins) <= set(energised)]
    return max(usable, key=lambda pins: (len(pins), [-pin for pin in pins]), default=())


def _any_or_all(pins: int) -> tuple[Terminals, ...]:
    """Pin sets of a car that says nothing else: one pin, or all of them."""
    return tuple(dict.fromkeys([*((pin,) for pin in range(1, pins + 1)), tuple(range(1, pins + 1))]))


def _energised(charger: AcCharger, vehicle: Vehicle | None) -> list[tuple[Terminals, bool]]:
    """Sets of terminals that the charger can energise, and whether it leads the car's pins to them."""
    everything = tuple(range(len(charger.wiring)))
    switching = charger.phase_switching
    vetoed = (
        vehicle is not None
        and vehicle.phase_switching is not None
        and (vehicle.phase_switching.mode == "never")
    )
    if switching is None or switching.mode == "never" or vetoed:
        return [(everything, False)]
    if Ability.PHASE_CHOICE in CHARGER_DRIVERS[charger.driver].abilities:
        sizes = range(len(everything), 0, -1)
        return [(chosen, True) for size in sizes for chosen in combinations(everything, size)]
    return [(everything, False), (everything[:1], False)]
