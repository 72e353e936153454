"""YAML as the owner wrote it: text stays text, and every value knows its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from domain.errors import Fault, InputError

MAX_CHARS: Final = 1_000_000
MAX_DEPTH: Final = 24
MAX_VALUES: Final = 200_000
"""After aliases are written out, so that a few lines cannot stand for millions of values."""

KeyPath = tuple[str | int, ...]
"""Keys and list positions from the root of the file down to a value."""

_TAG: Final = "tag:yaml.org,2002:"
_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "null": lambda _: None,
    "bool": lambda text: text == "true",
    "int": int,
    "float": float,
    "str": str,
}


@dataclass(frozen=True, slots=True)
class YamlText:
    """The values of a YAML file (dict, tuple, str, bool, int, float, None) with their lines."""

    source: str
    data: Any
    lines: Mapping[KeyPath, int]
    faults: tuple[Fault, ...] = ()
    """What could be read but is wrong: doubled keys, keys that are not text."""

    def line(self, path: KeyPath) -> int | None:
        """Line of the value at ``path``, or of the nearest one around it; counted from 1."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None


class _Loader(yaml.SafeLoader):
    """PyYAML's reader without its guesses about dates, sexagesimal numbers, yes and no."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as PyYAML wants it

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Compose one node, unless it lies too deep."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem=f"nested deeper than {MAX_DEPTH} levels", problem_mark=mark)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


for _name, _pattern, _first in (
    ("null", r"~|null|", ["~", "n", ""]),
    ("bool", r"true|false", list("tf")),
    ("int", r"[-+]?(?:0|[1-9][0-9]{0,17})", list("-+0123456789")),
    ("float", r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(f"(?:{_pattern})$"), _first)


def read_yaml(text: str, source: str) -> YamlText:
    """Read one YAML document.

    Only ``true`` and ``false`` are booleans; ``NO``, ``off``, ``22:30`` and ``2026-11`` are text.
    InputError where the text is not YAML at all, too long, too deep, or swollen by aliases.
    """
    if len(text) > MAX_CHARS:
        raise InputError([Fault(source, f"{len(text)} characters", f"at most {MAX_CHARS} are allowed")])
    root = _composed(text.removeprefix("\ufeff"), source)
    if root is None:
        raise InputError([Fault(source, "an empty file", "at least one key is needed", line=1)])
    builder = _Builder(source)
    data = builder.value(root, (), frozenset())
    return YamlText(source, data, builder.lines, tuple(builder.faults))


def _composed(text: str, source: str) -> yaml.Node | None:
    try:
        loader = _Loader(text)
        try:
            node: yaml.Node | None = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise InputError([_syntax_fault(error, text, source)]) from error
    return node


def _syntax_fault(error: yaml.YAMLError, text: str, source: str) -> Fault:
    if isinstance(error, yaml.reader.ReaderError):
        at_line = text.count("\n", 0, error.position) + 1
        return Fault(source, "a character that text cannot hold", "remove it", line=at_line)
    problem, mark = getattr(error, "problem", None), getattr(error, "problem_mark", None)
    line = None if mark is None else mark.line + 1
    if "'\\t'" in str(problem):
        return Fault(source, "a tab where a line begins", "indent with spaces", line=line)
    hint = "look at indentation, colons, brackets and quotes here and on the line before"
    return Fault(source, f"not readable as YAML: {problem or error}", hint, line=line)


class _Builder:
    """Turns nodes into values, and notes their lines and faults on the way."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.lines: dict[KeyPath, int] = {}
        self.faults: list[Fault] = []
        self._values = 0

    def value(self, node: yaml.Node, path: KeyPath, above: frozenset[int]) -> Any:
        """The value of a node; ``above`` holds the nodes around it."""
        self._values += 1
        if self._values > MAX_VALUES:
            raise InputError(
                [self._fault(node, path, "too many values", f"at most {MAX_VALUES} are allowed")]
            )
        if id(node) in above:
            raise InputError([self._fault(node, path, "a value that contains itself", "remove the alias")])
        self.lines.setdefault(path, _line(node))
        inside = above | {id(node)}
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, inside)
        if isinstance(node, yaml.SequenceNode):
            return tuple(self.value(item, (*path, i), inside) for i, item in enumerate(node.value))
        return self._scalar(node, path)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath, inside: frozenset[int]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if key_node.tag != _TAG + "str":
                fault = self._fault(
                    key_node, path, f"the key {_shown(key)}", "a key is text: write it in quotes"
                )
                self.faults.append(fault)
            elif key in found:
                first = self.lines[(*path, key)]
                found_twice = self._fault(
                    key_node, (*path, key), "the key a second time", f"it already stands in line {first}"
                )
                self.faults.append(found_twice)
            else:
                self.lines[(*path, key)] = _line(key_node)
                found[key] = self.value(value_node, (*path, key), inside)
        return found

    def _scalar(self, node: yaml.Node, path: KeyPath) -> Any:
        try:
            return _READERS[node.tag.removeprefix(_TAG)](node.value)
        except (KeyError, ValueError):
            fault = self._fault(node, path, f"the tag {node.tag}", "tags are not allowed: remove it")
            self.faults.append(fault)
            return node.value

    def _fault(self, node: yaml.Node, path: KeyPath, found: str, allowed: str) -> Fault:
        return Fault(self.source, found, allowed, dotted(path), _line(node))


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _shown(key: Any) -> str:
    return f"'{key}'" if isinstance(key, str) else "that is a list or block"


def dotted(path: KeyPath) -> str:
    """A path as the owner reads it: ``chargers[0].current_a.min``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")
