"""Whatever stands in a site file, it parses or brings faults; nothing else is ever raised."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InputError
from domain.site import parse_site
from tests.cases.wrong_sites import GOOD

STRANGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10, 10**6),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["grid", "ac", "dc", "file", "bands", "habit", "18:00", "L1", "", "~one", "none"]),
    st.builds(list),
    st.builds(dict),
    st.builds(lambda: [{"id": "x"}, 3]),
    st.builds(lambda: {"source": "bands", "bands": [{"eur_per_kwh": 1}]}),
)
EXTRA = st.sampled_from(["kind", "source", "wiring", "limit_a", "phasess", "grid", "id", "~ac", "0"])


@given(st.data())
def test_whatever_stands_anywhere_it_parses_or_brings_faults(data: st.DataObject) -> None:
    site = yaml.safe_load(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        _disturb(site, data)
    with suppress(InputError):
        parse_site(yaml.safe_dump(site), "site.yaml")


def _disturb(spot: Any, data: st.DataObject) -> None:
    """Put something strange at some depth of ``spot``."""
    steps = list(spot) if isinstance(spot, dict) else list(range(len(spot)))
    if isinstance(spot, dict) and (not steps or data.draw(st.integers(0, 4)) == 0):
        spot[data.draw(EXTRA)] = data.draw(STRANGE)
    elif steps:
        step = data.draw(st.sampled_from(steps))
        deeper = isinstance(spot[step], dict | list) and data.draw(st.booleans())
        if deeper:
            _disturb(spot[step], data)
        else:
            spot[step] = data.draw(STRANGE)
