"""The twenty steps on a disk that forgets what was not synced when the power goes: at the journal's Nth sync, `KILL=sync:N`."""

import os
import runpy
import signal
from itertools import count
from pathlib import Path

from segue import result_journal
from tests.faults.programs.ledger import KILL

_sync = result_journal._sync
_number = count(1)
_synced: dict[int, int] = {}


def sync(file: int) -> None:
    """Sync; or else take back what was written since the last time, and die."""
    if f"sync:{next(_number)}" == KILL:
        os.ftruncate(file, _synced.get(file, 0))
        os.kill(os.getpid(), signal.SIGKILL)
    _sync(file)
    _synced[file] = os.lseek(file, 0, os.SEEK_CUR)


result_journal._sync = sync
runpy.run_path(str(Path(__file__).with_name("twenty_steps.py")), run_name="__main__")
