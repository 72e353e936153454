"""The daemon: the tick on real devices, plans made beside it, and what it shows."""
