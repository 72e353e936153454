"""The words of plan.json: what the public file holds, with its units and signs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Moment = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$", json_schema_extra={"format": "date-time"}
    ),
]
"""A moment in UTC, ISO 8601 with Z."""
PhaseName = Literal["L1", "L2", "L3"]
PhaseSetName = Literal["", "L1", "L2", "L3", "L1L2", "L1L3", "L2L3", "L1L2L3"]
Values = tuple[float, ...]
"""One number for each slot."""
Signed = tuple[float, ...]
Shares = tuple[Annotated[float, Field(ge=0)], ...]
"""One number for each slot, never negative."""


class Words(BaseModel):
    """Base of every part: frozen, nothing unknown, only finite numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class SlotWords(Words):
    """A half-open slot."""

    start: Moment
    end: Moment


class ChargerWords(Words):
    """What one charger is told in every slot."""

    current_a: Signed = Field(
        description="Current per phase [A]: 0, or between the charger's minimum and maximum."
    )
    phases: tuple[PhaseSetName, ...] = Field(
        description="Grid phases in use; empty where the charger is off."
    )
    power_kw: Signed = Field(description="Mean power of the slot, AC side [kW]; negative while a car gives.")


class SitePowerWords(Words):
    """Mean powers of the site [kW].

    import - export = load + sum of the chargers' power_kw + battery + flexible - solar.
    """

    import_: Shares = Field(alias="import")
    export: Shares
    solar: Shares = Field(description="After curtailment.")
    curtailed: Shares
    load: Shares
    battery: Values = Field(description="Positive when charging.")
    flexible: dict[str, Values]


class CircuitWords(Words):
    """Nominal signed currents of a circuit [A], positive towards the loads, base load included."""

    l1_a: Values = Field(alias="L1_a")
    l2_a: Values = Field(alias="L2_a")
    l3_a: Values = Field(alias="L3_a")
    l1_limit_a: tuple[float | None, ...] = Field(alias="L1_limit_a", description="null: no limit.")
    l2_limit_a: tuple[float | None, ...] = Field(alias="L2_limit_a", description="null: no limit.")
    l3_limit_a: tuple[float | None, ...] = Field(alias="L3_limit_a", description="null: no limit.")
    limit_kw: float | None = Field(description="null: no limit in kW.")


class BindingWords(Words):
    """What keeps a request from getting its energy."""

    kind: str
    circuit: str | None
    phase: PhaseName | None
    slots: tuple[int, ...] = Field(description="Positions in `slots`, from 0.")


class WaitWords(Words):
    """Why a car that stands at its charger is not charged in some slots."""

    kind: str
    circuit: str | None
    phase: PhaseName | None
    slots: tuple[int, ...] = Field(description="Positions in `slots`, from 0.")


class RemedyWords(Words):
    """The cheapest change that removes a shortfall."""

    kind: str
    amount: float
    unit: str
    text: str


class RequestWords(Words):
    """What one request gets."""

    id: str
    charger: str
    vehicle: str | None
    arrival: Moment
    departure: Moment
    energy_kwh: float = Field(ge=0, description="AC energy asked for inside the horizon.")
    delivered_kwh: float = Field(ge=0)
    shortfall_kwh: float = Field(ge=0)
    binding: BindingWords | None
    also_binding: tuple[BindingWords, ...] = Field(
        default=(), description="Further limits that bind, in some slots or beside the main one."
    )
    remedy: RemedyWords | None
    waits: tuple[WaitWords, ...] = Field(description="Why it is not charged while it is there.")
    note: str


class CostWords(Words):
    """Money of the whole site over the horizon [EUR]; total = energy - sold + peak + wear."""

    energy: float
    sold: float
    peak: float
    wear: float
    total: float
    without_charging: float
    stored: float = Field(
        description="Worth of what a home battery holds more at the end than at the start; not in the total."
    )


class ProofWords(Words):
    """How good the plan provably is; bound and gap are null where nothing is known about them."""

    status: Literal["optimal", "feasible", "fallback"]
    cost_eur: float
    bound_eur: float | None = Field(
        description="No plan with this shortfall costs less and leaves a home battery as full."
    )
    gap: float | None = Field(description="(cost - bound) / max(|total - without_charging|, 1 EUR).")
    gap_before_rounding: float | None
    shortfall_kwh: float = Field(ge=0)
    shortfall_bound_kwh: float | None
    build_s: float = Field(ge=0)
    solve_s: float = Field(ge=0)
    rows: int
    columns: int
    binaries: int


class BreachWords(Words):
    """A limit that load and solar alone break."""

    kind: str
    circuit: str
    phase: PhaseName | None
    slots: tuple[int, ...] = Field(description="Positions in `slots`, from 0.")
    limit: float
    worst: float
    unit: str


class SourceWords(Words):
    """Where a series comes from, and how well its values are known."""

    source: str
    issued_at: Moment | None
    quality: Literal["published", "forecast", "repeated"] = Field(description="Of the least known slot.")
    published_until: Moment | None = Field(
        default=None,
        description="Where the first slots are published and later ones are not: the end of the former.",
    )
    note: str = ""


class PriceWords(Words):
    """Prices the plan was made with [EUR/kWh], all taxes included."""

    buy: Values
    sell: Values


class CaseWords(Words):
    """What one case of solar and load costs once the first slots are done as the plan says."""

    name: str
    probability: float = Field(ge=0, le=1)
    cost_eur: float | None = Field(
        description="Of the whole site, when the rest is planned knowing what comes; null: no plan was found."
    )
    shortfall_kwh: float | None = Field(ge=0)


class OutlookWords(Words):
    """How the first slots of the plan stand to what else may come than the central series."""

    until: Moment = Field(description="End of the first slots.")
    good_for_all: bool = Field(description="Whether every limit holds in the first slots in every case.")
    hedging_eur: float = Field(
        description="What the central case costs more than with the plan that is made for it alone."
    )
    expected_eur: float | None = Field(description="Mean cost of the cases; null where one is not known.")
    cases: tuple[CaseWords, ...] = Field(description="The central one first.")


class PlanDocument(Words):
    """A plan of Chargewright for one site over one horizon; all lists have one entry for each slot."""

    site: str
    made_at: Moment
    made_by: str = Field(description="Program and version.")
    time_zone: str
    slots: tuple[SlotWords, ...] = Field(min_length=1)
    chargers: dict[str, ChargerWords]
    site_power_kw: SitePowerWords
    prices_eur_per_kwh: PriceWords
    circuits: dict[str, CircuitWords]
    requests: tuple[RequestWords, ...]
    cost_eur: CostWords
    proof: ProofWords
    breaches: tuple[BreachWords, ...]
    sources: dict[str, SourceWords]
    notes: tuple[str, ...]
    scenarios: OutlookWords | None = Field(
        default=None,
        exclude_if=lambda outlook: outlook is None,
        description="Only where solar or load were given with quantiles.",
    )
