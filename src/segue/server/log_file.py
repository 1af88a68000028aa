"""The log of a server in the background: a file that does not grow for ever, written by several processes."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from pathlib import Path

from segue.host.locks import FileLock
from segue.model.tokens import without_tokens

#: Bytes after which the file's content moves into a second one, which is overwritten.
LARGEST = 5_000_000


class BoundedHandler(logging.StreamHandler):  # type: ignore[type-arg]  # generic for type checkers only
    """Writes lines to standard error, which is the file: also what the interpreter itself says stands there.

    Every process has opened it for appending, so its content can be moved away under all of them: no file is renamed.
    """

    def __init__(self, path: str, largest: int = LARGEST) -> None:
        super().__init__(sys.stderr)
        self._path = path
        self._largest = largest

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        super().emit(record)
        try:
            if Path(self._path).stat().st_size > self._largest:
                self._move()
        except OSError:
            # The disk is full or the file is gone; the server goes on.
            self.handleError(record)

    def _move(self) -> None:
        lock = FileLock(f"{self._path}.lock")
        lock.acquire()
        try:
            # Another process may have done it meanwhile.
            if Path(self._path).stat().st_size > self._largest:
                shutil.copyfile(self._path, f"{self._path}.1")
                os.truncate(self._path, 0)
        finally:
            lock.close()


class Discreet(logging.Formatter):
    """Formats lines without keys and tokens, wherever they come from."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a line."""
        return without_tokens(super().format(record))


def start_logging(level: str, path: str | None) -> None:
    """Send the log lines of this process to standard error."""
    handler = BoundedHandler(path) if path is not None else logging.StreamHandler()
    handler.setFormatter(Discreet("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level.upper())
