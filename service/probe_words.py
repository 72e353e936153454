"""The verdict on every device after commissioning, and what to do next, in words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from domain.site import Site
from executors.control.failsafe_proof import Proof
from executors.control.seam import CarState
from executors.meters.wiring_check import Verdict, WiringCheck
from executors.readings import MeterReading
from executors.tick_chargers import ChargerHand
from executors.tick_meters import MeterHand
from service.failsafe_words import proof_lines, verdict_words
from service.probe_words_others import DeviceReport, others_reports
from service.probing import Probing

_WIRING: Final = {
    Verdict.RIGHT: "signs and phases right",
    Verdict.REVERSED: "sign turned round: set invert: true, or turn the clamps",
    Verdict.PARTLY_REVERSED: "sign turned round on {phases}: turn these clamps",
    Verdict.SWAPPED: "phases in another order ({order}): correct the charger's wiring, or the meter's clamps",
    Verdict.NOT_SEEN: "the change does not show: a frozen meter, or one in another place",
    Verdict.UNCLEAR: "unclear, because the house changed too much meanwhile: probe again",
}
_WRONG: Final = frozenset({Verdict.REVERSED, Verdict.PARTLY_REVERSED, Verdict.SWAPPED, Verdict.NOT_SEEN})
_NAMES: Final = ("L1", "L2", "L3")
_ON_A_NETWORK: Final = "; check cable, address, unit and that nobody else is connected"
_ON_A_LINE: Final = (
    "; check cable (A and B), baud, parity, stop bits, unit and that no other program has the line"
)


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """The site after commissioning."""

    site: str
    devices: tuple[DeviceReport, ...]
    failsafe: str
    failsafe_ok: bool
    steps: tuple[str, ...]
    """What to do next."""

    @property
    def ok(self) -> bool:
        """Whether the site can be run."""
        return self.failsafe_ok and all(device.ok for device in self.devices)


def report_of(probing: Probing, proof: Proof, now_s: float, *, quick: bool) -> ProbeReport:
    """What was found, judged."""
    devices = (
        *(_meter(meter, probing, now_s, quick=quick) for meter in probing.meters.values()),
        *(_charger(hand, probing, now_s, quick=quick) for hand in probing.chargers.values()),
        *others_reports(probing.site, probing.others, now_s),
    )
    return ProbeReport(
        probing.site.name,
        devices,
        verdict_words(proof),
        proof.ok,
        tuple(_steps(devices, proof, _on_lines(probing.site))),
    )


def _meter(meter: MeterHand, probing: Probing, now_s: float, *, quick: bool) -> DeviceReport:
    reading = meter.reading
    checks = {charger: check for (name, charger), check in probing.checks.items() if name == meter.name}
    good, wrong, left = compared(checks)
    if not checks:
        left.append(
            "signs and phases not compared"
            + ("" if quick else ": plug in a car that charges and probe again")
        )
    wrong += [finding.words for finding in meter.findings if finding.refuses]
    left += [finding.words for finding in meter.findings if not finding.refuses]
    if reading is None and meter.trouble and not wrong:
        wrong.append(meter.trouble)
    age_s = None if reading is None else now_s - reading.sampled_s
    return DeviceReport(
        "meter",
        meter.name,
        reading is not None,
        _meter_words(reading),
        age_s,
        tuple(good),
        tuple(wrong),
        tuple(left),
    )


def compared(checks: Mapping[str, WiringCheck]) -> tuple[list[str], list[str], list[str]]:
    """What comparing a meter with chargers, by their ids, has shown: what is right, wrong, and open.

    A meter that shows one charger's change is not frozen where another's does not show.
    """
    right = [who for who, one in checks.items() if one.verdict is Verdict.RIGHT]
    good = [f"{_wiring_words(checks[who])} (against {who})" for who in right]
    wrong = [
        f"the change of {who} does not show, though that of {right[0]} does: {who} hangs elsewhere, or "
        "something in the house made up for it"
        if right and one.verdict is Verdict.NOT_SEEN
        else f"{_wiring_words(one)} (against {who})"
        for who, one in checks.items()
        if one.verdict in _WRONG
    ]
    left = [_wiring_words(one) for one in checks.values() if one.verdict is Verdict.UNCLEAR]
    return good, wrong, left


def _meter_words(reading: MeterReading | None) -> str:
    if reading is None:
        return "nothing"
    amps = " ".join(_number(value) for value in reading.current_a)
    volts = " ".join(_number(value) for value in reading.voltage_v)
    return f"L1 L2 L3: {amps} A, {volts} V; in all {_number(reading.total_kw)} kW"


def _charger(hand: ChargerHand, probing: Probing, now_s: float, *, quick: bool) -> DeviceReport:
    reading, good, wrong, left = hand.reading, list[str](), list[str](), list[str]()
    if hand.trouble:
        wrong.append(hand.trouble)
    if hand.failsafe is None:
        left.append("no failsafe in the site file: in silence it goes on as it was told last")
    if hand.watchdog is not None and hand.watchdog.proven:
        good.append(
            f"watchdog set and read back: {hand.watchdog.fallback_a:g} A after {hand.watchdog.after_s:g} s"
        )
        _watchdog(hand, probing, good, wrong, left, quick=quick)
    left += [finding.words for finding in hand.findings]
    if probing.site.charger(hand.name).in_load_circuit:
        left.append("whether register 167 holds it was not tested: lower it by hand, and see its offer fall")
    age_s = None
    shows = "nothing"
    if reading is not None:
        age_s = now_s - reading.sampled_s
        amps = " ".join(_number(value) for value in reading.current_a)
        state = CarState(reading.state).name.lower()
        shows = f"car: {state}; by terminal {amps} A; limit {_number(reading.limit_a)} A"
        left += [alarm.words for alarm in reading.alarms]
    return DeviceReport(
        "charger", hand.name, reading is not None, shows, age_s, tuple(good), tuple(wrong), tuple(left)
    )


def _watchdog(
    hand: ChargerHand, probing: Probing, good: list[str], wrong: list[str], left: list[str], *, quick: bool
) -> None:
    """The verdict of the watchdog test."""
    assert hand.watchdog is not None
    if hand.watchdog.doubt:
        left.append(hand.watchdog.doubt)
    if hand.name not in probing.fallen:
        left.append(
            "its fall-back was not tested" + (" (--quick)" if quick else ": after_s is too long to wait for")
        )
        return
    fallen = probing.fallen[hand.name]
    if fallen:
        good.append("left in silence, it fell back as set")
    elif fallen is None:
        left.append(
            "whether it falls back does not show without a car that draws: plug one in and probe again"
        )
    else:
        wrong.append("left in silence, it did NOT fall back to its failsafe current")


def _wiring_words(check: WiringCheck) -> str:
    phases = ", ".join(_NAMES[i] for i in check.reversed_phases)
    order = " ".join(_NAMES[i] for i in check.order)
    return _WIRING[check.verdict].format(phases=phases, order=order)


def _on_lines(site: Site) -> frozenset[tuple[str, str]]:
    """Kind and id of meters and chargers on serial lines."""
    meters = {("meter", name) for name, meter in site.meters.items() if meter.serial is not None}
    return frozenset(meters | {("charger", one.id) for one in site.chargers if one.serial is not None})


def _steps(
    devices: Sequence[DeviceReport], proof: Proof, on_lines: AbstractSet[tuple[str, str]]
) -> Iterator[str]:
    for device in devices:
        advice = _ON_A_LINE if (device.kind, device.id) in on_lines else _ON_A_NETWORK
        for words in device.wrong:
            yield f"{device.kind} {device.id}: {words}{'' if device.found else advice}"
    if not proof.ok:
        yield from (f"failsafe: {line}" for line in proof_lines(proof))
    for device in devices:
        yield from (f"{device.kind} {device.id}: {words}" for words in device.open)


def _number(value: float) -> str:
    return "?" if math.isnan(value) else f"{value:.1f}"
