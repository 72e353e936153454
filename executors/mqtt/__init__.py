"""Switches and signals over MQTT."""
