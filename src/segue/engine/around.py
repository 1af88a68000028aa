"""What the floors above put around user code that is called in another process."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

#: Context managers entered around every call in another process; they travel by reference.
in_children: list[Callable[[], AbstractContextManager[object]]] = []
