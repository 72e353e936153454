"""From the text of a site file to a ``Site``, or to the list of everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from domain.errors import Fault, InputError
from domain.site_checks import check_site
from domain.site_faults import closest_key, fault_of, path_of, without_echoes
from domain.site_keys import pattern_of, site_keys
from domain.site_known import Known, SiteFault
from domain.site_repair import Repair
from domain.site_root import GRID, Mode, Site
from domain.yaml_text import KeyPath, YamlText, dotted, read_yaml

__all__ = ["GRID", "Mode", "Site", "parse_site"]

_ROUNDS: Final = 8
"""How often the rest of a faulty site is looked at again."""


def parse_site(text: str, source: str) -> Site:
    """The site that ``text`` describes; ``source`` names the file in faults.

    InputError with every fault that can be told, by line.
    """
    yaml_text = read_yaml(text, source)
    if not isinstance(yaml_text.data, dict):
        raise InputError(
            [Fault(source, "no keys", "a site file is a block of keys: name, location, ...", line=1)]
        )
    faults = [*yaml_text.faults, *(_empty_fault(path, yaml_text) for path in _empty_keys(yaml_text.data))]
    site, shape_faults, repair = _shaped(yaml_text)
    faults += shape_faults
    if site is not None:
        found = check_site(site, Known.from_data({**repair.renamed_blocks, **yaml_text.data}))
        faults += [_located(fault, repair, yaml_text) for fault in found if not _caused_by(repair, fault)]
    if faults or site is None:
        raise InputError(sorted(dict.fromkeys(faults), key=lambda fault: (fault.line or 0, fault.where)))
    return site


def _shaped(text: YamlText) -> tuple[Site | None, list[Fault], Repair]:
    """The site, or what is left of it without its faulty parts, and the faults of its shape."""
    repair, faults = Repair(text.data), list[Fault]()
    for path in _empty_keys(text.data):
        repair.take_out(path)
    for _ in range(_ROUNDS):
        try:
            return Site.model_validate(repair.data), faults, repair
        except ValidationError as error:
            errors = error.errors(include_url=False)
        moved = [_moved(one, repair) for one in without_echoes(errors, repair.data)]
        faults += [fault_of(one, text) for one in moved if not _follows(one, repair, text)]
        taken = [_repaired(one, repair, text) for one in moved]
        if not any(taken):
            break
    return None, faults, repair


def _repaired(error: ErrorDetails, repair: Repair, text: YamlText) -> bool:
    path = path_of(error, text.data)
    if error["type"] == "extra_forbidden":
        return repair.rename(path, closest_key(path))
    return repair.take_out_keys(path, _keys_of(error)) or repair.take_out(path)


def _follows(error: ErrorDetails, repair: Repair, text: YamlText) -> bool:
    """Whether an error may come from what was cut out before."""
    path, keys = path_of(error, text.data), _keys_of(error)
    if _rests_on_the_kind(error, path) and repair.touches((*path[:-1], "kind")):
        return True
    return any(repair.touches((*path, key)) for key in keys) if keys else repair.touches(path)


def _rests_on_the_kind(error: ErrorDetails, path: KeyPath) -> bool:
    """Whether an error says that a key of the schema lacks, or may not be there, in a block of this kind."""
    return error["type"] in {"missing", "extra_forbidden"} and pattern_of(path) in site_keys()


def _keys_of(error: ErrorDetails) -> tuple[str, ...]:
    """The keys of a block that an error names as not fitting together."""
    keys: tuple[str, ...] = error.get("ctx", {}).get("keys", ())
    return keys


def _moved(error: ErrorDetails, repair: Repair) -> ErrorDetails:
    """The error at its place in the file."""
    return {**error, "loc": repair.original(error["loc"])}


def _empty_keys(data: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    """Keys that stand there without a value."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, tuple) else ()
    for step, value in items:
        if value is None and isinstance(step, str):
            yield (*path, step)
        yield from _empty_keys(value, (*path, step))


def _empty_fault(path: KeyPath, text: YamlText) -> Fault:
    return Fault(text.source, "no value", "write one, or remove the key", dotted(path), text.line(path))


def _located(fault: SiteFault, repair: Repair, text: YamlText) -> Fault:
    path = repair.original(fault.path)
    return Fault(text.source, fault.found, fault.allowed, dotted(path), text.line(path))


def _caused_by(repair: Repair, fault: SiteFault) -> bool:
    """Whether a fault may come from what was cut out, not from the file."""
    return any(repair.touches(repair.original(path)) for path in fault.rests_on or (fault.path,) if path)
