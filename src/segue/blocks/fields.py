"""Types of fields that blocks have."""

from __future__ import annotations

from segue.types.secrets import SecretDict as SecretDict

__all__ = ["SecretDict"]
