"""The site as safety sees it, against hand calculations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from domain.site import parse_site
from executors.control.wiring import wiring_of

EXAMPLES = Path(__file__).parents[3] / "examples"


def example(name: str) -> Any:
    path = EXAMPLES / f"{name}.yaml"
    return wiring_of(parse_site(path.read_text(), path.name))


def home(**keys: Any) -> Any:
    data = {
        "name": "Home",
        "location": {"time_zone": "Europe/Brussels"},
        "grid": {"limit_a": 25, "meter": "p1", **keys.pop("grid", {})},
        "meters": {"p1": {"driver": "simulated"}},
        "chargers": [{"id": "a", "driver": "simulated", "current_a": {"min": 6, "max": 16}}],
        "tariff": {"buy": {"source": "fixed", "eur_per_kwh": 0.3}},
        **keys,
    }
    return wiring_of(parse_site(json.dumps(data), "site.yaml"))


def test_a_reserve_is_taken_off_the_limit() -> None:
    wiring = example("home_charx")
    assert wiring.circuit_ids == ("grid", "garage")
    assert wiring.limit_a.tolist() == [[24] * 3, [20] * 3]
    assert wiring.limit_kw.tolist() == [17.3, 11]
    assert wiring.meter_ids == ("p1", None)


def test_a_circuit_without_its_own_base_load_has_what_is_stated_below_it() -> None:
    wiring = example("tree_everest")
    base_max_a = dict(zip(wiring.circuit_ids, wiring.base_max_a, strict=True))
    assert base_max_a == {"grid": 30, "floor_0": 0, "floor_1": 6, "bay_00": 0, "bay_01": 0}


def test_rotated_wiring_names_grid_phases() -> None:
    wiring = example("tree_everest")
    assert wiring.terminals[1].tolist() == [1, 2, 0]
    assert wiring.wired.all()


def test_chargers_hang_below_every_row_on_their_way_to_the_grid() -> None:
    wiring = example("tree_everest")
    p1, p5 = wiring.charger_ids.index("p1"), wiring.charger_ids.index("p5")
    above = [row for row, below in zip(wiring.circuit_ids, wiring.below, strict=True) if below[p1]]
    assert above == ["grid", "floor_0", "bay_00"]
    assert [row for row, below in zip(wiring.circuit_ids, wiring.below, strict=True) if below[p5]] == [
        "grid",
        "floor_1",
    ]


def test_a_standard_north_american_main_carries_80_percent() -> None:
    assert example("plaza_dc").limit_a[0].tolist() == [3200] * 3


def test_cabinets_and_groups_with_a_limit_are_rows_without_a_meter() -> None:
    wiring = example("apartments_ocpp")
    assert wiring.circuit_ids == ("grid", "west", "east", "fast", "fast_cabinet", "guests")
    assert wiring.limit_a[5].tolist() == [96] * 3
    assert wiring.limit_kw[4] == 80
    assert wiring.meter_ids[4:] == (None, None)


def test_a_dc_point_is_told_amperes_of_its_ac_side() -> None:
    wiring = example("apartments_ocpp")
    f1 = wiring.charger_ids.index("f1")
    by_hand_a = 60 / (3 * 0.23 * 0.95 * 0.99)
    assert wiring.max_a[f1] == pytest.approx(92.4)
    assert by_hand_a - 0.1 < wiring.max_a[f1] <= by_hand_a
    assert wiring.min_a[f1] * 10 == pytest.approx(round(wiring.min_a[f1] * 10))
    full_kw = 3 * by_hand_a * wiring.kw_per_a[:, f1]
    assert full_kw[4] == pytest.approx(60)
    assert full_kw[0] == pytest.approx(60 / 0.95)


def test_two_devices_at_0_8_get_7_56_kw() -> None:
    curtailment = {"rule": "de_14a", "devices": 2, "gzf": 0.8, "signal": "relay"}
    assert home(curtailment=curtailment).ceiling_kw == pytest.approx(7.56)


def test_what_nobody_said_is_missing_and_not_0() -> None:
    wiring = home()
    assert np.isnan(wiring.base_max_a[0])
    assert np.isnan(wiring.failsafe_a[0])
    assert wiring.failsafe_after_s[0] == np.inf


def test_a_one_phase_grid_has_one_phase() -> None:
    wiring = home(grid={"phases": 1})
    assert wiring.grid_phases.tolist() == [True, False, False]
    assert wiring.wired[0].tolist() == [True, False, False]


def test_a_group_gives_its_class_to_points_that_say_none() -> None:
    wiring = example("apartments_ocpp")
    classes = dict(zip(wiring.charger_ids, wiring.priority.tolist(), strict=True))
    assert (classes["w1"], classes["w2"], classes["e4"]) == (2, 2, 1)
