"""The times and margins of the safety layer, each with its source."""

from __future__ import annotations

from typing import Final

REACTION_S: Final = 15.0
"""A told offer has its effect: charger 10 s, car 5 s (IEC 61851-1)."""
RISE_AFTER_CUT_S: Final = 10.0
RISE_AFTER_RISE_S: Final = 5.0
"""No faster than devices take rises (CHARX: one per 5 s)."""
WINDOW_S: Final = 10.0
"""A rise needs room under the highest base load of so many seconds."""
RISE_MARGIN_A: Final = 0.5
RISE_MARGIN: Final = 0.02
"""Room that a rise leaves: the larger of some ampere and a share of the limit."""
OBEYS_A: Final = 1.0
OBEYS: Final = 0.03
"""A car within this of its offer obeys: whole-ampere meters, and the 3 % of a PWM."""
FRESH_PERIODS: Final = 2.5
FRESH_S: Final = 3.0
"""A sample is fresh for the longer of these."""
RISE_PERIODS: Final = 2.0
"""Nothing rises on a sample older than so many periods."""
HELD_S: Final = 15.0
"""How long offers are held, with shrinking headroom, before they are at the failsafe."""
STOP_S: Final = 900.0
"""A meter lost for so long stops everything below it."""
LONGEST_SILENCE_S: Final = 3600.0
"""A charger that does not obey is left to its watchdog for twice as long each time, up to this."""
FED_WITHIN: Final = 1 / 3
"""A driver may have fed a watchdog this share of its time ago: it falls so much earlier."""
LINK_S: Final = 10.0
"""A charger whose values are older does not answer."""
STILL_S: Final = 10.0
"""At least so often everything is decided anew."""
STILL_A: Final = 1.0
"""A load that moved by no more may be noise, where twice as much has room on every row."""
LATE_S: Final = 5.0
"""A tick that comes later than this after the last one feeds no watchdog."""
LEAST_TIMEOUT_S: Final = 2 * LATE_S
"""A watchdog that is shorter than two late ticks may fall on a healthy site."""
SIGNAL_S: Final = 60.0
"""A signal of the grid operator that is older counts as on."""
RETRY_S: Final = 5.0
"""How often a setpoint that did not arrive is told again."""
FOREIGN_QUIET_S: Final = 900.0
"""Whoever changes a setpoint again and again is told anew after so long a peace."""
UNUSED_PHASE_S: Final = 30.0
UNUSED_PHASE_A: Final = 0.8
USED_PHASE_A: Final = 2.0
"""A phase below the first for so long, while another is above the second, is not used by the car."""
UNUSED_OFFER_S: Final = 30.0
UNUSED_OFFER_A: Final = 1.5
"""A car below its offer for so long keeps this much above what it draws; others may have the rest."""
TARGET_S: Final = 5.0
"""How often fair shares are computed anew."""
DWELL_S: Final = 900.0
"""Least turn of a car when not all fit."""
STARTS_WITHIN_S: Final = 3600.0
"""No third start within this time."""
HOT: Final = 0.1
COOL: Final = 0.02
"""Above the first share of its trip heat a protection lets nothing rise, until it is below the second."""
CONFIRMED_A: Final = 3.0
"""A change of charging that a meter must show."""
LAG_S: Final = 1.0
"""A sample counts as taken after charging stood still when it is younger by this and two periods."""
IN_STEP_S: Final = 1.5
"""A charger's value is of the same moment as the meter's when it is older by no more than this."""
UNSEEN_S: Final = 15.0
"""A meter that missed a change, and changes itself, is believed again after this: the house hid it."""
MIRRORED_S: Final = 60.0
"""So long a jump to the opposite sign is held against a meter when no change of charging confirms it."""
RESTLESS_S: Final = 600.0
"""A move of the house by itself counts for less by the e-th part after so long."""
RESTLESS: Final = 3.0
"""It may move so many times further while a change of charging takes its time."""
ACCUSED_S: Final = 300.0
"""So long a wrong sign or order of phases is held against a meter below which nothing charges any more."""
IMPLAUSIBLE: Final = 10.0
"""A reading above so many times the limit is garbage."""
