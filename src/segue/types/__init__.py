"""Types for fields of blocks and parameters of flows."""

from __future__ import annotations

from segue.types.secrets import SecretDict as SecretDict

__all__ = ["SecretDict"]
