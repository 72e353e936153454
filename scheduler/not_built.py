"""The keys whose planning rule this version does not have: they are named, never ignored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from domain.errors import Unbuilt
from domain.requests import ChargeRequest
from domain.site_chargers import AcCharger, DcCharger, PhaseSwitching
from domain.site_root import Site
from domain.site_tariff import PROVIDERS


class Case(NamedTuple):
    """What a plan is asked for."""

    site: Site
    prices_from_file: bool
    solar_from_file: bool
    load_from_file: bool
    requests: Sequence[ChargeRequest]


class Row(NamedTuple):
    """One key that is not built, or not for each of its values."""

    key: str
    """Path in the schema; ``.**`` stands for everything below."""
    why: str
    used_by: Callable[[Case], Iterable[str]]
    """Ids of what uses it; one empty id where there is only one such thing."""


def unbuilt(
    site: Site,
    *,
    prices_from_file: bool,
    solar_from_file: bool,
    load_from_file: bool,
    requests: Sequence[ChargeRequest],
) -> tuple[Unbuilt, ...]:
    """Everything in a site and its requests that this version cannot plan, in the order of the table."""
    case = Case(site, prices_from_file, solar_from_file, load_from_file, requests)
    found = ((row, list(row.used_by(case))) for row in NOT_BUILT)
    return tuple(Unbuilt(row.key.removesuffix(".**"), row.why + _at(users)) for row, users in found if users)


def _at(users: Sequence[str]) -> str:
    names = [user for user in dict.fromkeys(users) if user]
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f" (at {', '.join(names[:5])}{more})" if names else ""


def _if(condition: bool) -> tuple[str, ...]:
    return ("",) if condition else ()


def _switching(says: Callable[[PhaseSwitching], bool]) -> Callable[[Case], Iterable[str]]:
    """Ids of the chargers whose phase switching says so; mode never needs no rule."""

    def used_by(case: Case) -> Iterable[str]:
        for charger in case.site.chargers:
            switching = charger.phase_switching if isinstance(charger, AcCharger) else None
            if switching is not None and switching.mode != "never" and says(switching):
                yield charger.id

    return used_by


def _several_classes(case: Case) -> Iterable[str]:
    of_chargers = {charger.id: charger.priority for charger in case.site.chargers}
    of_requests = {request.id or request.charger: request.priority for request in case.requests}
    classes = {name: rank for name, rank in (of_chargers | of_requests).items() if rank is not None}
    if len(set(classes.values())) > 1:
        usual = min(classes.values())
        yield from (name for name, rank in classes.items() if rank != usual)


def _weighted(case: Case) -> Iterable[str]:
    yield from (charger.id for charger in case.site.chargers if charger.weight != 1)
    yield from (request.id or request.charger for request in case.requests if request.weight not in {None, 1})


def _provided(side: str) -> Callable[[Case], Iterable[str]]:
    def used_by(case: Case) -> Iterable[str]:
        price = getattr(case.site.tariff, side)
        if price is not None and price.source in PROVIDERS and not case.prices_from_file:
            yield price.source

    return used_by


def _forecast_arrays(case: Case) -> Iterable[str]:
    if not case.solar_from_file:
        yield from (array.id for array in case.site.solar if array.source not in {"sample", "file"})


def _with_soc(case: Case) -> Iterable[str]:
    for request in case.requests:
        if request.target_soc is not None or request.soc_now is not None:
            yield request.id or request.charger


_BUDGET: Final = "the budget of phase switches is not built yet; mode both alone chooses afresh in every slot"
_PRICES: Final = "live prices are not built yet; give --prices, or use source: file, bands, fixed or sample"

NOT_BUILT: Final[tuple[Row, ...]] = (
    Row(
        "mode",
        "only tariff is built yet; write mode: [tariff]",
        lambda case: (mode for mode in case.site.mode if mode != "tariff"),
    ),
    Row(
        "default_request",
        "plans for cars without a request are not built yet; write none",
        lambda case: _if(case.site.default_request != "none"),
    ),
    Row(
        "target_kw",
        "mode capacity is not built yet; leave it out",
        lambda case: _if(case.site.target_kw is not None),
    ),
    Row(
        "solar_bonus_eur_per_kwh",
        "mode solar is not built yet; leave it out",
        lambda case: _if("solar_bonus_eur_per_kwh" in case.site.model_fields_set),
    ),
    Row(
        "grid.netting",
        "only sum over the phases is built yet",
        lambda case: _if(case.site.grid.netting != "sum"),
    ),
    Row(
        "chargers[].kind",
        "DC points are not built yet",
        lambda case: (charger.id for charger in case.site.chargers if isinstance(charger, DcCharger)),
    ),
    Row(
        "chargers[].phase_switching.mode",
        "oneway needs the budget of switches, which is not built yet; never and both are",
        _switching(lambda switching: switching.mode == "oneway"),
    ),
    Row(
        "chargers[].phase_switching.max_per_session",
        _BUDGET,
        _switching(lambda switching: switching.max_per_session is not None),
    ),
    Row(
        "chargers[].phase_switching.hold_s",
        _BUDGET,
        _switching(lambda switching: switching.hold_s is not None),
    ),
    Row(
        "chargers[].phase_switching.hysteresis_kw",
        _BUDGET,
        _switching(lambda switching: switching.hysteresis_kw is not None),
    ),
    Row(
        "chargers[].phase_switching.at_limit",
        _BUDGET,
        _switching(lambda switching: switching.at_limit is not None),
    ),
    Row("chargers[].priority", "more than one priority class is not built yet", _several_classes),
    Row("chargers[].weight", "weights other than 1 are not built yet", _weighted),
    Row(
        "cabinets.**",
        "shared power of DC cabinets is not built yet",
        lambda case: (cabinet.id for cabinet in case.site.cabinets),
    ),
    Row(
        "groups[].priority",
        "priorities of groups are not built yet",
        lambda case: (group.id for group in case.site.groups if group.priority is not None),
    ),
    Row(
        "groups[].weight",
        "weights of groups are not built yet",
        lambda case: (group.id for group in case.site.groups if group.weight is not None),
    ),
    Row(
        "groups[].limit_a",
        "limits of groups are not built yet; make the group a circuit",
        lambda case: (group.id for group in case.site.groups if group.limit_a is not None),
    ),
    Row(
        "groups[].solar",
        "solar for one group only is not built yet",
        lambda case: (group.id for group in case.site.groups if group.solar),
    ),
    Row(
        "users[].priority",
        "priorities of users are not built yet",
        lambda case: (user.id for user in case.site.users if user.priority is not None),
    ),
    Row(
        "users[].weight",
        "weights of users are not built yet",
        lambda case: (user.id for user in case.site.users if user.weight is not None),
    ),
    Row(
        "vehicles[].efficiency",
        "efficiency by current and phases is not built yet; one number is",
        lambda case: (car.id for car in case.site.vehicles if isinstance(car.efficiency, tuple)),
    ),
    Row(
        "vehicles[].phase_switching.**",
        "vetoes and caps of cars are not built yet; set the charger's mode to never",
        lambda case: (car.id for car in case.site.vehicles if car.phase_switching is not None),
    ),
    Row(
        "solar[].source",
        "solar forecasts are not built yet; give --solar, or use source: file or sample",
        _forecast_arrays,
    ),
    Row(
        "load.source",
        "a load learnt from the meter is not built yet; give --load, or use source: fixed or file",
        lambda case: _if(
            case.site.load is not None and case.site.load.source == "habit" and not case.load_from_file
        ),
    ),
    Row("battery.**", "the home battery is not built yet", lambda case: _if(case.site.battery is not None)),
    Row(
        "flexible_loads.**",
        "flexible loads are not built yet",
        lambda case: (load.id for load in case.site.flexible_loads),
    ),
    Row("tariff.buy.source", _PRICES, _provided("buy")),
    Row("tariff.sell.source", _PRICES, _provided("sell")),
    Row(
        "tariff.peak.**",
        "the capacity tariff is not built yet",
        lambda case: _if(case.site.tariff.peak is not None),
    ),
    Row(
        "curtailment.**",
        "curtailment by the grid operator is not built yet",
        lambda case: _if(case.site.curtailment is not None),
    ),
    Row("requests[].target_soc", "requests by state of charge are not built yet; say energy_kwh", _with_soc),
)
"""What is named to the owner, one row per key."""
