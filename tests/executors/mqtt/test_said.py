"""When a value of an MQTT topic counts, and what payloads say: by hand, without a broker."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executors.mqtt.payloads import LONGEST, is_on, is_online
from executors.mqtt.said import Known, Said


def test_a_live_value_counts_from_when_it_came() -> None:
    said: Said[bool] = Said()
    said.put(True, 10.0, retained=False)
    assert said.get(40.0) == Known(True, 10.0)


def test_a_retained_value_counts_only_while_its_sender_is_online() -> None:
    said: Said[bool] = Said()
    said.put(False, 10.0, retained=True)
    assert said.get(11.0) is None
    said.available(online=True)
    assert said.get(40.0) == Known(False, 40.0)
    said.available(online=False)
    assert said.get(41.0) is None


def test_a_sender_that_comes_back_has_said_nothing_yet() -> None:
    said: Said[bool] = Said()
    said.put(True, 1.0, retained=False)
    said.available(online=False)
    said.available(online=True)
    assert said.get(2.0) is None


def test_a_lost_connection_forgets_everything() -> None:
    said: Said[bool] = Said()
    said.available(online=True)
    said.put(True, 1.0, retained=False)
    said.lost()
    assert said.get(1.0) is None
    assert said.online is None


def test_what_cannot_be_understood_is_no_value_and_does_not_leave_the_old_one() -> None:
    said: Said[bool] = Said()
    said.put(True, 1.0, retained=False)
    said.put(None, 2.0, retained=False)
    assert said.get(2.0) is None


@pytest.mark.parametrize(
    ("payload", "key", "means"),
    [
        (b"ON", None, True),
        (b" off\n", None, False),
        (b"1", None, True),
        (b"false", None, False),
        (b"open", None, None),
        (b"", None, None),
        (b"\xff\xfe", None, None),
        (b'{"state": "ON", "power": 12}', "state", True),
        (b'{"output": false}', "output", False),
        (b'{"relay": {"0": {"ison": true}}}', "relay.0.ison", True),
        (b'{"state": null}', "state", None),
        (b'{"state": 12.5}', "state", None),
        (b"[1]", "state", None),
        (b"not json", "state", None),
        (b"[" * 4000, "state", None),
        (b" " * LONGEST + b"ON", None, None),
    ],
)
def test_a_state_says_on_off_or_nothing(payload: bytes, key: str | None, means: bool | None) -> None:
    assert is_on(payload, "ON", "OFF", key) is means


def test_the_words_of_the_owner_come_first() -> None:
    assert is_on(b"heat", "heat", "idle") is True
    assert is_on(b"IDLE", "heat", "idle") is False
    assert is_on(b"0", "0", "1") is True


@given(st.binary(max_size=64))
def test_any_payload_is_understood_or_is_nothing(payload: bytes) -> None:
    assert is_on(payload, "ON", "OFF", "state") in {True, False, None}
    assert is_on(payload, "ON", "OFF") in {True, False, None}
    assert is_online(payload) in {True, False, None}


def test_availability_comes_as_text_or_as_a_block() -> None:
    assert is_online(b"online") is True
    assert is_online(b"Offline") is False
    assert is_online(b'{"state": "online"}') is True
    assert is_online(b"true") is True
    assert is_online(b"maybe") is None
