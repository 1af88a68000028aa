"""Code in a process of its own: what becomes of that process."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from segue import flow, get_run_logger, task


@task(isolation="process")
def note_if_asked_to_end(note: Path) -> None:
    signal.signal(signal.SIGTERM, lambda *_: note.touch())
    # Records are still being handed over when the call is answered.
    get_run_logger().info("logged")


@pytest.mark.usefixtures("segue_home")
def test_a_process_whose_call_was_answered_leaves_unasked(tmp_path: Path) -> None:
    @flow
    def several() -> None:
        for number in range(3):
            note_if_asked_to_end(tmp_path / str(number))

    several()
    assert list(tmp_path.glob("[0-9]")) == []
