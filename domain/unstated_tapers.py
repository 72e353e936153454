"""Cars that take less as they fill, and nobody says how."""

from __future__ import annotations

from typing import Final

from domain.requests import ChargeRequest
from domain.site_chargers import DcCharger
from domain.site_root import Site

LONGER_SHARE: Final = 0.1
"""By so much longer than at its first power such a car may take.

One that is offered what it could take at first, and from 60 % on less and less, 60 % of it at 80 %, takes
from 20 to 80 % a share of ln(1 / 0.6) / 0.4 / 3 - 1 / 3 = 9 % longer than one that does not taper.
"""


def taper_unstated(request: ChargeRequest, site: Site) -> bool:
    """Whether a car only takes direct current, and nobody says how its power falls as it fills.

    At an alternating-current charger a car falls on its last percents only. A car that also gives is left
    alone: it is at home, at a power that hardly any battery feels.
    """
    charger = site.charger(request.charger)
    vehicle = site.vehicle(request.vehicle) if request.vehicle else None
    stated = vehicle is not None and vehicle.taper is not None and request.soc_now is not None
    return isinstance(charger, DcCharger) and charger.discharge_kw is None and not stated
