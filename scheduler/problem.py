"""The planning problem as plain numbers: what the rules of the model read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from domain.phases import PhaseSet
from domain.units import kw_per_a
from scheduler.devices import Battery, Run
from scheduler.first_slots import FirstSlots
from scheduler.giving import Giver, GiveTable
from scheduler.peaks import Peak
from scheduler.tapers import Taper
from scheduler.ties import Before, Switching
from scheduler.wish import MONEY, Wish

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Option:
    """One way in which a charger can feed a car: a phase set and its range of currents [A]."""

    phases: PhaseSet
    min_a: float
    max_a: float
    power_factor: float = 1.0
    gain: float = 1.0
    loss_kw: float = 0.0
    """What counts for the session's energy: gain x AC power - loss_kw while it is on."""

    def kw_per_a(self, voltage_v: float) -> float:
        """Power of one ampere in each of its phases [kW/A]."""
        return len(self.phases) * kw_per_a(voltage_v, 1) * self.power_factor


@dataclass(frozen=True, slots=True)
class Goal:
    """Energy that a session shall have received by the end of a slot [kWh]."""

    slots: int
    """The goal counts what flows in the first ``slots`` slots of the horizon."""
    asked_kwh: float
    least_kwh: float
    """Asked less the tolerance: half a current step of one slot."""


@dataclass(frozen=True, slots=True)
class Session:
    """One car at one charger, from arrival to departure."""

    id: str
    charger: int
    circuits: tuple[int, ...]
    """Circuits that carry its current, from its own up to the grid; its cabinet before, its group after."""
    options: tuple[Option, ...]
    step_a: float
    """Currents are an option's minimum plus whole steps."""
    slots: IntArray
    """Slots that it touches, ascending."""
    share: FloatArray
    """Share 0..1 of each of these slots in which it is there."""
    goals: tuple[Goal, ...]
    """By time; the last one is the energy by departure."""
    most_kwh: float
    """Energy above which nothing is delivered: asked plus one step, or the least the charger can do."""
    priority: int = 1
    """Its class: what higher classes miss is made least first."""
    weight: float = 1.0
    """Of its missing energy inside the class."""
    at_car: float = 1.0
    """Power at the car per power at the grid, of a DC point."""
    own_sun: bool = True
    """Whether the solar surplus is there for it."""
    switching: Switching | None = None
    """Its budget of phase switches; None: it chooses afresh in every slot."""
    least_run_h: float = 0.0
    """Once on, it stays on for so long, or until it leaves [h]."""
    least_pause_h: float = 0.0
    """Once off, it stays off for so long [h]."""
    before: Before | None = None
    """What it does when the horizon begins; None: nothing."""
    taper: Taper | None = None
    """How the power that it takes falls as it fills; None: it does not, as far as anybody knows."""
    giver: Giver | None = None
    """What its car may give back; None: nothing."""

    def was_on(self, t: int, k: int) -> bool:
        """Whether it was on with option ``k`` before slot ``t``, where that is the first of the horizon."""
        return t == 0 and self.before is not None and self.before.on and self.before.option == k

    @property
    def tied(self) -> bool:
        """Whether what it does in one slot binds it in others."""
        timed = self.least_run_h > 0 or self.least_pause_h > 0
        bound = self.switching is not None or self.taper is not None or self.giver is not None
        return timed or bound


@dataclass(frozen=True, slots=True)
class Circuit:
    """A circuit's limits, and what flows in it without charging; arrays over phases and slots.

    A cabinet and a group with a limit are circuits without load and solar.
    """

    id: str
    base_a: FloatArray
    """(3, slots) signed current of load less solar, before curtailment [A]."""
    relief_a_per_kw: FloatArray
    """(3, slots) current that one kW of curtailed solar adds [A/kW]."""
    limit_a: FloatArray
    """(3, slots) limit less reserve, widened to what load and solar alone take [A]."""
    feed_limit_a: FloatArray
    """(3, slots) the same for currents that flow out, widened to what solar alone feeds in [A]."""
    base_kw: FloatArray
    """(slots,) power of load less solar [kW]."""
    relief_kw_per_kw: FloatArray
    """(slots,) power that one kW of curtailed solar adds [kW/kW]."""
    limit_kw: FloatArray | None
    """(slots,) limit of consumption, widened likewise [kW]."""
    kind: Literal["circuit", "cabinet", "group"] = "circuit"

    @property
    def counts_at_car(self) -> bool:
        """Whether its limit in kW is one of the power at the cars."""
        return self.kind == "cabinet"


@dataclass(frozen=True, slots=True)
class Draw:
    """The choice of session ``session`` to draw in slot ``slot`` with its option ``option``."""

    session: int
    slot: int
    option: int


