"""The tables of drivers say what each can do."""

from __future__ import annotations

from domain.drivers import CHARGER_DRIVERS, LOAD_DRIVERS, METER_DRIVERS, Ability


def test_phase_switching_is_an_ability() -> None:
    able = {name for name, driver in CHARGER_DRIVERS.items() if driver.switches_phases}
    assert able == {"none", "simulated", "teltocharge", "everest"}


def test_only_some_can_choose_any_phase() -> None:
    able = {name for name, driver in CHARGER_DRIVERS.items() if Ability.PHASE_CHOICE in driver.abilities}
    assert able == {"teltocharge"}


def test_every_table_has_something_without_wires() -> None:
    for table in (CHARGER_DRIVERS, METER_DRIVERS, LOAD_DRIVERS):
        assert "simulated" in table


def test_every_charger_with_wires_can_be_limited_and_paused() -> None:
    for name, driver in CHARGER_DRIVERS.items():
        assert name == "none" or {Ability.CURRENT_LIMIT, Ability.PAUSE} <= driver.abilities
