"""Tracking: from a plan, wishes and readings to the current that every charger should have."""
