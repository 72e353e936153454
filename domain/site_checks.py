"""Whether the parts of a site fit together: every check in one list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from domain import site_checks_people as people
from domain import site_checks_rules as rules
from domain import site_checks_times as times
from domain import site_checks_tree as tree
from domain import site_checks_wires as wires
from domain.site_known import Known, SiteFault
from domain.site_root import Site

Check = Callable[[Site, Known], Iterable[SiteFault]]

CHECKS: Final[tuple[Check, ...]] = (
    people.ids_are_unique,
    tree.the_root_is_the_grid,
    tree.parents_exist,
    tree.there_is_no_cycle,
    tree.circuits_exist,
    tree.meters_exist,
    tree.lists_have_a_limit_for_each_phase,
    tree.a_reserve_leaves_something,
    wires.wiring_is_on_the_grid,
    wires.the_minimum_fits,
    wires.the_failsafe_can_be_told,
    wires.drivers_exist,
    wires.phases_can_be_switched,
    wires.groups_can_be_limited,
    wires.a_driver_takes_back,
    wires.what_discharges_is_planned,
    people.groups_name_chargers,
    people.users_name_groups,
    people.departures_name_what_exists,
    people.cars_fit_their_chargers,
    times.the_time_zone_exists,
    times.departures_do_not_overlap,
    times.runs_fit_their_windows,
    times.holidays_have_a_country,
    times.bands_leave_no_gap,
    rules.solar_has_a_selling_price,
    rules.forecasts_know_the_place,
    rules.a_peak_has_a_price_or_target,
    rules.modes_are_named_once,
)


def check_site(site: Site, known: Known) -> list[SiteFault]:
    """Everything that does not fit together, in the order of the checks."""
    return [fault for check in CHECKS for fault in check(site, known)]
