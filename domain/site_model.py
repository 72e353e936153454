"""The common ground of the site's models: strict, frozen, and types that say what they allow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag
from pydantic_core import PydanticCustomError

TAG: Final = "~"
"""First letter of every union tag, so that a tag is never taken for a key."""

CHOICE_OF: Final = "choice_of_"
"""How the error type begins where a key chooses no member of a union; the key follows."""


class SiteModel(BaseModel):
    """A part of the site file: frozen, unknown keys refused, no number from text, no NaN."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


def refusal(found: str, allowed: str, *keys: str) -> PydanticCustomError:
    """A fault of one value, in our own words; ``found`` may be empty where the value speaks for itself.

    ``keys`` are those of a block that do not fit together, so that the others can still be looked at.
    """
    return PydanticCustomError("refused", "{allowed}", {"found": found, "allowed": allowed, "keys": keys})


def chosen_by(
    key: str, members: Mapping[str, str], default: Callable[[dict[str, Any]], str | None] = lambda _: None
) -> Discriminator:
    """Choose the member of a union by what ``key`` says: ``members`` maps its words to union tags.

    ``default`` gives the word where the key is not there.
    """

    def tag_of(value: Any) -> str | None:
        if isinstance(value, BaseModel):
            word = getattr(value, key, None)
        else:
            word = value.get(key, default(value)) if isinstance(value, dict) else None
        return members.get(word) if isinstance(word, str) else None

    return Discriminator(
        tag_of,
        custom_error_type=CHOICE_OF + key,
        custom_error_message=f"{key} is one of {', '.join(members)}",
    )


def _shape_of_limit(value: Any) -> str:
    return f"{TAG}list" if isinstance(value, list | tuple) else f"{TAG}one"


PRINTED: Final = r"^[^\x00-\x1f\x7f-\x9f]*$"
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=PRINTED)]
"""One line of text, without characters that steer a terminal."""
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=64)]
"""Letters, digits, ``_``, ``-`` and ``.``: it becomes a key of plan.json, a column and a topic."""
Path = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
"""File, relative to the folder of the site file."""

Amperes = Annotated[float, Field(gt=0, le=20_000)]
AmperesFrom0 = Annotated[float, Field(ge=0, le=20_000)]
"""Current [A] that may be 0."""
Kilowatts = Annotated[float, Field(gt=0, le=100_000)]
KilowattsFrom0 = Annotated[float, Field(ge=0, le=100_000)]
"""Power [kW] that may be 0."""
KilowattHours = Annotated[float, Field(gt=0, le=1_000_000)]
EurPerKwh = Annotated[float, Field(ge=-10, le=10)]
"""Price [EUR/kWh]; beyond 10 it was surely meant in cents or per MWh."""
Fraction = Annotated[float, Field(ge=0, le=1)]
Efficiency = Annotated[float, Field(gt=0, le=1)]
Weight = Annotated[float, Field(gt=0, le=1_000_000)]
Priority = Annotated[int, Field(ge=-1000, le=1000)]
"""A class: higher classes come strictly first."""

PhaseAmperes = Annotated[
    Annotated[Amperes, Tag(f"{TAG}one")]
    | Annotated[tuple[Amperes, ...], Field(min_length=1, max_length=3), Tag(f"{TAG}list")],
    Discriminator(_shape_of_limit),
]
"""A limit per phase [A]: one for all phases, or a list with one for each phase of the grid."""


def per_phase_a(limit_a: float | tuple[float, ...]) -> tuple[float, float, float]:
    """The limit on L1, L2, L3 [A]; on a 1-phase grid L2 and L3 repeat L1 and mean nothing."""
    if not isinstance(limit_a, tuple):
        return (limit_a, limit_a, limit_a)
    if len(limit_a) == 3:
        return limit_a
    return (limit_a[0], limit_a[0], limit_a[0])
