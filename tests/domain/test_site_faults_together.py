"""A fault in a block hides neither what else is wrong in it nor what names it, and brings no others."""

from __future__ import annotations

import pytest

from domain.errors import InputError
from domain.site import parse_site
from tests.cases.wrong_sites import GOOD

MANY = """\
name: Many
location: {time_zone: Europe/Berlin}
grid: {limit_a: 25, limit_kw: -1}
circuits:
  - {id: c, parent: zzz}
  - {id: c, parent: grid, limit_a: -10}
chargers:
  - {id: home, driver: charx, current_a: {min: 16, max: 6}, phase_switching: {mode: both}}
  - {id: home, wiring: [L1, L1], current_a: {min: x, max: 16}}
  - {id: bare, circuit: attic}
departures:
  - {charger: home, vehicle: tesla, days: [monday], arrive: "18:00", depart: "18:00", energy_kwh: -10}
solar:
  - {id: r, peak_kw: 5, source: file, circuit: qq}
tariff:
  buy: {source: fixed, eur_per_kwh: 1e9}
"""


def told(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        parse_site(text, "site.yaml")
    return [fault.where for fault in caught.value.faults]


def test_a_file_of_faults_is_told_in_one_go() -> None:
    assert told(MANY) == [
        "grid.limit_kw",
        "circuits[0]",
        "circuits[0].parent",
        "circuits[1].id",
        "circuits[1].limit_a",
        "chargers[0].current_a",
        "chargers[0].phase_switching.mode",
        "chargers[1].current_a.min",
        "chargers[1].id",
        "chargers[1].wiring",
        "chargers[2].circuit",
        "chargers[2].current_a",
        "departures[0]",
        "departures[0].days[0]",
        "departures[0].energy_kwh",
        "departures[0].vehicle",
        "solar[0]",
        "solar[0].circuit",
        "tariff.sell",
        "tariff.buy.eur_per_kwh",
    ]


def test_a_stay_of_no_length_does_not_hide_its_unknown_car() -> None:
    text = GOOD.replace('arrive: "18:00"', 'arrive: "07:30"').replace("vehicle: car,", "vehicle: tesla,")
    assert told(text) == ["departures[0]", "departures[0].vehicle"]


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("chargers:", "chargrs:", "chargrs"),
        ('depart: "07:30"', 'depart: "7h"', "departures[0].depart"),
        ("id: right", "id: 12", "chargers[1].id"),
        ('arrive: "18:00"', 'days: [x], arrive: "18:00"', "departures[0].days[0]"),
    ],
)
def test_one_fault_brings_no_others(old: str, new: str, where: str) -> None:
    assert GOOD.count(old) == 1
    assert told(GOOD.replace(old, new)) == [where]


def test_a_wrong_kind_does_not_hide_what_else_is_wrong_with_the_charger() -> None:
    text = GOOD.replace("id: right, circuit: shed", "id: right, kind: dx, circuit: attic, driver: charks")
    assert told(text) == ["chargers[1].circuit", "chargers[1].driver", "chargers[1].kind"]


@pytest.mark.parametrize(
    "keys",
    [
        "kind: DC, power_kw: {min: 5, max: 60}, cabinet: nowhere",
        "kind: dcc, power_kw: {min: 5, max: 60}, efficiency: 0.9, cabinet: nowhere",
    ],
)
def test_a_charger_of_a_wrong_kind_is_read_by_its_other_keys(keys: str) -> None:
    text = MANY[: MANY.index("chargers:")] + f"chargers:\n  - {{id: home, {keys}}}\n"
    where = told(text + MANY[MANY.index("tariff:") :])
    assert "chargers[0].kind" in where
    assert "chargers[0].cabinet" in where
    assert not {"chargers", "chargers[0].current_a", "chargers[0].power_kw"} & set(where)


@pytest.mark.parametrize("keys", ["", ", current_a: {min: 6, max: 16}, power_kw: {min: 5, max: 60}"])
def test_what_a_kind_lacks_or_forbids_is_not_told_where_the_kind_is_wrong(keys: str) -> None:
    start, end = GOOD.index("chargers:"), GOOD.index("vehicles:")
    chargers = f"chargers:\n  - {{id: left, kind: dx{keys}}}\n"
    chargers += "  - {id: right, current_a: {min: 6, max: 16}}\n"
    assert told(GOOD[:start] + chargers + GOOD[end:]) == ["chargers[0].kind"]


@pytest.mark.parametrize(
    ("bands", "where"),
    [
        ('{days: [holiday], eur_per_kwh: 1}, {to: "22:00", eur_per_kwh: 2}', "tariff.buy.bands"),
        ("{eur_per_kwh: 1e9}, {days: [holiday], eur_per_kwh: 1}, {eur_per_kwh: 2}",
         "tariff.buy.bands[0].eur_per_kwh"),
    ],
)  # fmt: skip
def test_neither_a_gap_in_bands_nor_a_wrong_price_hides_holidays_without_a_country(
    bands: str, where: str
) -> None:
    text = GOOD.replace("Europe/Brussels", "CET").replace(
        "source: sample, vat: 0.06", f"source: bands, bands: [{bands}]"
    )
    index = 0 if where.endswith("bands") else 1
    assert told(text) == sorted([where, f"tariff.buy.bands[{index}].days"])


def test_a_band_with_a_wrong_time_makes_no_gap() -> None:
    bands = '{to: "25:00", eur_per_kwh: 1}, {from: "12:00", eur_per_kwh: 2}'
    text = GOOD.replace("source: sample, vat: 0.06", f"source: bands, bands: [{bands}]")
    assert told(text) == ["tariff.buy.bands[0].to"]


def test_a_list_that_cannot_be_read_does_not_make_its_names_unknown() -> None:
    start, end = GOOD.index("vehicles:"), GOOD.index("users:")
    assert told(f"{GOOD[:start]}vehicles: 5\n{GOOD[end:]}") == ["vehicles"]


def test_a_site_without_chargers_still_has_its_other_faults_told() -> None:
    text = MANY[: MANY.index("chargers:")] + MANY[MANY.index("departures:") :]
    assert told(text)[:2] == ["chargers", "grid.limit_kw"]
    assert "departures[0].vehicle" in told(text)
    assert "departures[0].charger" not in told(text)


def test_an_unknown_time_zone_does_not_make_holidays_a_fault() -> None:
    holidays = "source: bands, bands: [{days: [holiday], eur_per_kwh: 1}, {eur_per_kwh: 2}]"
    text = GOOD.replace("Europe/Brussels", "Europe/Brusel").replace("source: sample, vat: 0.06", holidays)
    assert told(text) == ["location.time_zone"]


def test_two_stays_overlap_also_where_their_energy_is_wrong() -> None:
    text = GOOD.replace(
        "energy_kwh: 10}",
        'energy_kwh: -1}\n  - {charger: left, arrive: "07:00", depart: "09:00", energy_kwh: -1}',
    )
    assert told(text) == ["departures[0].energy_kwh", "departures[1]", "departures[1].energy_kwh"]
