"""How each kind of charger behaves by itself: one row per driver, from the makers' pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

FedBy = Literal["feed", "write", "any_frame"]
"""What keeps its watchdog quiet: only the feeding itself, every write, or every frame, reads too."""


@dataclass(frozen=True, slots=True)
class Device:
    """What a charger does between a command and its pilot signal, and when nobody speaks to it."""

    write_delay_s: int
    """From an accepted write to the changed pilot signal [s]; IEC 61851-1 leaves 10 s."""
    fed_by: FedBy
    resumes_paused: bool
    """In silence it offers its failsafe current even where it was paused before."""
    reading_period_s: int = 1
    """How often its own measurements change [s]."""
    dead_s: int = 15
    """How long a change of phases keeps the contactor open [s]."""
    reboot_s: int = 60
    """How long a reboot takes, without link and without current [s]."""


DEVICES: Final[Mapping[str, Device]] = {
    # Writes whole amperes; rewriting X307 feeds the watchdog; a paused point resumes X306.
    "charx": Device(write_delay_s=1, fed_by="feed", resumes_paused=True),
    # Registers 19, 20; the map does not say which frames count, so all are taken to. It stops before 14.
    "teltocharge": Device(write_delay_s=2, fed_by="any_frame", resumes_paused=True, dead_s=20),
    # A profile that ends by itself: the period after its end is the failsafe. Meter values every 10 s.
    "ocpp": Device(write_delay_s=2, fed_by="write", resumes_paused=True, reading_period_s=10, reboot_s=90),
    # Two schedule entries; the pilot signal changes at most every 5 s.
    "everest": Device(write_delay_s=5, fed_by="write", resumes_paused=False),
    "simulated": Device(write_delay_s=1, fed_by="write", resumes_paused=True),
    "none": Device(write_delay_s=1, fed_by="write", resumes_paused=True),
}
"""Behaviour by the name in ``chargers[].driver``; times that no maker states are our assumptions."""
