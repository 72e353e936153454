"""The P1 port of a utility meter: telegrams over a serial line or TCP."""
