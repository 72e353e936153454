"""Meters that answer over HTTP or WebSocket."""
