"""Names for runs that nobody named, drawn here."""

from __future__ import annotations

import os

from segue.decide import run_names


def run_name() -> str:
    """Return a name such as `brisk-heron`; not unique, ids are."""
    return run_names.run_name(int.from_bytes(os.urandom(8), "big"))
