"""YAML is read as written: no guesses, no doubled keys, no bombs; every value knows its line."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InputError
from domain.yaml_text import MAX_CHARS, read_yaml


@pytest.mark.parametrize(
    "text",
    [
        "NO",
        "no",
        "off",
        "on",
        "yes",
        "y",
        "True",
        "FALSE",
        "22:30",
        "1:30",
        "2026-11",
        "2026-11-20",
        "0x10",
        "0o7",
        "012",
        "1_000",
        "+",
        "-x",
        ".",
        "1.2.3",
        ".inf",
        ".nan",
        "04E",
        "9" * 19,
        "=",
        "<<",
    ],
)
def test_text_stays_text(text: str) -> None:
    assert read_yaml(f"key: {text}", "t").data == {"key": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("7", 7),
        ("-7", -7),
        ("0", 0),
        ("0.5", 0.5),
        ("-.5", -0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("1.5E-3", 0.0015),
        ("+2", 2),
    ],
)
def test_numbers_and_booleans_are_what_they_look_like(text: str, value: object) -> None:
    read = read_yaml(f"key: {text}", "t").data["key"]
    assert read == value
    assert type(read) is type(value)


def test_times_in_flow_style_stay_text() -> None:
    data = read_yaml("- {from: 22:00, to: 06:00, days: [mon, sat]}", "t").data
    assert data == ({"from": "22:00", "to": "06:00", "days": ("mon", "sat")},)


def test_every_value_knows_its_line() -> None:
    read = read_yaml("a: 1\nb:\n  - x\n  - {c: 2,\n     d: 3}\n", "t")
    assert read.line(("a",)) == 1
    assert read.line(("b", 0)) == 3
    assert read.line(("b", 1, "d")) == 5
    assert read.line(("b", 1, "missing", 7)) == 4
    assert read.line(("missing",)) == 1


def test_a_doubled_key_is_a_fault_and_the_first_value_counts() -> None:
    read = read_yaml("a: 1\nb: 2\na: 3\n", "t")
    assert read.data == {"a": 1, "b": 2}
    assert [(fault.line, fault.where) for fault in read.faults] == [(3, "a")]


def test_an_alias_stands_for_its_value() -> None:
    assert read_yaml("a: &x {m: 1}\nb: *x\n", "t").data == {"a": {"m": 1}, "b": {"m": 1}}


def test_aliases_cannot_swell_a_file() -> None:
    levels = "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 10))
    with pytest.raises(InputError, match="too many values"):
        read_yaml("a0: &a0 [1, 2, 3]\n" + levels, "t")


def test_a_value_cannot_contain_itself() -> None:
    with pytest.raises(InputError, match="contains itself"):
        read_yaml("a: &a [*a]\n", "t")


def test_depth_and_size_are_bounded() -> None:
    with pytest.raises(InputError, match="nested deeper"):
        read_yaml("[" * 5000, "t")
    with pytest.raises(InputError, match="characters"):
        read_yaml("#" * (MAX_CHARS + 1), "t")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\n\tb: 2\n", 2),
        ("a: [1\nb: 2\n", 2),
        ("a: b: c\n", 1),
        ("a: 1\n---\nb: 2\n", 2),
        ("a: *x\n", 1),
        ("a: 'x\n", 2),
        ("a: 1\nb: \x07\n", 2),
        ("%YAML 3.0\n---\na: 1\n", 1),
    ],
)
def test_a_syntax_error_is_one_fault_with_its_line(text: str, line: int) -> None:
    with pytest.raises(InputError) as caught:
        read_yaml(text, "site.yaml")
    assert [fault.line for fault in caught.value.faults] == [line]


def test_a_byte_order_mark_does_no_harm() -> None:
    assert read_yaml("\ufeffa: 1\n", "t").data == {"a": 1}


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InputError):
        read_yaml(text, "t")
