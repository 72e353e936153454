"""The whole schema of a site file parses, with its defaults and nothing guessed."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from domain.errors import InputError
from domain.site import Site, parse_site
from domain.site_chargers import AcCharger, DcCharger
from domain.site_keys import site_keys
from domain.site_model import per_phase_a
from domain.site_reference import reference
from domain.site_tariff import BandPrice
from tests.cases.wrong_sites import GOOD

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
LEAST = """\
name: Least
location: {time_zone: Europe/Brussels}
grid: {limit_a: 25}
chargers: [{id: one, current_a: {min: 6, max: 16}}]
tariff: {buy: {source: fixed, eur_per_kwh: 0.3}}
"""


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_parses_and_begins_with_a_word_for_the_owner(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert isinstance(parse_site(text, path.name), Site)


def test_there_is_an_example_for_each_of_the_usual_sites() -> None:
    homes = {"home_simple", "home_live", "price_only", "home_charx", "home_teltocharge"}
    assert {path.stem for path in EXAMPLES} >= {*homes, "apartments_ocpp", "tree_everest", "plaza_dc"}


def test_the_examples_use_every_key_but_a_few() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in EXAMPLES)
    used = [key for key in site_keys() if f"{key.rsplit('.', 1)[-1]}:" in text]
    assert len(used) > 0.85 * len(site_keys())


def test_the_least_file_has_harmless_defaults_only() -> None:
    site = parse_site(LEAST, "least.yaml")
    charger = site.charger("one")
    assert isinstance(charger, AcCharger)
    assert (site.mode, site.grid.phases, site.grid.system, site.grid.voltage_v) == (
        ("tariff",),
        3,
        "wye",
        230,
    )
    assert (charger.circuit, charger.driver, charger.wiring) == ("grid", "none", ("L1", "L2", "L3"))
    assert (charger.priority, charger.weight, charger.current_a.step) == (1, 1, 1)
    assert (site.grid.limit_kw, site.grid.export_limit_kw, site.grid.base_load_max_a) == (None, None, None)
    assert (site.solar, site.load, site.battery, site.tariff.sell) == ((), None, None, None)


@pytest.mark.parametrize("key", ["name", "location", "grid", "chargers", "tariff"])
def test_what_is_needed_has_no_default(key: str) -> None:
    text = "\n".join(line for line in LEAST.splitlines() if not line.startswith(key))
    with pytest.raises(InputError) as caught:
        parse_site(text, "least.yaml")
    assert [(fault.where, fault.found) for fault in caught.value.faults] == [(key, "missing")]


def test_wiring_follows_the_phases_of_the_grid() -> None:
    text = LEAST.replace("limit_a: 25", "limit_a: 40, phases: 1")
    assert parse_site(text, "one.yaml").charger("one").wiring == ("L1",)
    wrong = text.replace("id: one,", "id: one, wiring: [L2],")
    with pytest.raises(InputError, match=r"chargers\[0\]\.wiring: phase L2; the grid has L1"):
        parse_site(wrong, "one.yaml")


def test_a_limit_is_one_number_or_one_for_each_phase() -> None:
    assert per_phase_a(parse_site(LEAST, "t").grid.limit_a) == (25, 25, 25)
    listed = LEAST.replace("limit_a: 25", "limit_a: [25, 20, 16]")
    assert per_phase_a(parse_site(listed, "t").grid.limit_a) == (25, 20, 16)


def test_a_site_does_not_change() -> None:
    site = parse_site(LEAST, "t")
    with pytest.raises(ValidationError):
        site.grid.limit_a = 99


def test_the_way_from_a_circuit_to_the_grid_is_known() -> None:
    assert parse_site(GOOD, "t").path_to_grid("shed") == ("shed", "garage", "grid")


def test_a_dc_point_hangs_where_its_cabinet_does() -> None:
    text = LEAST + "circuits: [{id: yard, parent: grid, limit_a: 20}]\n"
    text += "cabinets: [{id: c, circuit: yard, limit_kw: 9}]\n"
    text = text.replace(
        "chargers: [", "chargers: [{id: dc, kind: dc, cabinet: c, power_kw: {min: 1, max: 9}}, "
    )
    assert isinstance(parse_site(text, "t").charger("dc"), DcCharger)
    for edit, says in (
        ("power_kw: {min: 9.5, max: 10}", "cabinet 'c' allows 9 kW"),
        ("circuit: grid, power_kw: {min: 1, max: 9}", "the cabinet's circuit counts"),
    ):
        with pytest.raises(InputError, match=says):
            parse_site(text.replace("power_kw: {min: 1, max: 9}", edit), "t")


def test_the_least_power_counts_on_one_phase_where_phases_can_be_switched() -> None:
    small = LEAST.replace("limit_a: 25", "limit_a: 25, limit_kw: 4").replace(
        "id: one,", "id: one, driver: none,"
    )
    with pytest.raises(InputError, match=r"at least 4\.14 kW; circuit 'grid' allows 4 kW"):
        parse_site(small, "t")
    switching = small.replace("driver: none,", "driver: none, phase_switching: {mode: both},")
    assert parse_site(switching, "t").name == "Least"


@pytest.mark.parametrize("driver", ["none", "simulated", "teltocharge", "everest"])
def test_some_drivers_switch_phases(driver: str) -> None:
    parse_site(LEAST.replace("id: one,", f"id: one, driver: {driver}, phase_switching: {{mode: both}},"), "t")


@pytest.mark.parametrize("driver", ["charx", "ocpp"])
def test_some_drivers_do_not_switch_phases(driver: str) -> None:
    text = LEAST.replace("id: one,", f"id: one, driver: {driver}, phase_switching: {{mode: oneway}},")
    with pytest.raises(InputError, match="cannot switch phases"):
        parse_site(text, "t")
    parse_site(text.replace("oneway", "never"), "t")


def test_bands_name_holidays_only_where_the_country_is_known() -> None:
    bands = "{source: bands, bands: [{days: [holiday], eur_per_kwh: 0.1}, {eur_per_kwh: 0.2}]}"
    text = LEAST.replace("{source: fixed, eur_per_kwh: 0.3}", bands)
    assert isinstance(parse_site(text, "t").tariff.buy, BandPrice)
    nowhere = text.replace("Europe/Brussels", "CET")
    with pytest.raises(InputError, match=r"tariff\.buy\.bands\[0\]\.days.*location\.country"):
        parse_site(nowhere, "t")
    assert parse_site(nowhere.replace("zone: CET", "zone: CET, country: BE"), "t").location.country == "BE"


def test_the_capacity_mode_takes_a_target_in_place_of_a_price() -> None:
    text = LEAST + "mode: [capacity]\n"
    with pytest.raises(InputError, match=r"tariff\.peak and target_kw"):
        parse_site(text, "t")
    assert parse_site(text + "target_kw: 5\n", "t").target_kw == 5


def test_the_weekly_stays_of_a_charger_may_touch_but_not_overlap_over_the_end_of_the_week() -> None:
    habit = 'departures: [{charger: one, days: [mon], arrive: "20:00", depart: "06:00", energy_kwh: 1}, '
    fits = habit + '{charger: one, days: [sun], arrive: "10:00", depart: "20:00", energy_kwh: 1}]\n'
    assert len(parse_site(LEAST + fits, "t").departures) == 2
    with pytest.raises(InputError, match=r"overlaps departures\[0\]"):
        parse_site(LEAST + fits.replace('depart: "20:00"', 'depart: "20:01"'), "t")


def test_a_car_charges_on_two_phases_only_where_it_says_so() -> None:
    text = (
        LEAST
        + "vehicles: [{id: a}, {id: b, phases: 1}, {id: c, phase_sets: [[2, 1], [1]]}, {id: d, phases: 2}]\n"
    )
    cars = {car.id: car.pin_sets for car in parse_site(text, "t").vehicles}
    assert cars["a"] == ((1,), (2,), (3,), (1, 2, 3))
    assert cars["b"] == ((1,),)
    assert cars["c"] == ((1, 2), (1,))
    assert cars["d"] == ((1,), (2,), (1, 2))


def test_the_reference_in_the_docs_is_the_one_of_the_models() -> None:
    page = (ROOT / "docs" / "site_file.md").read_text(encoding="utf-8")
    written = page.split("domain.site_reference.reference) -->")[1].split("<!-- reference: end -->")[0]
    assert written.strip() == reference().strip(), "renew the tables of docs/site_file.md from reference()"
