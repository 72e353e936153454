"""A site whose devices are there, real ones or twins: what the loop and commissioning work on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.site import Site
from executors.capabilities import BatteryReader, MeterReader, SignalReader, Switch
from executors.tick_chargers import Point


@dataclass(frozen=True, slots=True)
class Wired:
    """A site with its devices, by id."""

    site: Site
    meters: Mapping[str, MeterReader]
    chargers: Mapping[str, Point]
    switches: Mapping[str, Switch] = field(default_factory=dict)
    """By flexible load."""
    battery: BatteryReader | None = None
    signal: SignalReader | None = None
