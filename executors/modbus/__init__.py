"""Modbus: links, registers and the devices that are spoken to with them."""
