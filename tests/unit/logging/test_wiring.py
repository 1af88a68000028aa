"""Loggers are connected once, and nobody logs before they are."""

from __future__ import annotations

import logging
import threading

import pytest

from segue.logging import wiring


def test_whoever_comes_while_the_loggers_are_connected_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    entered, go = threading.Event(), threading.Event()
    connect = wiring._connect

    def slowly(logger: logging.Logger, handler: logging.Handler, *, wanted: bool) -> None:
        entered.set()
        assert go.wait(30)
        connect(logger, handler, wanted=wanted)

    monkeypatch.setattr(wiring._Applied, "settings", None)
    monkeypatch.setattr(wiring, "_connect", slowly)
    first, second = threading.Thread(target=wiring.setup), threading.Thread(target=wiring.setup)
    first.start()
    assert entered.wait(30)
    second.start()
    second.join(0.2)
    assert second.is_alive()
    go.set()
    for each in (first, second):
        each.join(30)
        assert not each.is_alive()
    assert wiring._Applied.coming is None
