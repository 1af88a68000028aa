"""What apprise says while it sends: its answer is only a yes or a no, and why it was a no it tells its logger."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

#: What stands for a secret.
MASK = "********"
#: What apprise tells at the level DEBUG, after the warning that says no more than that it went wrong: an error, or an answer.
_WHY = re.compile(r"\w*[A-Z]\w* Exception(?: \w+)?: *(?P<error>.+)|Response Details:\s*(?P<answer>.+)", re.DOTALL)
#: Characters of one reason.
_SHOWN = 300
#: Where the data of a block keeps what opens a service, and characters that a secret has at least.
_SECRETS = frozenset({
    "account_sid", "api_key", "apikey", "auth_token", "integration_key", "password", "token", "url", "webhook_id", "webhook_token",
})  # fmt: skip
_LEAST = 4
#: Characters from which on a word of an address is taken for one: a shorter one is a place that many addresses have.
_LONG = 8
#: Addresses whose host is a host; in those of other services a token may stand there.
_MAIL = frozenset({"mailto", "mailtos"})
_PLAIN = frozenset({"http", "https", "json", "jsons", "xml", "xmls", "form", "forms"})


class Heard:
    """What apprise said in one thread: its warnings, and the reasons that it tells after them, without secrets."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._lines: list[str] = []
        secrets = sorted(set(_secrets(data)), key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, secrets))) if secrets else None

    def take(self, record: logging.LogRecord) -> None:
        """Keep a line, if it says why."""
        # What it marks so it keeps out of its own records, too.
        if not getattr(record, "apprise_capture", True):
            return
        text = record.getMessage().strip()
        if record.levelno < logging.WARNING:
            why = _WHY.fullmatch(text)
            text = "" if why is None else _readable(why["error"] or why["answer"])
        if text:
            self._lines.append(text)

    def text(self) -> str:
        """Return what was said, each sentence once."""
        said = " ".join(dict.fromkeys(self._lines))
        return said if self._secrets is None else self._secrets.sub(MASK, said)


class _Ears(logging.Filter):
    """Hears all that apprise's logger is told while somebody sends, and passes on what its own level lets through."""

    def __init__(self) -> None:
        super().__init__()
        self._logger = logging.getLogger("apprise")
        self._lock = threading.Lock()
        self._hearing: dict[int, Heard] = {}
        self._level, self._least = logging.NOTSET, logging.WARNING

    def filter(self, record: logging.LogRecord) -> bool:
        """Hear a line, and say whether others see it: in detail it shows what the message says."""
        heard = self._hearing.get(threading.get_ident())
        if heard is not None:
            heard.take(record)
        return record.levelno >= self._least

    def begin(self, heard: Heard) -> None:
        with self._lock:
            if not self._hearing:
                self._level, self._least = self._logger.level, self._logger.getEffectiveLevel()
                self._logger.addFilter(self)
                self._logger.setLevel(logging.DEBUG)
            self._hearing[threading.get_ident()] = heard

    def end(self) -> None:
        with self._lock:
            del self._hearing[threading.get_ident()]
            if not self._hearing:
                self._logger.setLevel(self._level)
                self._logger.removeFilter(self)


_ears = _Ears()


@contextmanager
def hearing(data: Mapping[str, Any]) -> Iterator[Heard]:
    """Hear what apprise says in this thread while the block lasts, by a block of this data; other threads hear theirs."""
    heard = Heard(data)
    _ears.begin(heard)
    try:
        yield heard
    finally:
        _ears.end()


def _readable(text: str) -> str:
    """An answer is told as Python writes bytes."""
    found = re.fullmatch(r"b(['\"])(.*)\1", text, re.DOTALL)
    shown = text if found is None else found[2]
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]} …"


def _secrets(data: Mapping[str, Any]) -> Iterator[str]:
    for name, value in data.items():
        if name in _SECRETS and isinstance(value, str):
            for part in _parts(value) if "://" in value else [value]:
                yield from (form for form in (part, unquote(part)) if len(form) >= _LEAST)


def _parts(address: str) -> Iterator[str]:
    """What in an address may open something: names and passwords, and every word that is long, but for a host that is only that."""
    split = urlsplit(address)
    user, _, host = split.netloc.rpartition("@")
    yield from user.split(":")
    asked = parse_qs(split.query)
    if split.scheme in _MAIL:
        # Who a mail is for, and from, is no secret.
        yield from (value for name in ("pass", "password") for value in asked.get(name, ()))
        return
    rest = [split.path, split.fragment, *(value for values in asked.values() for value in values)]
    if split.scheme not in _PLAIN:
        rest.append(host)
    yield from (part for text in rest for part in re.split(r"[/:@#,;\s]+", text) if len(part) >= _LONG)
