"""What programs record themselves: flows, log lines, task runs."""

from __future__ import annotations
