"""What a restart goes on with: whole or not at all, and never a reason not to start."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from domain.errors import InputError
from domain.plan import Plan
from domain.requests import ChargeRequest
from domain.scenarios import CaseOutlook, Outlook
from domain.site import parse_site
from executors.tracking.learning import Learnt
from service.run.command import deciding_with
from service.run.kept import Kept, Session, load, save, set_aside, state_file, state_folder
from service.run.kept_values import decoded, encoded
from service.run.memory import resume
from service.run.plan_task import PlanTask, planned, still_missing
from tests.service.run_sites import SIMULATED

NOW = datetime(2026, 11, 20, 21, tzinfo=UTC)
NAN2 = np.array([math.nan, 11.2])
LEARNT = Learnt(NAN2, NAN2, np.array([[True, False, False], [False] * 3]), NAN2, NAN2, NAN2, NAN2)
SESSION = Session(
    ("driveway", "shed"),
    np.array([True, False]),
    ("a", ""),
    np.array([3.5, 0.0]),
    np.array([100.5, math.nan]),
    LEARNT,
)


@pytest.fixture(scope="module")
def plan() -> Plan:
    site = parse_site(SIMULATED, "site.yaml")
    return planned(PlanTask(site, Path(), NOW)).plan


def test_what_is_kept_comes_back_as_it_was(tmp_path: Path, plan: Plan) -> None:
    request = ChargeRequest(
        charger="driveway", arrival=NOW, departure=NOW.replace(hour=23), energy_kwh=7.0, id="a"
    )
    kept = Kept(1.5, plan, (request,), {"a": 3.5}, SESSION)
    save(tmp_path / "deep" / "site.json", kept)
    back, trouble = load(tmp_path / "deep" / "site.json")
    assert trouble == ""
    assert back is not None
    assert back.plan is not None
    assert (back.saved_s, back.requests, back.delivered_kwh) == (1.5, (request,), {"a": 3.5})
    assert back.plan.grid == plan.grid
    assert back.plan.made_at == plan.made_at
    assert back.plan.proof == plan.proof
    assert back.plan.requests == plan.requests
    for name, told in plan.chargers.items():
        assert np.array_equal(back.plan.chargers[name].current_a, told.current_a)
        assert back.plan.chargers[name].phases == told.phases
    assert back.session is not None
    assert back.session.request_ids == ("a", "")
    assert np.array_equal(back.session.learnt.max_a, NAN2, equal_nan=True)
    assert back.session.learnt.phases.tolist() == [[True, False, False], [False, False, False]]


def test_what_a_plan_says_of_scenarios_comes_back_too(tmp_path: Path, plan: Plan) -> None:
    cases = (CaseOutlook("as expected", 0.4, 1.5, 0.0), CaseOutlook("little sun", 0.6, math.inf, math.inf))
    outlook = Outlook(NOW, good_for_all=True, hedging_eur=0.25, cases=cases)
    save(tmp_path / "site.json", Kept(0.5, replace(plan, outlook=outlook), (), {}, SESSION))
    back, trouble = load(tmp_path / "site.json")
    assert trouble == ""
    assert back is not None
    assert back.plan is not None
    assert back.plan.outlook == outlook


def test_a_plan_that_was_kept_before_it_spoke_of_scenarios_is_still_good(plan: Plan) -> None:
    older = encoded(plan)
    del older["outlook"]
    assert decoded(Plan, older).proof == plan.proof
    del older["proof"]
    with pytest.raises(ValueError, match="proof"):
        decoded(Plan, older)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("0.5", "0.6", 1) if "0.5" in text else text.replace("a", "b", 1),
        lambda text: "",
        lambda text: "[]",
        lambda text: json.dumps({"format": 1, "sha256": "", "kept": 3}),
        lambda text: json.dumps({"format": 99}),
        lambda text: "\x00" * 50,
    ],
)
def test_a_damaged_file_is_told_and_nothing_worse(tmp_path: Path, damage: object) -> None:
    path = tmp_path / "site.json"
    save(path, Kept(0.5, None, (), {}, SESSION))
    assert callable(damage)
    path.write_text(damage(path.read_text()))
    kept, trouble = load(path)
    assert kept is None
    assert "a new plan is made" in trouble


def test_a_damaged_file_is_put_aside_and_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "site.json"
    path.write_text('{"format": 2, "sha')
    assert set_aside(path) == f"what it held is in {tmp_path / 'site.not-used.json'}"
    save(path, Kept(0.5, None, (), {}, SESSION))
    assert (tmp_path / "site.not-used.json").read_text() == '{"format": 2, "sha'
    assert load(path)[1] == ""


def test_a_file_that_is_not_there_is_no_trouble(tmp_path: Path) -> None:
    assert load(tmp_path / "none.json") == (None, "")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError):
        save(tmp_path / "file" / "site.json", Kept(0.5, None, (), {}))


def test_two_site_files_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    files = {state_file(tmp_path, tmp_path / folder / "site.yaml") for folder in ("a", "b")}
    assert len(files) == 2


def test_the_folder_is_as_asked_then_as_the_environment_says() -> None:
    environment = {"CHARGEWRIGHT_STATE": "/one", "XDG_STATE_HOME": "/two"}
    assert state_folder(environment, Path("/asked")) == Path("/asked")
    assert state_folder(environment, None) == Path("/one")
    assert state_folder({"XDG_STATE_HOME": "/two"}, None) == Path("/two/chargewright")


def test_a_new_plan_is_made_for_what_is_still_missing() -> None:
    def request(name: str, energy_kwh: float) -> ChargeRequest:
        return ChargeRequest(
            charger="driveway", arrival=NOW, departure=NOW.replace(hour=23), energy_kwh=energy_kwh, id=name
        )

    had_kwh = {"a": 4.0, "b": 6.0}
    site = parse_site(SIMULATED, "site.yaml")
    left = still_missing([request("a", 10.0), request("b", 5.0), request("c", 5.0)], had_kwh, site)
    assert [(one.id, one.energy_kwh) for one in left] == [("a", 6.0), ("b", 0.0), ("c", 5.0)]


OTHER = """
name: Pretend
location: {time_zone: Europe/Brussels}
grid: {limit_a: 32, base_load_max_a: 5}
circuits: [{id: barn, parent: grid, limit_a: 20}]
chargers:
  - {id: driveway, circuit: barn, driver: simulated, wiring: [L2], current_a: {min: 6, max: 10}}
  - {id: new, driver: simulated, current_a: {min: 6, max: 16}}
default_request: full
load: {source: fixed, kw: 0.5}
tariff: {buy: {source: fixed, eur_per_kwh: 0.3}}
"""


def test_what_was_kept_of_an_earlier_site_file_is_gone_on_with_as_far_as_it_fits(plan: Plan) -> None:
    """The shed's charger is gone, the car too, the other charger is on another circuit and phase."""
    requests = tuple(
        ChargeRequest(charger=name, arrival=NOW, departure=NOW.replace(hour=23), energy_kwh=7.0, id=name,
                      vehicle="gone")
        for name in ("driveway", "shed")
    )  # fmt: skip
    site, said = parse_site(OTHER, "site.yaml"), list[str]()
    kept = Kept(0.5, plan, requests, {"shed": 2.0, "driveway": 1.0}, SESSION)
    deciding, _ = deciding_with(site, kept, NOW, said.append)
    assert deciding.wiring.charger_ids == ("driveway", "new")
    assert resume(deciding, SESSION) is False
    made = planned(PlanTask(site, Path(), NOW, delivered_kwh=kept.delivered_kwh, previous=plan))
    assert set(made.plan.chargers) == {"driveway", "new"}
