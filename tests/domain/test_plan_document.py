"""plan.json: what it holds, its numbers, and that its schema is in step."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from pydantic import ValidationError

from domain.plan import ChargerPlan, Plan, Status
from domain.plan_document import PlanDocument, document, text_of
from domain.series import Quality
from tests.plans import garage_plan, home_plan, with_breach, with_shortfall
from tests.tolerance import approx_eur, approx_kw

SCHEMA = Path(__file__).parent.parent.parent / "docs" / "plan.schema.json"
CONTRACT = {
    "site": (),
    "made_at": (),
    "slots": (),
    "chargers": (),
    "site_power_kw": ("import", "export", "solar", "curtailed", "load", "battery", "flexible"),
    "circuits": (),
    "requests": (),
    "cost_eur": ("energy", "sold", "peak", "wear", "total", "without_charging", "stored"),
    "proof": (
        "status",
        "cost_eur",
        "bound_eur",
        "gap",
        "gap_before_rounding",
        "shortfall_kwh",
        "shortfall_bound_kwh",
        "build_s",
        "solve_s",
        "rows",
        "columns",
        "binaries",
    ),
    "breaches": (),
    "sources": ("buy", "sell", "load"),
}
"""Keys that the contract names, with the keys inside them."""
REQUEST_KEYS = (
    *("id", "charger", "vehicle", "arrival", "departure"),
    *("energy_kwh", "delivered_kwh", "shortfall_kwh", "binding", "remedy"),
)
PLANS = {"home": home_plan(), "garage": with_breach(with_shortfall(garage_plan()))}


def written(plan: Plan) -> Any:
    return json.loads(text_of(document(plan)))


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_a_document_validates_against_the_published_schema(plan: Plan) -> None:
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(written(plan))


def test_the_schema_itself_is_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(SCHEMA.read_text()))


def test_a_document_reads_back_as_itself() -> None:
    words = document(with_breach(with_shortfall(home_plan())))
    assert PlanDocument.model_validate_json(text_of(words)) == words


def test_the_keys_of_the_contract_are_there() -> None:
    plan = written(home_plan())
    for key, inner in CONTRACT.items():
        assert key in plan
        assert all(name in plan[key] for name in inner)
    assert set(plan["chargers"]["driveway"]) == {"current_a", "phases", "power_kw"}
    assert {"L1_a", "L2_a", "L3_a"} <= set(plan["circuits"]["grid"])
    assert set(REQUEST_KEYS) <= set(plan["requests"][0])
    assert {"source", "issued_at", "quality"} <= set(plan["sources"]["buy"])


def test_every_list_has_one_entry_for_each_slot() -> None:
    plan = written(home_plan())
    lists = [
        *plan["chargers"]["driveway"].values(),
        *(values for name, values in plan["site_power_kw"].items() if name != "flexible"),
        *(values for name, values in plan["circuits"]["grid"].items() if name != "limit_kw"),
        *plan["prices_eur_per_kwh"].values(),
    ]
    assert {len(values) for values in lists} == {len(plan["slots"])} == {96}


def test_power_balances_in_every_slot() -> None:
    plan = written(home_plan())
    power = {name: np.array(values) for name, values in plan["site_power_kw"].items() if name != "flexible"}
    charging = np.array(plan["chargers"]["driveway"]["power_kw"])
    taken = power["load"] + charging + power["battery"] - power["solar"]
    assert (power["import"] - power["export"]).tolist() == pytest.approx(taken.tolist(), abs=4e-6)


def test_moments_are_in_utc_with_z() -> None:
    plan = written(home_plan())
    assert plan["made_at"] == "2026-06-17T10:00:03Z"
    assert plan["slots"][0] == {"start": "2026-06-17T10:00:00Z", "end": "2026-06-17T10:15:00Z"}
    assert plan["requests"][0]["arrival"] == "2026-06-17T10:00:00Z"


def test_a_request_without_id_is_named_by_charger_and_arrival() -> None:
    assert written(home_plan())["requests"][0]["id"] == "driveway@2026-06-17T10:00Z"


def test_phases_are_named_in_the_order_of_the_grid() -> None:
    plan = written(home_plan())
    assert set(plan["chargers"]["driveway"]["phases"]) == {"", "L1", "L1L2L3"}


def test_binding_and_remedy_are_told_with_a_shortfall_only() -> None:
    short, full = written(with_shortfall(home_plan()))["requests"][0], written(home_plan())["requests"][0]
    assert short["binding"] == {"kind": "circuit", "circuit": "grid", "phase": "L1", "slots": [40, 41]}
    assert short["remedy"]["text"] == "2 A more on circuit grid"
    assert full["binding"] is None
    assert short["also_binding"] == full["also_binding"] == []
    assert full["remedy"] is None


def test_a_source_tells_until_when_it_is_published() -> None:
    sources = written(home_plan())["sources"]
    assert sources["buy"]["quality"] == "forecast"
    assert sources["buy"]["published_until"] == "2026-06-17T22:00:00Z"
    assert sources["load"]["quality"] == "published"
    assert sources["load"]["published_until"] is None


def test_a_repeated_tail_is_told_as_repeated() -> None:
    plan = home_plan()
    quality = plan.sources["buy"].quality.copy()
    quality[-1] = Quality.REPEATED
    changed = replace(plan, sources={**plan.sources, "buy": replace(plan.sources["buy"], quality=quality)})
    assert written(changed)["sources"]["buy"]["quality"] == "repeated"


def test_numbers_are_rounded_and_zero_is_not_negative() -> None:
    plan = home_plan()
    odd = replace(plan, cost=replace(plan.cost, energy_eur=1.23456789, wear_eur=-0.0))
    cost = written(odd)["cost_eur"]
    assert cost["energy"] == approx_eur(1.234568)
    assert str(cost["wear"]) == "0.0"


def test_total_is_bought_less_sold_plus_peak_and_wear() -> None:
    cost = written(home_plan())["cost_eur"]
    parts = cost["energy"] - cost["sold"] + cost["peak"] + cost["wear"]
    assert cost["total"] == pytest.approx(parts, abs=3e-6)


def test_a_bound_or_a_limit_that_does_not_exist_is_null() -> None:
    plan = home_plan(Status.FALLBACK)
    endless = np.full((3, len(plan.grid)), np.inf)
    plan = replace(
        plan,
        proof=replace(plan.proof, bound_eur=-np.inf, gap=np.inf),
        circuits={"grid": replace(plan.circuits["grid"], limit_a=endless)},
    )
    words = written(plan)
    assert words["proof"]["bound_eur"] is None
    assert words["proof"]["gap"] is None
    assert words["circuits"]["grid"]["L2_limit_a"][0] is None


def test_a_value_that_is_missing_is_an_error_not_a_hole() -> None:
    plan = home_plan()
    power_kw = plan.chargers["driveway"].power_kw.copy()
    power_kw[3] = np.nan
    told = plan.chargers["driveway"]
    broken = replace(plan, chargers={"driveway": ChargerPlan(told.current_a, told.phases, power_kw)})
    with pytest.raises(ValidationError, match="finite"):
        document(broken)


def test_energy_is_the_sum_of_power_over_the_slots() -> None:
    plan = home_plan()
    power_kw = written(plan)["chargers"]["driveway"]["power_kw"]
    # six hours at 10 A on one phase, one hour at 8 A on three, 230 V
    assert sum(power_kw) / 4 == approx_kw(6 * 2.3 + 1 * 5.52)
