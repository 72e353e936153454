"""The errors of Chargewright, one tree.

ChargewrightError
├── InputError          what the user gave is wrong: every fault at once          exit code 2
├── NotBuilt            a key whose rule this version does not have yet           exit code 1
├── SourceError         a price, solar or load source could not give its series   exit code 2
│   ├── NotPublished    nothing there yet: ask again when it is due
│   ├── Limited         asked too often: ask again at ``until``
│   ├── KeyRefused      the key is missing, wrong or without rights: tell the owner, do not ask again
│   ├── Rejected        the question itself was refused: a fault in site file or program
│   ├── Unreachable     no answer, or an error of the server: ask again after a while
│   └── Malformed       an answer that cannot be understood: ask again after a while
├── DeviceError         a charger or meter did not do what was asked: this tick goes on without it
│   ├── DeviceSilent    no connection, or no answer in time
│   ├── DeviceRefused   the device answered with an error code
│   ├── DeviceGarbled   an answer of a wrong length or shape
│   └── WrongDevice     another device, mode or wiring than the site file says: a person must look
└── SolverError         the solver failed; the planner answers with its fallback  never leaves the planner
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


class ChargewrightError(Exception):
    """Any error that Chargewright raises on purpose."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in what the user gave: where, what was found, what is allowed."""

    source: str
    """File, or the command-line option, that holds the fault."""
    found: str
    """What stands there, in a few words, quoted where it is a value."""
    allowed: str
    """What may stand there, or what to do next."""
    where: str = ""
    """Key or column, dotted: ``grid.limit_a``."""
    line: int | None = None
    """Line in the file, counted from 1; none where the fault has no line."""

    def __str__(self) -> str:
        place = self.source if self.line is None else f"{self.source}:{self.line}"
        key = f" {self.where}:" if self.where else ""
        return f"{place}:{key} {self.found}; {self.allowed}"


class InputError(ChargewrightError):
    """What the user gave is wrong; carries every fault that was found, in the order of the file."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        if not self.faults:
            raise ValueError("an InputError needs at least one fault")
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True, slots=True)
class Unbuilt:
    """A key of the site file whose rule this version does not have yet."""

    where: str
    """Key, dotted: ``tariff.peak``."""
    why: str
    """What is missing, and what can be done without it."""

    def __str__(self) -> str:
        return f"{self.where}: {self.why}"


class NotBuilt(ChargewrightError):
    """The site uses keys whose rules are not built yet; they are named, never ignored."""

    def __init__(self, keys: Iterable[Unbuilt]) -> None:
        self.keys = tuple(keys)
        super().__init__("\n".join(str(key) for key in self.keys))


class SourceError(ChargewrightError):
    """A price, solar or load source could not give its series."""


class NotPublished(SourceError):
    """The source has nothing for this time yet."""


class Limited(SourceError):
    """The source was asked too often; ``until`` is when it may be asked again, none where it does not say."""

    def __init__(self, message: str, until: datetime | None = None) -> None:
        self.until = until
        super().__init__(message)


class KeyRefused(SourceError):
    """The source wants another key: 401, 403, or a key that cannot be read."""


class Rejected(SourceError):
    """The source refused the question itself: 400, 422."""


class Unreachable(SourceError):
    """No answer in time, or an error of the server."""


class Malformed(SourceError):
    """An answer that cannot be understood: HTML instead of JSON, a wrong shape, too long a body."""


class DeviceError(ChargewrightError):
    """A charger or meter did not do what was asked."""


class DeviceSilent(DeviceError):
    """No connection, or no answer in time."""


class DeviceRefused(DeviceError):
    """The device answered with an error code."""


class DeviceGarbled(DeviceError):
    """An answer of a wrong length or shape."""


class WrongDevice(DeviceError):
    """Another device, mode or wiring than the site file says; asking again does not help."""


class SolverError(ChargewrightError):
    """The solver failed or returned nothing that can be used."""
