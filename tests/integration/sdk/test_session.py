"""A session that is over leaves no thread behind."""

from pathlib import Path

from segue.engine.session import forget, session
from segue.events import emit_event
from segue.host import config


def test_the_heartbeat_ends_with_the_session(segue_home: Path) -> None:
    config.forget()
    emit_event("x", {"segue.resource.id": "y"})
    pulse = session().pulse
    thread = pulse._thread
    assert thread is not None
    forget()
    thread.join(10)
    assert not thread.is_alive()
    config.forget()
