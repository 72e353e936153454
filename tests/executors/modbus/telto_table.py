"""Registers of a TeltoCharge EVC2, laid out from the table of the maker's wiki."""

from __future__ import annotations

from tests.executors.tiny_modbus import Device

WRITABLE = frozenset(range(14, 22))


def teltocharge() -> Device:
    words = [
        *(230, 231, 229),  # 0..2 V
        *(159, 0, 161),  # 3..5 A x 10
        0,  # 6 state: charging
        *(0x0005, 0x0001),  # 7..8 state time, low word first: 65541 s
        21571,  # 9 "TC"
        *(1, 1),  # 10 three phases, 11 change of phases possible
        16,  # 12 limit
        *(6, 6, 16),  # 13 phases in use, 14 to use, 15 amperes
        *(0, 0, 0),  # 16 session, 17 authorise, 18 lock
        *(30, 6),  # 19 timeout, 20 failsafe
        *(0, 1, 1234),  # 21 reboot, 22 needs authorisation, 23 product
        *(0xCD15, 0x075B),  # 24..25 serial 123456789, low word first
        *(11250, 3),  # 26 firmware, 27 charging
        *(25, 16, 1),  # 28 grid, 29 user, 30 locked
        0xFFCE,  # 31 temperature x 10: -5.0
        *(1, 4),  # 32 OCPP, 33 C2
        *(0b10000000110, 0b00100010000, 2),  # 34 warnings 1, 2, 10; 35 errors 4, 8; 36 user setting
        *(1, 7360, 1234, 5400),  # 37 11 kW, 38 W, 39 session x 100, 40 s
        *(57920, 1, 0, 0),  # 41..44 lifetime x 100, low word first: 123456
    ]
    assert len(words) == 45
    device = Device(holding=dict(enumerate(words)))
    device.on_write = lambda address, _values: None if address in WRITABLE else 2
    return device
