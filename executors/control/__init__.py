"""The executor's pure heart: what every charger may be told, from readings, state and monotonic time."""
