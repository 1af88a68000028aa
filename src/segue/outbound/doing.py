"""Doing one errand, in whichever process."""

from __future__ import annotations

import warnings
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache
from types import ModuleType

import httpx2
import msgspec

from segue.decide.sending import NOTIFY
from segue.host import clock
from segue.outbound.custom import custom_call
from segue.outbound.errands import ANSWER, Call, Errand, Notice, Outcome, refused, worth_repeating

#: The type of block whose notification is a request that it describes itself.
CUSTOM = "custom-webhook"
_CONNECT = 10.0
#: Characters of an answer that are worth keeping.
_SHOWN = 4000


def do(errand: Errand, *, trusted: bool) -> Outcome:
    """Do an errand, once; `trusted`: it is done for whoever wrote it, in that person's own process."""
    if isinstance(errand, Call):
        return call(errand, trusted=trusted)
    if errand.block_type == CUSTOM:
        return call(custom_call(errand), trusted=trusted)
    if errand.block_type not in NOTIFY:
        known = ", ".join(sorted(NOTIFY))
        return refused(f"Nobody here can notify by a block of type {errand.block_type!r}; these can: {known}.")
    outcome: Outcome = services().send(errand, trusted=trusted, timeout=_timeout(errand))
    return outcome


@cache
def services() -> ModuleType:
    """Return `segue.outbound.services`, loaded when something is first sent by apprise, which is large."""
    with warnings.catch_warnings():
        # It imports modules of the standard library that will go, which is not for users to read.
        warnings.simplefilter("ignore", DeprecationWarning)
        from segue.outbound import services  # noqa: PLC0415 - the door
    return services


def _timeout(notice: Notice) -> float:
    given = notice.data.get("timeout")
    return float(given) if isinstance(given, int | float) and given > 0 else 20.0


def call(errand: Call, *, trusted: bool) -> Outcome:
    """Make an HTTP request; of the answer no more is read than is worth keeping, and redirections are not followed."""
    if errand.bearer is not None:
        token = call(errand.bearer, trusted=trusted)
        found = _token_in(token)
        if found is None:
            return msgspec.structs.replace(token, done=False, detail=f"No token was given: {token.detail}", answer=None)
        headers = {**errand.headers, "authorization": f"Bearer {found}"}
        errand = msgspec.structs.replace(errand, headers=headers, bearer=None)
    body: dict[str, object] = {}
    if errand.body is not None:
        body["content"] = errand.body
    elif errand.form is not None:
        body["data"] = errand.form
    until = clock.monotonic() + errand.timeout
    timeout = httpx2.Timeout(errand.timeout, connect=min(_CONNECT, errand.timeout))
    try:
        # Not the environment's proxy: the guard could not see behind it.
        with (
            httpx2.Client(verify=errand.verify, timeout=timeout, trust_env=trusted) as client,
            client.stream(
                errand.method, errand.url, headers=errand.headers, params=errand.params or None,
                cookies=errand.cookies or None, **body,  # type: ignore[arg-type]  # one of two, as above
            ) as response,
        ):  # fmt: skip
            answer, whole = b"", True
            for part in response.iter_bytes():
                answer += part
                if len(answer) >= ANSWER or clock.monotonic() > until:
                    whole = False
                    break
            return _outcome(response, answer, whole=whole)
    except httpx2.InvalidURL as problem:
        return refused(f"{errand.url!r} is no address: {problem}")
    except (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError) as problem:
        return refused(f"The request cannot be made: {problem}")
    except httpx2.TimeoutException:
        return Outcome(done=False, detail=f"No answer within {errand.timeout:g} s.", again=True)
    except httpx2.HTTPError as problem:
        return Outcome(done=False, detail=f"{type(problem).__name__}: {problem}", again=True)


def _token_in(outcome: Outcome) -> str | None:
    try:
        answer = msgspec.json.decode(outcome.answer or "null")
    except msgspec.DecodeError:
        return None
    token = answer.get("id_token") if outcome.done and isinstance(answer, dict) else None
    return token if isinstance(token, str) else None


def _outcome(response: httpx2.Response, answer: bytes, *, whole: bool) -> Outcome:
    status = response.status_code
    text = answer[:_SHOWN].decode(errors="replace")
    if 200 <= status < 300:
        return Outcome(done=True, detail=f"Answered {status}.", status=status, answer=text)
    if 300 <= status < 400:
        where = response.headers.get("location", "elsewhere")
        detail = f"Answered {status}, which leads to {where}; redirections are not followed: give that address itself."
        return Outcome(done=False, detail=detail, status=status)
    more = "" if whole else " …"
    detail = f"Answered {status}: {text[:300]}{more}" if text.strip() else f"Answered {status}."
    after = _seconds(response.headers.get("retry-after"))
    again = worth_repeating(status)
    return Outcome(done=False, detail=detail, status=status, again=again, after=after if again else None, answer=text)


def _seconds(header: str | None) -> float | None:
    """Seconds that a `Retry-After` asks for, as a number or as a date."""
    if header is None:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        until: datetime = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (until - clock.now()).total_seconds()) if until.tzinfo is not None else None
