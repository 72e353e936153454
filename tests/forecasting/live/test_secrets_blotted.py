"""A key is blotted out however an answer writes it."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import pytest

from forecasting.live.secrets import BLOT, blot, blot_bytes

KEY = 'se/cr"et\\KEY+12=='
WRITTEN = {
    "plain": KEY,
    "in an address": quote(KEY, safe=""),
    "in an address, small hex": re.sub("%..", lambda sign: sign[0].lower(), quote(KEY, safe="")),
    "in JSON": json.dumps(KEY),
    "in JSON with its slash escaped": json.dumps(KEY).replace("/", "\\/"),
}


@pytest.mark.parametrize("written", [pytest.param(form, id=name) for name, form in WRITTEN.items()])
def test_no_part_of_a_key_is_left(written: str) -> None:
    said = blot(f'{{"said": {written}, "and": {written}}}', KEY)
    assert "KEY" not in said
    assert said.count(BLOT) == 2
    assert blot_bytes(f"<{written}>".encode(), KEY).count(BLOT.encode()) == 1


def test_without_a_key_nothing_is_blotted() -> None:
    assert blot("abc", "") == "abc"
    assert blot_bytes(b"abc", "") == b"abc"
