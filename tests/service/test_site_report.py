"""What check says about a site."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from domain.site import parse_site
from service.main import main
from service.screen_site import show_report
from service.site_report import report_of
from tests.service.commands import HOME

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
MAPS = EXAMPLES.parent / "executors" / "meters" / "maps"


def warnings(text: str) -> str:
    return "\n".join(report_of(parse_site(text, "site.yaml")).warnings)


def shown(text: str) -> str:
    console = Console(file=io.StringIO(), width=200, highlight=False)
    show_report(report_of(parse_site(text, "site.yaml")), console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


MARKET = HOME[: HOME.index("tariff:")] + "tariff: {buy: {source: sample}}\n"


def test_a_site_without_meter_has_no_live_protection() -> None:
    assert "no live protection" in warnings(HOME)
    metered = (
        HOME.replace("{limit_a: 25}", "{limit_a: 25, meter: p1}") + "meters: {p1: {driver: simulated}}\n"
    )
    assert "no live protection" not in warnings(metered)


def test_tax_and_surcharge_that_are_not_said_are_named() -> None:
    assert "tariff.buy: add_eur_per_kwh and vat not said and taken as 0" in warnings(MARKET)
    said = MARKET.replace("sample}", "sample, vat: 0.06, add_eur_per_kwh: 0}")
    assert "not said" not in warnings(said).replace("grid.base_load_max_a: not said", "")


def test_final_prices_need_no_tax() -> None:
    assert "tariff.buy" not in warnings(HOME)


def test_a_country_that_was_derived_is_named() -> None:
    holidays = HOME.replace(
        '- {from: "01:00"', '- {days: [holiday], eur_per_kwh: 0.1}\n      - {from: "01:00"'
    )
    assert "public holidays are those of BE" in warnings(holidays)
    assert "public holidays" not in warnings(HOME)


def test_a_site_without_departures_needs_requests() -> None:
    text = HOME[: HOME.index("departures:")] + HOME[HOME.index("load:") :]
    assert "departures: none, so a plan needs --requests" in warnings(text)


def test_a_load_of_nothing_is_said() -> None:
    assert "everything but charging counts as 0" in warnings(
        HOME.replace("load: {source: fixed, kw: 0.3}\n", "")
    )


def test_the_tree_shows_circuits_with_their_chargers() -> None:
    text = HOME.replace("id: driveway,", "id: driveway, circuit: garage,")
    lines = shown(
        text + "circuits: [{id: garage, parent: grid, limit_a: [20, 18, 16], limit_kw: 11}]\n"
    ).splitlines()
    garage = next(index for index, line in enumerate(lines) if "garage" in line)
    assert "20 / 18 / 16 A per phase, 11 kW" in lines[garage]
    assert "charger driveway" in lines[garage + 1]
    assert lines[garage + 1].index("charger") > lines[garage].index("garage")


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_example_can_be_shown(example: Path) -> None:
    told = shown(example.read_text())
    site = parse_site(example.read_text(), example.name)
    assert site.name in told
    assert all(charger.id in told for charger in site.chargers)
    assert all(circuit.id in told for circuit in site.circuits)


@pytest.mark.parametrize("name", ["home_simple", "home_live", "price_only"])
def test_the_simple_examples_use_only_what_can_be_planned(name: str) -> None:
    text = (EXAMPLES / f"{name}.yaml").read_text()
    assert report_of(parse_site(text, name)).unbuilt == ()


def test_files_that_the_site_names_and_that_are_not_there_are_warned_of(tmp_path: Path) -> None:
    (tmp_path / "load.csv").write_text("")
    tariff = "tariff: {buy: {source: entsoe, zone: BE, key_file: key.txt}, sell: {source: file, path: p.csv}}"
    text = HOME[: HOME.index("load:")] + (
        f"load: {{source: file, path: load.csv}}\n{tariff}\n"
        "solar: [{id: roof, peak_kw: 5, source: file, path: no/sun.csv}]\n"
    )
    told = report_of(parse_site(text, "site.yaml"), tmp_path).missing_files
    lacking = [warning for warning in told if "there is no file" in warning]
    assert [warning.split(":")[0] for warning in lacking] == [
        "solar[0].path",
        "tariff.buy.key_file",
        "tariff.sell.path",
    ]
    assert str(tmp_path / "p.csv") in lacking[-1]


def test_what_its_devices_lack_is_told_before_run_refuses_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(
        HOME.replace("{limit_a: 25}", "{limit_a: 25, meter: p1}")
        + "meters: {p1: {driver: modbus, map_file: mine.yaml, host: 127.0.0.1}}\n"
    )
    (tmp_path / "mine.yaml").write_text("table: holdin\n")
    main(["check", str(path)])
    told = capsys.readouterr().out.replace("\n", " ")
    assert "mine.yaml:1: table: 'holdin'; one of holding, input is allowed" in told
    assert "`run` refuses it until" in told


WIRED = HOME.replace("id: driveway,", "id: driveway, driver: charx, host: box, connector: 1,")
METERED = WIRED.replace("{limit_a: 25}", "{limit_a: 25, meter: main}")


def test_a_meter_by_a_map_of_ones_own_reacts_as_the_same_map_that_is_built_in(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text((MAPS / "sdm630.yaml").read_text())
    line = "unit: 1, serial: {device: /dev/ttyUSB0, baud: 2400, parity: none}"
    own, built_in = (
        report_of(
            parse_site(METERED + f"meters: {{main: {{driver: {driver}, {line}}}}}\n", "site.yaml"), tmp_path
        )
        for driver in ("modbus, map_file: mine.yaml", "sdm630")
    )
    assert own.reaction == built_in.reaction
    assert own.reaction is not None


def test_a_reaction_that_nobody_can_tell_says_why() -> None:
    lost = METERED + "meters: {main: {driver: modbus, map_file: nowhere.yaml, host: 127.0.0.1}}\n"
    assert "Reaction: none, since the grid has no meter" in shown(WIRED)
    assert "Reaction: not known" in shown(lost)
    assert "Reaction" not in shown(HOME)


def test_chargers_that_nobody_speaks_to_yet_are_told_before_run_refuses_them() -> None:
    said = warnings((EXAMPLES / "apartments_ocpp.yaml").read_text())
    assert "14 chargers (w1 to f2): 'ocpp' is planned and simulated, but this version does not speak" in said
    assert "does not speak" not in warnings(WIRED)


@pytest.mark.parametrize(
    ("meter", "told"),
    [
        ("{driver: sdm72, unit: 2, host: 127.0.0.1}", "meters.p1: gives no currents"),
        ("{driver: sdm120, unit: 2, host: 127.0.0.1}", "meters.p1: gives current_l1 only"),
        ("{driver: sdm630, unit: 2, host: 127.0.0.1}", ""),
    ],
)
def test_a_meter_without_the_currents_of_its_fuse_is_warned_of(meter: str, told: str) -> None:
    text = HOME.replace("{limit_a: 25}", "{limit_a: 25, meter: p1}") + f"meters: {{p1: {meter}}}\n"
    found = [line for line in warnings(text).splitlines() if line.startswith("meters.")]
    assert [line.partition(",")[0] for line in found] == ([told] if told else [])


def test_a_step_that_leaves_only_the_minimum_is_warned_of() -> None:
    assert "chargers[0].current_a.step: 11 A" in warnings(HOME.replace("max: 16", "max: 16, step: 11"))
    assert "current_a.step" not in warnings(HOME.replace("max: 16", "max: 16, step: 10"))


@pytest.mark.parametrize(
    ("price", "told"),
    [
        (
            "{source: energy_charts, zone: XX}",
            "tariff.buy.zone: energy_charts has no zone 'XX'; it has AT, BE",
        ),
        ("{source: awattar, zone: BE}", "tariff.buy.zone: awattar has no zone 'BE'; it has AT, DE-LU"),
        ("{source: energy_charts, zone: de_lu}", ""),
        ("{source: entsoe, zone: 10YNOWHERE-----X, key_env: KEY}", ""),
    ],
)
def test_a_zone_that_its_source_does_not_have_is_warned_of(price: str, told: str) -> None:
    text = HOME[: HOME.index("tariff:")] + f"tariff: {{buy: {price}}}\n"
    zones = [line for line in report_of(parse_site(text, "site.yaml")).warnings if ".zone:" in line]
    assert [line[: len(told)] for line in zones] == ([told] if told else [])


def test_a_country_without_known_holidays_is_told() -> None:
    there = HOME.replace("location: {", "location: {country: ZZ, ")
    assert "ZZ" in warnings(there)
    assert "no public holidays are known there" in warnings(there)


def test_a_site_whose_files_are_missing_can_be_planned_once_they_are_there(tmp_path: Path) -> None:
    text = HOME[: HOME.index("tariff:")] + "tariff: {buy: {source: file, path: nope.csv}}\n"
    report = report_of(parse_site(text, "site.yaml"), tmp_path)
    assert len(report.missing_files) == 1
    console = Console(file=io.StringIO(), width=200, highlight=False)
    show_report(report, console)
    assert isinstance(console.file, io.StringIO)
    assert "can be planned once the files above are there" in console.file.getvalue()
