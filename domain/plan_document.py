"""From a plan to plan.json: the same numbers, rounded to 6 decimals, in public words."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Final

import numpy as np

from domain.phases import PHASES, name_of
from domain.plan import (
    Binding,
    Breach,
    ChargerPlan,
    CircuitPlan,
    Cost,
    Plan,
    Proof,
    Remedy,
    RequestPlan,
    SitePower,
)
from domain.plan_format import (
    BreachWords,
    CaseWords,
    ChargerWords,
    CircuitWords,
    CostWords,
    OutlookWords,
    PlanDocument,
    PriceWords,
    ProofWords,
    RequestWords,
    SitePowerWords,
    SlotWords,
    SourceWords,
)
from domain.requests import default_request_id
from domain.scenarios import Outlook
from domain.series import Quality, Series

__all__ = ["DECIMALS", "PlanDocument", "document", "published_until", "request_id", "text_of"]

DECIMALS: Final = 6
"""Of every number in plan.json: a milliwatt, a microampere, a millionth of a euro."""


def document(plan: Plan, *, made_by: str = "chargewright") -> PlanDocument:
    """The public form of ``plan``; ``made_by`` names the program and its version."""
    return PlanDocument(
        site=plan.site,
        made_at=_moment(plan.made_at.replace(microsecond=0)),
        made_by=made_by,
        time_zone=plan.grid.time_zone,
        slots=tuple(
            SlotWords(start=_moment(start), end=_moment(end))
            for start, end in zip(plan.grid.starts, plan.grid.ends, strict=True)
        ),
        chargers={name: _charger(charger) for name, charger in plan.chargers.items()},
        site_power_kw=_site_power(plan.power),
        prices_eur_per_kwh=PriceWords(
            buy=_numbers(plan.sources["buy"].values), sell=_numbers(plan.sources["sell"].values)
        ),
        circuits={name: _circuit(circuit) for name, circuit in plan.circuits.items()},
        requests=tuple(_request(request) for request in plan.requests),
        cost_eur=_cost(plan.cost),
        proof=_proof(plan.proof),
        breaches=tuple(_breach(breach) for breach in plan.breaches),
        sources={name: _source(series) for name, series in plan.sources.items()},
        notes=plan.notes,
        scenarios=None if plan.outlook is None else _outlook(plan.outlook),
    )


def text_of(words: PlanDocument) -> str:
    """The text of plan.json: one line for each part of the plan."""
    parts = words.model_dump(mode="json", by_alias=True)
    lines = (f" {json.dumps(name)}: {json.dumps(part, allow_nan=False)}" for name, part in parts.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def request_id(planned: RequestPlan) -> str:
    """Id of a planned request: its own, or charger and arrival."""
    request = planned.request
    return request.id or default_request_id(request.charger, request.arrival.astimezone(UTC))


def published_until(series: Series) -> datetime | None:
    """Where the published slots at the start end, none where all or none are published."""
    later = np.flatnonzero(series.quality != Quality.PUBLISHED)
    if later.size == 0 or later[0] == 0:
        return None
    return series.grid.starts[int(later[0])]


def _charger(charger: ChargerPlan) -> ChargerWords:
    return ChargerWords(
        current_a=_numbers(charger.current_a),
        phases=tuple(name_of(phases) for phases in charger.phases),  # type: ignore[misc]
        power_kw=_numbers(charger.power_kw),
    )


def _site_power(power: SitePower) -> SitePowerWords:
    return SitePowerWords.model_validate(
        {
            "import": _numbers(power.import_kw),
            "export": _numbers(power.export_kw),
            "solar": _numbers(power.solar_kw),
            "curtailed": _numbers(power.curtailed_kw),
            "load": _numbers(power.load_kw),
            "battery": _numbers(power.battery_kw),
            "flexible": {name: _numbers(values) for name, values in power.flexible_kw.items()},
        }
    )


def _circuit(circuit: CircuitPlan) -> CircuitWords:
    currents = {f"{phase}_a": _numbers(circuit.phase_a[index]) for index, phase in enumerate(PHASES)}
    limits = {
        f"{phase}_limit_a": tuple(_known(value) for value in circuit.limit_a[index])
        for index, phase in enumerate(PHASES)
    }
    limit_kw = None if circuit.limit_kw is None else _known(circuit.limit_kw)
    return CircuitWords.model_validate({**currents, **limits, "limit_kw": limit_kw})


def _request(planned: RequestPlan) -> RequestWords:
    request = planned.request
    return RequestWords.model_validate(
        {
            "id": request_id(planned),
            "charger": request.charger,
            "vehicle": request.vehicle,
            "arrival": _moment(request.arrival),
            "departure": _moment(request.departure),
            "energy_kwh": _number(planned.energy_kwh),
            "delivered_kwh": _number(planned.delivered_kwh),
            "shortfall_kwh": _number(planned.shortfall_kwh),
            "binding": None if planned.binding is None else _plain(planned.binding),
            "also_binding": [_plain(one) for one in planned.also_binding],
            "remedy": None if planned.remedy is None else _plain(planned.remedy),
            "waits": [asdict(wait) for wait in planned.waits],
            "note": "; ".join(part for part in (planned.note, planned.ranges) if part),
        }
    )


def _cost(cost: Cost) -> CostWords:
    return CostWords(
        energy=_number(cost.energy_eur),
        sold=_number(cost.sold_eur),
        peak=_number(cost.peak_eur),
        wear=_number(cost.wear_eur),
        stored=_number(cost.stored_eur),
        total=_number(cost.total_eur),
        without_charging=_number(cost.without_charging_eur),
    )


def _proof(proof: Proof) -> ProofWords:
    return ProofWords(
        status=proof.status.value,
        cost_eur=_number(proof.cost_eur),
        bound_eur=_known(proof.bound_eur),
        gap=_known(proof.gap),
        gap_before_rounding=_known(proof.gap_before_rounding),
        shortfall_kwh=_number(proof.shortfall_kwh),
        shortfall_bound_kwh=_known(proof.shortfall_bound_kwh),
        build_s=_number(proof.build_s),
        solve_s=_number(proof.solve_s),
        rows=proof.rows,
        columns=proof.columns,
        binaries=proof.binaries,
    )


def _outlook(outlook: Outlook) -> OutlookWords:
    return OutlookWords(
        until=_moment(outlook.until),
        good_for_all=outlook.good_for_all,
        hedging_eur=_number(outlook.hedging_eur),
        expected_eur=_known(outlook.expected_eur) if outlook.cases else None,
        cases=tuple(
            CaseWords(
                name=case.name,
                probability=_number(case.probability),
                cost_eur=_known(case.cost_eur),
                shortfall_kwh=_known(case.shortfall_kwh),
            )
            for case in outlook.cases
        ),
    )


def _breach(breach: Breach) -> BreachWords:
    return BreachWords.model_validate(_plain(breach))


def _source(series: Series) -> SourceWords:
    until = published_until(series)
    return SourceWords(
        source=series.source,
        issued_at=None if series.issued_at is None else _moment(series.issued_at.replace(microsecond=0)),
        quality=series.worst_quality.word,  # type: ignore[arg-type]
        published_until=None if until is None else _moment(until),
        note=series.note,
    )


def _plain(part: Binding | Remedy | Breach) -> dict[str, object]:
    """Fields of a small part, its numbers rounded."""
    return {
        name: _number(value) if isinstance(value, float) else value for name, value in asdict(part).items()
    }


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _number(value: float) -> float:
    """Rounded, and never -0."""
    return round(float(value), DECIMALS) + 0.0


def _numbers(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(_number(value) for value in values)


def _known(value: float) -> float | None:
    """The number, none where it is infinite: a limit or a bound that does not exist."""
    return None if math.isinf(value) else _number(value)
