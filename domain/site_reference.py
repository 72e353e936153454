"""The reference of the site file, written from the models: one table per block of keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from domain.site_keys import Schema, SiteKey, resolved, site_keys
from domain.site_root import Site

_CHOOSERS: Final = ("source", "kind", "rule")
_FIRST: Final = ("id", *_CHOOSERS, "driver")
_PATTERNS: Final = {
    r"^([01]?\d|2[0-3]):[0-5]\d$": '"00:00" to "23:59"',
    r"^([01]?\d|2[0-3]):[0-5]\d$|^24:00$": '"00:00" to "24:00"',
    r"^\d{4}-(0[1-9]|1[0-2])$": '"YYYY-MM"',
    r"^[A-Za-z0-9][A-Za-z0-9_.-]*$": "id",
}


def reference() -> str:
    """Markdown: every block with its keys, what they allow, their defaults and their meaning."""
    root = Site.model_json_schema()
    blocks: dict[str, dict[str, list[SiteKey]]] = {}
    for path, entries in site_keys().items():
        for key in entries:
            place = path.rsplit(".", 1)[0] if "." in path else ""
            blocks.setdefault(key.owner, {}).setdefault(place, []).append(key)
    return "\n".join(line for owner, places in blocks.items() for line in _block(owner, places, root))


def _block(owner: str, places: dict[str, list[SiteKey]], root: Schema) -> Iterator[str]:
    schema = root if owner == "Site" else root["$defs"][owner]
    title = ", ".join(f"`{place}`" for place in places if place) or "Top of the file"
    keys = sorted(next(iter(places.values())), key=lambda key: _rank(key.name))
    yield f"### {title}{_choice(schema)}\n"
    yield f"{_flat(schema.get('description', ''))}\n"
    yield "| key | allowed | default | meaning |"
    yield "|---|---|---|---|"
    for key in keys:
        meaning = _flat(key.schema.get("description", "")) if "properties" not in key.schema else ""
        allowed = allowed_words(key.schema, root["$defs"])
        yield f"| `{key.name}` | {allowed} | {_default(key)} | {meaning} |"
    yield ""


def allowed_words(schema: Schema, defs: Schema) -> str:
    """What a value may be, in a few words."""
    schema = {**resolved(schema, defs), **schema}
    members = [
        member for member in (*schema.get("anyOf", ()), *schema.get("oneOf", ())) if not _is_null(member)
    ]
    if members:
        return " or ".join(dict.fromkeys(allowed_words(member, defs) for member in members))
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{_yaml(word)}`" for word in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {allowed_words(schema.get('items', {}), defs)}"
    return _plain(schema)


def _plain(schema: Schema) -> str:
    kind = schema.get("type")
    if kind in {"number", "integer"}:
        return f"{'whole number' if kind == 'integer' else 'number'}{_range(schema)}"
    if kind == "string":
        return _PATTERNS.get(schema.get("pattern", ""), "text")
    return {"boolean": "`true`, `false`", "object": "block"}.get(str(kind), "text")


def _range(schema: Schema) -> str:
    words = {"exclusiveMinimum": "above", "minimum": "from", "exclusiveMaximum": "below", "maximum": "to"}
    parts = [f"{word} {schema[name]:.15g}" for name, word in words.items() if name in schema]
    return f", {' '.join(parts)}" if parts else ""


def _default(key: SiteKey) -> str:
    if key.required:
        return "**needed**"
    default = key.schema.get("default")
    if default is None or default in ([], {}):
        return "none"
    return f"`{_yaml(default)}`"


def _yaml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_yaml, value))}]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _choice(schema: Schema) -> str:
    """The words that choose this block among several that may stand at its place."""
    for chooser in _CHOOSERS:
        found = schema.get("properties", {}).get(chooser, {})
        if "const" in found:
            return f" with `{chooser}: {found['const']}`"
        if "enum" in found and schema.get("title") == "ProviderPrice":
            return f" with another `{chooser}`"
    return ""


def _rank(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def _is_null(schema: Schema) -> bool:
    return schema.get("type") == "null"


def _flat(text: str) -> str:
    return " ".join(text.replace("``", "`").split()).replace("|", "\\|")
