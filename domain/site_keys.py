"""Every key that a site file may hold, read off the models: path, need, default, words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from domain.site_root import Site
from domain.yaml_text import KeyPath

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SiteKey:
    """One key, as one of the models that may stand at its place has it."""

    path: str
    """Such as ``chargers[].current_a.min`` or ``meters.*.driver``."""
    owner: str
    """Model that has the key."""
    required: bool
    schema: Schema
    """JSON schema of the value."""

    @property
    def name(self) -> str:
        """The key itself."""
        return self.path.rsplit(".", 1)[-1].removesuffix("[]")


@cache
def site_keys() -> Mapping[str, tuple[SiteKey, ...]]:
    """All keys by path; where several models may stand at a place, a path has several entries."""
    root = Site.model_json_schema()
    found: dict[str, list[SiteKey]] = {}
    for key in _keys_of(root, "", root["$defs"]):
        entries = found.setdefault(key.path, [])
        if key not in entries:
            entries.append(key)
    return {path: tuple(entries) for path, entries in found.items()}


def siblings(parent: str) -> tuple[str, ...]:
    """The keys that may stand right below ``parent`` (empty: at the top), in the order of the models."""
    names = [
        key.name for entries in site_keys().values() for key in entries[:1] if _parent(key.path) == parent
    ]
    return tuple(dict.fromkeys(names))


def pattern_of(path: KeyPath) -> str:
    """The schema's path of a place in a file: positions become ``[]``, ids of meters ``*``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += "[]"
        else:
            text += ".*" if text == "meters" else f".{step}" if text else step
    return text


def _parent(path: str) -> str:
    return path.rsplit(".", 1)[0] if "." in path else ""


def _keys_of(schema: Schema, path: str, defs: Schema) -> Iterator[SiteKey]:
    """Keys below a schema, depth first, in the order of the models."""
    schema = resolved(schema, defs)
    for member in _members(schema):
        yield from _keys_of(member, path, defs)
    if "items" in schema:
        yield from _keys_of(schema["items"], f"{path}[]", defs)
    if isinstance(schema.get("additionalProperties"), dict):
        yield from _keys_of(schema["additionalProperties"], f"{path}.*", defs)
    if isinstance(schema.get("patternProperties"), dict):
        for value in schema["patternProperties"].values():
            yield from _keys_of(value, f"{path}.*", defs)
    for name, value in schema.get("properties", {}).items():
        below = f"{path}.{name}" if path else name
        required = name in schema.get("required", ())
        yield SiteKey(below, schema.get("title", ""), required, {**resolved(value, defs), **value})
        yield from _keys_of(value, below, defs)


def _members(schema: Schema) -> list[Schema]:
    members: list[Schema] = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    return members


def resolved(schema: Schema, defs: Schema) -> Schema:
    """A schema with its reference followed."""
    reference = schema.get("$ref")
    if reference is None:
        return schema
    target: Schema = defs[reference.removeprefix("#/$defs/")]
    return target
