"""How long, and how often, a call is repeated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from segue.backend.links import place_of
from segue.backend.outage import Patience, is_passing, seconds_asked
from segue.model.errors import BadRequest
from segue.model.settings import Client


def test_pauses_double_to_a_bound_and_last_as_long_as_the_settings_say() -> None:
    patience = Patience(Client(max_retries=5, retry_jitter_factor=0.0), seed=1)
    assert [patience.pause(n) for n in range(7)] == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    assert patience.bound == 15.5
    assert Patience(Client(max_retries=0), seed=1).bound == 0.0
    assert patience.pause(10_000) == 10.0


def test_jitter_only_lengthens() -> None:
    patience = Patience(Client(retry_jitter_factor=0.2), seed=7)
    pauses = [patience.pause(1) for _ in range(200)]
    assert min(pauses) >= 1.0
    assert max(pauses) <= 1.2
    assert len(set(pauses)) > 100


def test_a_server_is_not_asked_sooner_than_it_says() -> None:
    patience = Patience(Client(retry_jitter_factor=0.0), seed=1)
    assert patience.pause(0, 7.0) == 7.0
    assert patience.pause(4, 0.0) == 0.5
    assert seconds_asked("3") == 3.0
    assert seconds_asked("86400") == 60.0
    later = seconds_asked(format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True))
    assert later is not None
    assert 0 < later <= 31
    assert seconds_asked("soon") is None
    assert seconds_asked(None) is None


def test_which_answers_are_worth_another_try() -> None:
    assert [is_passing(status, frozenset()) for status in (400, 401, 404, 409, 422)] == [False] * 5
    assert [is_passing(status, frozenset()) for status in (408, 425, 429, 500, 502, 503, 504)] == [True] * 7
    assert is_passing(404, frozenset({404}))


@pytest.mark.parametrize("url", ["", "127.0.0.1:4747", "ftp://x/api", "http://x:port/api", "http:///api"])
def test_an_address_that_is_none_is_named(url: str) -> None:
    with pytest.raises(BadRequest, match="SEGUE_API_URL is"):
        place_of(url)


def test_places() -> None:
    assert place_of("https://host/api/").root == "/api"
    assert (place_of("https://host").port, place_of("http://host").port) == (443, 80)
    assert place_of("http://[::1]:4747/api").name == "[::1]:4747"
    assert place_of("https://host:443").name == "host"
