"""The failsafe proof in words: the verdict, and for each thing in its way the value that would do."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

from executors.control.failsafe_proof import Finding, Kind, Proof, Verdict
from executors.control.times import LEAST_TIMEOUT_S


def verdict_words(proof: Proof) -> str:
    """The verdict in a few words."""
    if proof.verdict is Verdict.PROVEN:
        return "proven: if everything falls silent, no fuse is overloaded and nothing trips"
    words = "cannot be proven" if proof.verdict is Verdict.CANNOT_PROVE else "not proven"
    return f"{words} (a warning: no charger here is on a wire)" if proof.ok else words


def proof_lines(proof: Proof) -> tuple[str, ...]:
    """What stands in the way of the proof and what would do, one line each."""
    return tuple(_lines(proof))


def _lines(proof: Proof) -> Iterator[str]:
    for _, same in groupby(sorted(proof.findings, key=_alike), key=_alike):
        group = list(same)
        yield _sentence(group[0], "".join(sorted(one.phase for one in group)))


def _alike(finding: Finding) -> str:
    """Findings that differ in their phase only have the same key."""
    values = (finding.found_a, finding.allowed_a, finding.largest_after_s, finding.at_zero)
    return f"{finding.kind} {finding.circuit} {values}"


def _sentence(finding: Finding, phases: str) -> str:
    if finding.kind is Kind.UNKNOWN:
        return "grid.base_load_max_a: missing; say the highest current of everything but charging, per phase"
    found = f"{finding.circuit} {phases}: {_amps(finding.found_a, rounded=math.ceil)}"
    if finding.kind is Kind.FUSE:
        flows = "of failsafe currents and base_load_max_a, the limit is"
        return f"{found} {flows} {_amps(finding.allowed_a)}; {_zero(finding)}"
    if finding.kind is Kind.IMBALANCE:
        flows = "of failsafe current more than on another phase, the limit is"
        return f"{found} {flows} {_amps(finding.allowed_a)}; {_zero(finding)}"
    until = "of highest offers and base_load_max_a until the failsafe holds, the protection stands"
    return f"{found} {until} {_amps(finding.allowed_a)} for so long; {_shorter(finding)}"


def _zero(finding: Finding) -> str:
    if not finding.at_zero:
        return "the base load alone is too much: no failsafe would do"
    where, least_a = ", ".join(finding.at_zero), finding.least_failsafe_a
    highest_a = finding.highest_failsafe_a
    if highest_a is None:
        return f"failsafe.current_a 0 at {where} would do for this, but not for all that is said here"
    if highest_a >= least_a:
        return f"failsafe.current_a 0, or {least_a:g} to {highest_a:g} A, at {where} would do"
    only = f"{highest_a:g} A would hold too, but {least_a:g} A is the least there is above 0"
    return f"failsafe.current_a 0 at {where} would do ({only})"


def _shorter(finding: Finding) -> str:
    together = f"a circuit of {_amps(finding.most_offers_a)} for the chargers below it would do"
    if finding.largest_after_s is None or finding.largest_after_s < LEAST_TIMEOUT_S:
        none = f"no failsafe.after_s of {LEAST_TIMEOUT_S:g} s or more would do"
        return f"{none}; {together}, or points of the maker's curve as protection"
    return f"failsafe.after_s of at most {finding.largest_after_s:g} s would do, or {together}"


def _amps(current_a: float | None, rounded: Callable[[float], int] = math.floor) -> str:
    """Tenths of an ampere: what is allowed downwards, what may flow upwards."""
    return "unknown" if current_a is None else f"{rounded(round(current_a * 10, 6)) / 10:g} A"


def proof_json(proof: Proof) -> dict[str, Any]:
    """The proof for programs; what is unknown is null."""
    return {
        "verdict": proof.verdict.value,
        "ok": proof.ok,
        "lines": list(proof_lines(proof)),
        "findings": [
            {
                "kind": one.kind.value,
                "circuit": one.circuit,
                "phase": one.phase or None,
                "found_a": _or_none(one.found_a),
                "allowed_a": _or_none(one.allowed_a),
                "largest_after_s": one.largest_after_s,
                "failsafe_0_at": list(one.at_zero),
                "highest_failsafe_a": one.highest_failsafe_a,
                "most_offers_a": one.most_offers_a,
            }
            for one in proof.findings
        ],
    }


def _or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None
