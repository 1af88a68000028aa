"""What helpers say of a wrong value: which one it was, and what to do. The kinds of errors are compared in tests/parity."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

from segue.utilities.processutils import open_process
from segue.utilities.pydantic import PartialModel
from segue.utilities.templating import apply_values
from segue.utilities.urls import url_for, validate_restricted_url


class Point(BaseModel):
    x: int
    y: int


def _twice() -> None:
    partial = PartialModel(Point, x=1)
    partial.x = 2


async def _opened(command: Any) -> None:
    async with open_process(command):
        pass


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (_twice, "'x' was given before"),
        (lambda: PartialModel(Point, z=1), "Point has no field 'z': it has x, y"),
        (lambda: apply_values(({"a": 1},), {}), "({'a': 1},) is none of them"),
        (lambda: asyncio.run(_opened("ls -l")), "'ls -l' is none: `command_from_string`"),
        (lambda: url_for("flow-run", "7", "page"), "`url_type` is 'ui' or 'api', not 'page'"),  # type: ignore[arg-type]
        (lambda: url_for("flow-run"), "'flow-run' names a kind of things: say which one by `obj_id`"),
        (
            lambda: url_for("received-event", "7", default_base_url="https://pages.example"),
            "the address of a received-event also needs occurred",
        ),
        (lambda: validate_restricted_url("ftp://example.com"), "'ftp://example.com' may not be asked: it begins with"),
        (lambda: validate_restricted_url("http:///x"), "'http:///x' may not be asked: it names no host"),
        (lambda: validate_restricted_url("http://10.0.0.1"), "it leads to the private address 10.0.0.1"),
        (lambda: validate_restricted_url("http://no-such-host.invalid"), "nobody knows its host"),
    ],
)
def test_a_wrong_value_is_named(call: Callable[[], object], words: str) -> None:
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    assert words in str(caught.value)
