"""Why a serial line does not open, as far as the system says."""

from __future__ import annotations

import os
from pathlib import Path


def why_closed(device: str) -> str:
    """Words to put behind "no connection to DEVICE"; empty for a line behind a gateway."""
    if "://" in device:
        return ""
    if not Path(device).exists():
        return ": there is no such device"
    if not os.access(device, os.R_OK | os.W_OK):
        return ": no permission (its group is mostly dialout: add the user to it)"
    return ": another program has it, or it is no serial line"
