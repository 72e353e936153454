"""From a plan and live readings to the wires of chargers and meters."""
