"""Loggers of runs: what user code logs (or prints) is shown on the terminal and recorded with its run."""

from __future__ import annotations

from segue.logging.eavesdropping import LogEavesdropper
from segue.logging.loggers import disable_run_logger, get_logger, get_run_logger
from segue.logging.wiring import setup

__all__ = ["LogEavesdropper", "disable_run_logger", "get_logger", "get_run_logger", "setup"]
