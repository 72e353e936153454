"""What pydantic found wrong, in the owner's words: what stands there, and what may."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from difflib import get_close_matches
from math import isinf
from typing import Any, Final

from pydantic_core import ErrorDetails

from domain.errors import Fault
from domain.site_keys import pattern_of, siblings, site_keys
from domain.site_model import CHOICE_OF, PRINTED, TAG
from domain.yaml_text import KeyPath, YamlText, dotted

_LONGEST_SHOWN: Final = 60
_NAMES_A_KEY: Final = "key_env"
_PATTERNS: Final[Mapping[str, str]] = {
    PRINTED: "one line of text is allowed, without control characters",
    r"^[A-Za-z0-9][A-Za-z0-9_.-]*$": "letters, digits, '_', '-' and '.' are allowed",
    r"^[A-Z]{2}$": "two capital letters are allowed, such as BE",
    r"^[A-Z0-9]{1,3}$": "one to three capital letters or digits are allowed, such as BY",
    r"^[A-Za-z_][A-Za-z0-9_]*$": "the name of an environment variable is allowed",
    r"^\d{4}-(0[1-9]|1[0-2])$": 'a month is allowed, such as "2026-11"',
}
_ALLOWED: Final[Mapping[str, Callable[[dict[str, Any]], str]]] = {
    "missing": lambda _: "it is needed and has no default",
    "literal_error": lambda context: _one_of(str(context["expected"])),
    "float_type": lambda _: "a number is allowed",
    "int_type": lambda _: "a whole number is allowed",
    "int_from_float": lambda _: "a whole number is allowed",
    "string_type": lambda _: "text is allowed: write it in quotes",
    "bool_type": lambda _: "true or false is allowed",
    "tuple_type": lambda _: "a list is allowed: [...], or lines that begin with '-'",
    "dict_type": lambda _: "a block of keys is allowed",
    "model_type": lambda _: "a block of keys is allowed",
    "model_attributes_type": lambda _: "a block of keys is allowed",
    "greater_than": lambda context: f"above {context['gt']:g} is allowed",
    "greater_than_equal": lambda context: f"at least {context['ge']:g} is allowed",
    "less_than": lambda context: f"below {context['lt']:g} is allowed",
    "less_than_equal": lambda context: f"at most {context['le']:g} is allowed",
    "finite_number": lambda _: "a finite number is allowed",
    "too_short": lambda context: f"at least {context['min_length']} is needed",
    "too_long": lambda context: f"at most {context['max_length']} are allowed",
    "string_too_short": lambda _: "it must not be empty",
    "string_too_long": lambda context: f"at most {context['max_length']} characters are allowed",
    "string_pattern_mismatch": lambda context: _PATTERNS[context["pattern"]],
    "refused": lambda context: str(context["allowed"]),
}


def path_of(error: ErrorDetails, data: Any) -> KeyPath:
    """Place of an error in the file, without the names of union members."""
    path: KeyPath = ()
    for step in error["loc"]:
        is_tag = str(step).startswith(TAG) and step not in _as_dict(value_at(data, path))
        path = path if is_tag else (*path, step)
    key = _choosing_key(error)
    return (*path, key) if key and key in _as_dict(value_at(data, path)) else path


def fault_of(error: ErrorDetails, text: YamlText) -> Fault:
    """The fault that a pydantic error stands for."""
    path = path_of(error, text.data)
    if error["type"] == "extra_forbidden":
        found, allowed = _unknown_key(path, text.data)
    else:
        found, allowed = _found(error, path, text), _allowed(error)
    return Fault(text.source, found, allowed, dotted(path), text.line(path))


def without_echoes(errors: Sequence[ErrorDetails], data: Any) -> list[ErrorDetails]:
    """The errors that are no mere consequence of others.

    A key is not missing where it is misspelt, and a list not too short because its items are faulty.
    """
    misspelt = set()
    for error in errors:
        path = path_of(error, data)
        if error["type"] == "extra_forbidden":
            misspelt.add((*path[:-1], closest_key(path)))
    return [error for error in errors if not _is_an_echo(error, path_of(error, data), misspelt, data)]


def _is_an_echo(error: ErrorDetails, path: KeyPath, misspelt: Collection[Any], data: Any) -> bool:
    if error["type"] == "too_short":
        return len(value_at(data, path) or ()) >= int(error["ctx"]["min_length"])
    return error["type"] == "missing" and path in misspelt


def value_at(data: Any, path: KeyPath) -> Any:
    """The value at a path; none where the path leads nowhere."""
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def show(value: Any) -> str:
    """A value of the file in a few words, text in quotes."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a block of keys"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if isinstance(value, float) and isinf(value):
        return "a number too large to compute with"
    plain = f"'{value}'" if isinstance(value, str) else f"{value}"
    return plain if len(plain) <= _LONGEST_SHOWN else f"{plain[:_LONGEST_SHOWN]}..."


def _choosing_key(error: ErrorDetails) -> str:
    """The key that should have chosen a member of a union; empty for other errors."""
    return error["type"].removeprefix(CHOICE_OF) if error["type"].startswith(CHOICE_OF) else ""


def _found(error: ErrorDetails, path: KeyPath, text: YamlText) -> str:
    context, value = error.get("ctx", {}), value_at(text.data, path)
    if error["type"] == "missing":
        return "missing"
    if context.get("found"):
        return str(context["found"])
    if isinstance(value, dict) and _choosing_key(error):
        return f"no {_choosing_key(error)}"
    if path and path[-1] == _NAMES_A_KEY:
        return "no such name, and not shown, for it may be the key itself"
    return show(error["input"] if value is None else value)


def _allowed(error: ErrorDetails) -> str:
    describe = _ALLOWED.get(error["type"])
    return error["msg"] if describe is None else describe(error.get("ctx", {}))


def _unknown_key(path: KeyPath, data: Any) -> tuple[str, str]:
    key, parent = str(path[-1]), pattern_of(path[:-1])
    here = _as_dict(value_at(data, path[:-1]))
    if pattern_of(path) in site_keys():
        chooser = next((name for name in ("kind", "source", "rule") if name in here), None)
        choice = f"{chooser}: {here[chooser]}" if chooser else "kind: ac"
        return f"'{key}' with {choice}", "they do not go together: leave it out"
    close, known = closest_key(path), siblings(parent)
    hint = f"did you mean '{close}'?" if close else f"allowed here: {', '.join(known)}"
    return f"unknown key '{key}'", hint


def closest_key(path: KeyPath) -> str | None:
    """The key that the owner may have meant by an unknown one."""
    known = siblings(pattern_of(path[:-1]))
    close = get_close_matches(str(path[-1]).lower(), known, n=1, cutoff=0.6)
    return close[0] if close and pattern_of(path) not in site_keys() else None


def _one_of(expected: str) -> str:
    words = expected.replace(" or ", ", ").replace("'", "")
    return f"one of {words} is allowed" if "," in words else f"{words} is allowed"


def _as_dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
