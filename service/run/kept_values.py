"""Frozen dataclasses as JSON and back, by their type hints: no code is ever run by what a file says."""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np
from pydantic import BaseModel

T = TypeVar("T")


def encoded(value: Any) -> Any:
    """A value of frozen dataclasses, models, arrays, moments and plain things, as JSON can hold it."""
    for kinds, written in _WRITTEN:
        if isinstance(value, kinds):
            return written(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: encoded(getattr(value, one.name)) for one in fields(value)}
    return value


_WRITTEN: Final[tuple[tuple[tuple[type, ...], Callable[[Any], Any]], ...]] = (
    ((BaseModel,), lambda value: value.model_dump(mode="json", exclude_none=True)),
    ((np.ndarray,), lambda value: value.tolist()),
    ((datetime,), lambda value: value.isoformat()),
    ((Enum,), lambda value: value.value),
    ((Mapping,), lambda value: {key: encoded(one) for key, one in value.items()}),
    ((list, tuple), lambda value: [encoded(one) for one in value]),
)


def decoded(kind: type[T], data: Any) -> T:
    """The value of type ``kind`` that ``encoded`` made ``data`` of; ``ValueError`` where it is none."""
    try:
        value: T = _decoded(kind, data)
    except (TypeError, KeyError, AttributeError, IndexError) as error:
        raise ValueError(f"no {getattr(kind, '__name__', kind)}: {error}") from error
    return value


def _decoded(kind: Any, data: Any) -> Any:
    origin = get_origin(kind)
    if origin is np.ndarray or kind is np.ndarray:
        return np.array(data, dtype=get_args(get_args(kind)[1])[0])
    if origin in {Union, types.UnionType}:
        return _one_of(get_args(kind), data)
    if origin is tuple:
        return _tuple(get_args(kind), data)
    if origin is not None and origin is not Literal:
        return {key: _decoded(get_args(kind)[1], one) for key, one in data.items()}
    if isinstance(kind, type):
        return _of_class(kind, data)
    return data


def _of_class(kind: type[Any], data: Any) -> Any:
    if issubclass(kind, BaseModel):
        return kind.model_validate_json(json.dumps(data))
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        known = [one.name for one in fields(kind) if one.name in data]  # others have a default, or are missed
        return kind(**{name: _decoded(hints[name], data[name]) for name in known})
    if issubclass(kind, datetime):
        return datetime.fromisoformat(data)
    if issubclass(kind, Enum | float):
        return kind(data)
    if not isinstance(data, kind):
        raise TypeError(f"{data!r} is no {kind.__name__}")
    return data


def _one_of(kinds: tuple[Any, ...], data: Any) -> Any:
    """The first kind that fits; None only for what is None."""
    if data is None:
        return None
    return _decoded(next(kind for kind in kinds if kind is not type(None)), data)


def _tuple(kinds: tuple[Any, ...], data: Any) -> tuple[Any, ...]:
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(_decoded(kinds[0], one) for one in data)
    return tuple(_decoded(kind, one) for kind, one in zip(kinds, data, strict=True))
