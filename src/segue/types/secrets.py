"""Secrets beyond pydantic's own."""

from __future__ import annotations

from typing import Any

import pydantic


class SecretDict(pydantic.Secret[dict[str, Any]]):
    """A mapping whose values are secret; `get_secret_value()` returns it."""
