"""Wrong site files bring one clear fault each, in the right line."""

from __future__ import annotations

import pytest

from domain.errors import InputError
from domain.site import parse_site
from tests.cases.wrong_sites import GOOD, WRONG, Wrong


def edited(*edits: Wrong) -> str:
    text = GOOD
    for edit in edits:
        assert text.count(edit.old) >= 1, edit.old
        text = text.replace(edit.old, edit.new, 1) if edit.old else text + edit.new
    return text


def test_the_good_file_is_good() -> None:
    assert parse_site(GOOD, "site.yaml").name == "Testing"


@pytest.mark.parametrize(
    "wrong", WRONG, ids=[f"{wrong.where or 'file'}: {wrong.new[:40]}" for wrong in WRONG]
)
def test_a_wrong_file_names_line_key_and_what_is_allowed(wrong: Wrong) -> None:
    with pytest.raises(InputError) as caught:
        parse_site(edited(wrong), "site.yaml")
    told = [(fault.line, fault.where) for fault in caught.value.faults]
    assert (wrong.line, wrong.where) in told, caught.value
    named = [str(fault) for fault in caught.value.faults if fault.where == wrong.where]
    assert any(wrong.says in text for text in named), named
    assert str(caught.value).startswith("site.yaml:")


def test_most_edits_bring_exactly_one_fault() -> None:
    several = []
    for wrong in WRONG:
        with pytest.raises(InputError) as caught:
            parse_site(edited(wrong), "site.yaml")
        if len(caught.value.faults) > 1:
            several.append((wrong.where, str(caught.value)))
    with_consequences = {"grid.reserve_a", "circuits[1].id", "chargers[0].current_a.min", "target_kw", ""}
    assert {where for where, _ in several} <= {"battery.charge_kw", *with_consequences}, several


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    picked = [WRONG[i] for i in (0, 5, 11, 21)] + [
        wrong for wrong in WRONG if wrong.where == "tariff.buy.vat"
    ][:1]
    picked += [wrong for wrong in WRONG if wrong.where in {"departures[0].user", "chargers[0].circuit"}]
    with pytest.raises(InputError) as caught:
        parse_site(edited(*picked), "site.yaml")
    faults = caught.value.faults
    assert {fault.where for fault in faults} == {wrong.where for wrong in picked}
    assert [fault.line for fault in faults] == sorted(fault.line or 0 for fault in faults)


def test_a_faulty_charger_does_not_make_its_departures_faulty() -> None:
    text = GOOD.replace("min: 6, max: 16, step: 1", "min: six, max: 16")
    with pytest.raises(InputError) as caught:
        parse_site(text, "site.yaml")
    assert [fault.where for fault in caught.value.faults] == ["chargers[0].current_a.min"]


def test_places_in_the_file_stay_right_when_an_earlier_entry_is_faulty() -> None:
    text = GOOD.replace("min: 6, max: 16, step: 1", "min: six, max: 16").replace(
        "circuit: shed", "circuit: attic"
    )
    with pytest.raises(InputError) as caught:
        parse_site(text, "site.yaml")
    assert [(fault.line, fault.where) for fault in caught.value.faults] == [
        (17, "chargers[0].current_a.min"),
        (19, "chargers[1].circuit"),
    ]


def test_a_misspelt_block_is_still_looked_into() -> None:
    text = GOOD + "curtailmnt: {rule: de_14a, devices: none, signal: relay}\n"
    with pytest.raises(InputError) as caught:
        parse_site(text, "site.yaml")
    assert {fault.where for fault in caught.value.faults} == {"curtailmnt", "curtailmnt.devices"}


@pytest.mark.parametrize(
    "text", ["", "# only a comment\n", "- a\n- b\n", "just words\n", "42\n", "{}\n", "\0"]
)
def test_what_is_no_site_at_all_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_site(text, "site.yaml")


def test_a_key_in_the_place_of_its_variable_s_name_is_in_no_message() -> None:
    for key in ("5e-cr-et", "9secret", "se.cr.et=="):
        with pytest.raises(InputError) as caught:
            parse_site(
                edited(Wrong("sample, vat: 0.06", f'entsoe, zone: BE, key_env: "{key}"', 0, "", "")), "s.yaml"
            )
        assert key not in str(caught.value)
