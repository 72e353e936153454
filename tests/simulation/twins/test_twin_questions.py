"""Whatever is asked, a device answers by the protocol: the right length, or a code."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.twins.charx import Charx
from simulation.twins.charx_point import CharxPoint, PointSettings
from simulation.twins.modbus_pdu import Tables, answer
from simulation.twins.register_table import Register, RegisterTable
from simulation.twins.standalone import SimplePoint
from tests.simulation.twins.wires import HandClock


def charx() -> Charx:
    clock = HandClock()
    return Charx({1: CharxPoint(SimplePoint(clock), clock, PointSettings())})


@settings(max_examples=300)
@given(st.binary(min_size=1, max_size=260))
def test_any_bytes_get_an_answer_by_the_protocol(question: bytes) -> None:
    reply = charx().answer(question)
    if reply[0] & 0x80:
        assert len(reply) == 2
        assert reply[1] in {1, 2, 3}
    elif question[0] in {3, 4}:
        assert len(reply) == 2 + reply[1] == 2 + 2 * int.from_bytes(question[3:5], "big")
    else:
        assert reply == question[:5]


@given(start=st.integers(0, 12), count=st.integers(0, 12), words=st.lists(st.integers(0, 65535), max_size=12))
def test_a_table_reads_what_was_written_and_writes_all_or_nothing(
    start: int, count: int, words: list[int]
) -> None:
    held = dict.fromkeys(range(8), 7)

    def cell(address: int) -> Register:
        def write(word: int) -> None:
            held[address] = word

        return Register(address, lambda: [held[address]], 1, write, lambda word: word < 60_000)

    table = RegisterTable([cell(address) for address in held])
    tables = Tables({3: table}, {16: table})
    data = b"".join(word.to_bytes(2, "big") for word in words)
    head = bytes([16]) + start.to_bytes(2, "big") + len(words).to_bytes(2, "big") + bytes([len(data)])
    written = answer(head + data, tables)
    fits = len(words) >= 1 and start + len(words) <= 8 and all(word < 60_000 for word in words)
    assert (written[0] == 16) is fits
    expected = dict.fromkeys(range(8), 7)
    if fits:
        expected |= {start + k: word for k, word in enumerate(words)}
    assert held == expected
    read = answer(bytes([3]) + start.to_bytes(2, "big") + count.to_bytes(2, "big"), tables)
    if count >= 1 and start + count <= 8:
        found = [int.from_bytes(read[2 + 2 * k : 4 + 2 * k], "big") for k in range(count)]
        assert found == [expected[start + k] for k in range(count)]
    else:
        assert read[0] == 0x83
