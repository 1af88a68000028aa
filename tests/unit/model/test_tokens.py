"""Keys and tokens are known by their look, and never shown whole in a line."""

from __future__ import annotations

import logging

import pytest

from segue.engine.masking import masked
from segue.host.run_tokens import new_run_token, token_of_lease
from segue.host.secrets import new_token
from segue.model.tokens import CODE, KEY, RUN, SIGN_IN, hint_of, is_token, without_tokens
from segue.server.log_file import Discreet


@pytest.mark.parametrize("kind", [KEY, RUN, SIGN_IN, CODE])
def test_a_token_is_known_by_its_look(kind: str) -> None:
    token = new_token(kind)
    assert is_token(token, kind)
    assert not is_token(token[:-1], kind)
    assert not is_token(token + "x", kind)
    assert not is_token(new_token("segue_other_"), kind)
    assert without_tokens(f"a {token}, b") == f"a {hint_of(token)}…, b"
    assert hint_of(token) == token[: len(kind) + 4]


def test_tokens_of_runs_are_as_long_and_no_two_are_alike() -> None:
    tokens = {new_run_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(is_token(token, RUN) for token in tokens)
    token = tokens.pop()
    assert token_of_lease(token, "a") == token_of_lease(token, "a") != token_of_lease(token, "b")
    assert is_token(token_of_lease(token, "a"), RUN)


def test_no_line_shows_one_whole() -> None:
    key = new_token(KEY)
    assert key not in masked(f"calling with {key}")
    record = logging.LogRecord("x", logging.INFO, "f", 1, "Authorization: Bearer %s", (key,), None)
    assert Discreet("%(message)s").format(record) == f"Authorization: Bearer {hint_of(key)}…"
    assert masked("segue_key_ is how keys begin") == "segue_key_ is how keys begin"
