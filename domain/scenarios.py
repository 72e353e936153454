"""What else may come: solar and load beside the central series, and how likely that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.series import Series


@dataclass(frozen=True, slots=True)
class Scenario:
    """One course of solar and load beside the central one, on the same grid; no value is missing."""

    name: str
    probability: float
    """0..1; the central series have what all scenarios leave of 1."""
    solar_kw: Mapping[str, Series]
    """Array id to mean power [kW]."""
    load_kw: tuple[Series, Series, Series]
    """On the grid phases L1, L2, L3 [kW]."""

    def __post_init__(self) -> None:
        if not 0 < self.probability <= 1:
            raise ValueError(f"scenario '{self.name}' of probability {self.probability}: above 0, up to 1")


@dataclass(frozen=True, slots=True)
class CaseOutlook:
    """What one case costs once the first slots are done as the plan says."""

    name: str
    probability: float
    """0..1"""
    cost_eur: float
    """Cost of the whole site when the rest is planned knowing what comes [EUR]; inf where no plan was
    found."""
    shortfall_kwh: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """How the first slots of a plan stand to what else may come."""

    until: datetime
    """End of the first slots, UTC: by then a newer plan knows more."""
    good_for_all: bool
    """Whether every limit holds in the first slots in every case."""
    hedging_eur: float
    """What the central case costs more than with the plan that is made for it alone [EUR]."""
    cases: tuple[CaseOutlook, ...]
    """The central one first; none where nothing was found about them."""

    @property
    def expected_eur(self) -> float:
        """Mean cost of the cases [EUR]."""
        return sum(case.probability * case.cost_eur for case in self.cases)