@dataclass(frozen=True)
class Problem:
    """One horizon of one site; arrays have the shape (slots,) unless they say otherwise."""

    voltage_v: float
    hours: FloatArray
    buy_eur_per_kwh: FloatArray
    sell_eur_per_kwh: FloatArray
    load_kw: FloatArray
    solar_kw: FloatArray
    """Before curtailment."""
    circuits: tuple[Circuit, ...]
    """The grid connection first."""
    sessions: tuple[Session, ...]
    imbalance_limit_a: FloatArray | None = None
    """Widened to what load and solar alone take [A]."""
    export_limit_kw: float | None = None
    battery: Battery | None = None
    runs: tuple[Run, ...] = ()
    """What the flexible loads have to do."""
    peaks: tuple[Peak, ...] = ()
    """By calendar month."""
    wish: Wish = MONEY
    per_phase: bool = False
    """Whether the meter counts each phase by itself."""

    published_a: FloatArray | None = None
    """(draws,) current by the published plan, in the first slot what flows now [A]; NaN where unknown."""
    first: FirstSlots | None = None
    """What is told in the first slots because it is good for every case; None: everything is chosen."""

    @property
    def slots(self) -> int:
        """Number of slots."""
        return len(self.hours)

    @cached_property
    def surplus_kw(self) -> FloatArray:
        """Solar less load, signed."""
        return self.solar_kw - self.load_kw

    @cached_property
    def export_value_eur_per_kwh(self) -> FloatArray:
        """What one kWh sold is worth to the modes: its price less the bonus of own solar."""
        return self.sell_eur_per_kwh - self.wish.solar_bonus_eur_per_kwh

    @cached_property
    def forced_kw(self) -> FloatArray:
        """Solar that the export limit alone cuts off when no car charges."""
        if self.export_limit_kw is None:
            return np.zeros(self.slots)
        return np.minimum(self.solar_kw, np.maximum(self.surplus_kw - self.export_limit_kw, 0.0))

    @cached_property
    def classes(self) -> tuple[IntArray, ...]:
        """Sessions of every priority class, the highest class first."""
        ranks = np.array([session.priority for session in self.sessions], dtype=np.int64)
        return tuple(np.flatnonzero(ranks == rank) for rank in np.unique(ranks)[::-1])

    @cached_property
    def weights(self) -> FloatArray:
        """(sessions,) weight of missing energy."""
        return np.array([session.weight for session in self.sessions], dtype=np.float64)

    @cached_property
    def draws(self) -> tuple[Draw, ...]:
        """Every choice there is, by session, slot and option."""
        table = self.draw_table
        places = zip(table.session.tolist(), table.slot.tolist(), table.option.tolist(), strict=True)
        return tuple(Draw(*place) for place in places)

    @cached_property
    def gives(self) -> GiveTable:
        """Every choice that a car has to give energy back."""
        return GiveTable.of(self)

    @cached_property
    def draw_table(self) -> DrawTable:
        """The draws as arrays."""
        return DrawTable.of(self)


@dataclass(frozen=True, slots=True)
class DrawTable:
    """Numbers of every draw, each of shape (draws,)."""

    session: IntArray
    slot: IntArray
    option: IntArray
    charger: IntArray
    min_a: FloatArray
    max_a: FloatArray
    step_a: FloatArray
    kw_per_a: FloatArray
    """Power of one ampere per phase while the car is there [kW/A]."""
    share: FloatArray
    at_car: FloatArray
    """Power at the car per power at the grid."""
    phases: NDArray[np.bool_]
    """(draws, 3): which grid phases carry the current."""
    gain: FloatArray
    loss_kw: FloatArray
    """While it is on, gain x power - loss_kw counts for the session's energy."""
    tied: NDArray[np.bool_]
    """Whether what the session does in other slots binds this one."""

    @classmethod
    def of(cls, problem: Problem) -> DrawTable:
        """Table of ``problem.draws``."""
        sessions = problem.sessions
        slots = np.array([len(one.slots) for one in sessions], dtype=np.int64)
        options = np.array([len(one.options) for one in sessions], dtype=np.int64)
        draws, each = slots * options, np.repeat(options, slots)
        session = np.repeat(np.arange(len(sessions)), draws)
        ways = [option for one in sessions for option in one.options]
        place = np.arange(len(session)) - np.repeat(np.cumsum(draws) - draws, draws)
        option = place % np.repeat(options, draws)
        way = option + np.repeat(np.cumsum(options) - options, draws)

        def of_session(values: Iterable[float | bool], kind: type) -> Any:
            return np.array(list(values), dtype=kind)[session]

        def of_way(values: Iterable[object], kind: type) -> Any:
            return np.array(list(values), dtype=kind)[way]

        return cls(
            session=session,
            slot=np.repeat(_joined([one.slots for one in sessions], np.int64), each),
            option=option,
            charger=of_session((one.charger for one in sessions), np.int64),
            min_a=of_way((one.min_a for one in ways), np.float64),
            max_a=of_way((one.max_a for one in ways), np.float64),
            step_a=of_session((one.step_a for one in sessions), np.float64),
            kw_per_a=of_way((one.kw_per_a(problem.voltage_v) for one in ways), np.float64),
            share=np.repeat(_joined([one.share for one in sessions], np.float64), each),
            at_car=of_session((one.at_car for one in sessions), np.float64),
            phases=of_way(([p in one.phases for p in range(3)] for one in ways), np.bool_).reshape(-1, 3),
            gain=of_way((one.gain for one in ways), np.float64),
            loss_kw=of_way((one.loss_kw for one in ways), np.float64),
            tied=of_session((one.tied for one in sessions), np.bool_),
        )

    @property
    def mean_kw_per_a(self) -> FloatArray:
        """Mean power over the slot of one ampere per phase [kW/A]."""
        return self.kw_per_a * self.share

    def kw_per_a_in(self, circuit: Circuit) -> FloatArray:
        """Power of one ampere per phase as the limit of ``circuit`` counts it [kW/A]."""
        return self.kw_per_a * self.at_car if circuit.counts_at_car else self.kw_per_a


def _joined(parts: list[NDArray[Any]], kind: type) -> NDArray[Any]:
    """The parts one after the other; of no parts an empty array."""
    return np.concatenate(parts).astype(kind) if parts else np.zeros(0, dtype=kind)
