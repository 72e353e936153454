"""Keys without a planning rule are named, and every key of the schema is classified."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.requests import ChargeRequest
from domain.site import Site, parse_site
from domain.site_keys import site_keys
from scheduler.built_keys import PLANNED, WITHOUT_A_RULE
from scheduler.not_built import NOT_BUILT, Row, unbuilt

EXAMPLES = Path(__file__).parents[2] / "examples"
LEAST = """\
name: Least
location: {time_zone: Europe/Brussels}
grid: {limit_a: 25}
chargers: [{id: one, current_a: {min: 6, max: 16}}]
tariff: {buy: {source: fixed, eur_per_kwh: 0.3}, sell: {source: fixed, eur_per_kwh: 0}}
"""
TWO_CLASSES = "id: vip, priority: 2, current_a: {min: 6, max: 16}}, {id: one, current_a: {min: 6, max: 16}"
TABLE = "{id: v, efficiency: [{phases: 1, current_a: 6, efficiency: 0.8}]}"
VETO = "name: Least\nvehicles: [{id: v, phase_switching: {mode: never}}]"
BUDGET = "mode: oneway, max_per_session: 2, hold_s: 60, hysteresis_kw: 0.2, at_limit: single"


def example(name: str) -> Site:
    return parse_site((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8"), name)


def named(site: Site, *requests: ChargeRequest) -> set[str]:
    return {key.where for key in unbuilt(site, requests=requests)}


def request(**more: object) -> ChargeRequest:
    times = {
        "arrival": datetime(2026, 11, 20, 8, tzinfo=UTC),
        "departure": datetime(2026, 11, 20, 16, tzinfo=UTC),
    }
    return ChargeRequest.model_validate({"id": "r", "charger": "one", "energy_kwh": 5, **times, **more})


def covered(path: str, table: frozenset[str]) -> bool:
    """Whether a table holds a path itself, or an ancestor with everything below it."""
    parts = path.split(".")
    above = {".".join(parts[:n]) for n in range(1, len(parts) + 1)}
    return path in table or any(f"{up}.**" in table or f"{up.removesuffix('[]')}.**" in table for up in above)


def test_every_key_of_the_schema_is_classified_once() -> None:
    tables = {
        "not built": frozenset(row.key for row in NOT_BUILT),
        "planned": PLANNED,
        "without a rule": WITHOUT_A_RULE,
    }
    paths = site_keys()
    leaves = [
        path for path in paths if not any(other.startswith((f"{path}.", f"{path}[]")) for other in paths)
    ]
    wrong = {}
    for path in [*leaves, "vehicles[].efficiency"]:
        homes = [name for name, table in tables.items() if covered(path, table)]
        if len(homes) != 1:
            wrong[path] = homes
    assert wrong == {}


def test_every_row_of_the_tables_is_a_key_of_the_schema() -> None:
    rows = {row.key for row in NOT_BUILT if not row.key.startswith("requests")}
    for row in rows | PLANNED | WITHOUT_A_RULE:
        assert row.removesuffix(".**").removesuffix("[]") in site_keys(), row


@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*.yaml")))
def test_the_examples_are_built_from_end_to_end(name: str) -> None:
    assert named(example(name)) == set()


def test_a_key_without_a_rule_is_named_with_those_who_use_it() -> None:
    row = Row("chargers[].kind", "not this one", lambda case: (one.id for one in case.site.chargers))
    (found,) = unbuilt(example("plaza_dc"), requests=(), rows=[row])
    assert found.where == "chargers[].kind"
    assert str(found).endswith(
        "not this one (at stall_01, stall_02, stall_03, stall_04, stall_05 and 15 more)"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("id: one,", "id: one, phase_switching: {mode: both},"),
        ("id: one,", "id: one, phase_switching: {mode: never, hold_s: 60},"),
        ("id: one,", f"id: one, phase_switching: {{{BUDGET}}},"),
        ("id: one,", "id: one, min_run_s: 1800, min_pause_s: 900,"),
        ("name: Least", VETO),
        ("name: Least", f"name: Least\nvehicles: [{TABLE}]"),
        ("id: one,", "id: one, priority: 7,"),
        ("id: one,", "id: one, weight: 2,"),
        ("chargers: [", "chargers: [{id: dc, kind: dc, power_kw: {min: 1, max: 9}}, "),
        ("name: Least", "name: Least\ncabinets: [{id: c, limit_kw: 9}]"),
        ("name: Least", "name: Least\ngroups: [{id: g, chargers: [one], limit_a: 20, solar: true}]"),
        ("id: one, current_a: {min: 6, max: 16}", TWO_CLASSES),
        ("name: Least", "name: Least\nusers: [{id: u, priority: 3}]"),
        ("id: one,", "id: one, driver: charx, host: charx.local, failsafe: {current_a: 6, after_s: 30},"),
        (
            "name: Least",
            "name: Least\ngroups: [{id: g, chargers: [one]}]\nusers: [{id: u, rfid: ['04'], group: g}]",
        ),
        ("name: Least", "name: Least\nvehicles: [{id: v, efficiency: 0.9, phase_sets: [[1], [1, 2]]}]"),
        (
            "limit_a: 25",
            "limit_a: [25, 20, 20], limit_kw: 12, imbalance_limit_a: 20, export_limit_kw: 0",
        ),
        ("source: fixed, eur_per_kwh: 0.3", "source: tibber, key_env: TOKEN"),
    ],
)
def test_what_is_built_or_has_no_effect_is_not_named(old: str, new: str) -> None:
    asked = (request(), request(target_soc=0.8, soc_now=0.2), request(priority=3, weight=2.0))
    assert named(parse_site(LEAST.replace(old, new, 1), "t"), *asked) == set()


def test_many_requests_are_counted() -> None:
    many = [request(id=f"r{i}") for i in range(12)]
    row = Row("requests[].weight", "not yet", lambda case: [one.id for one in case.requests])
    keys = unbuilt(parse_site(LEAST, "t"), requests=many, rows=[row])
    assert [key.where for key in keys] == [f"requests[r{i}].weight" for i in range(5)]
    assert str(keys[-1]).endswith("(and 7 requests more)")
