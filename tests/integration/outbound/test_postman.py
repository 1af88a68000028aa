"""Errands done in a guarded process: what reaches the other side, where it may not go, and what a bad answer becomes."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from segue.model.errors import BadRequest
from segue.outbound.errands import Call, Notice
from segue.outbound.postman import Postman
from tests.sinks import HttpSink, free_port, http_sink, mail_sink

HERE = ["127.0.0.0/8"]
CANARY = "c4n4ryc4n4ryc4n4ry"


@pytest.fixture
def sink() -> Iterator[HttpSink]:
    with http_sink() as found:
        yield found


@pytest.fixture
def postman() -> Iterator[Postman]:
    found = Postman(HERE)
    yield found
    found.close()


def notice(url: str) -> Notice:
    return Notice(block_type="apprise", data={"url": url}, body="The body.", subject="The subject", key="k")


def test_a_call_arrives_as_it_was_meant(sink: HttpSink, postman: Postman) -> None:
    call = Call(method="PUT", url=f"{sink.url}/a?x=1", headers={"x-who": "me"}, params={"y": "2"}, body='{"n": 1}')
    outcome = postman.do(call)
    assert outcome.done, outcome
    assert (outcome.status, outcome.answer) == (200, "ok")
    (got,) = sink.received
    assert (got.method, got.path, got.json, got.headers["x-who"]) == ("PUT", "/a", {"n": 1}, "me")
    assert got.query["y"] == "2"


def test_a_private_address_is_refused_unless_it_is_allowed(sink: HttpSink) -> None:
    postman = Postman()
    try:
        for errand in (
            Call(method="POST", url=sink.url),
            Call(method="POST", url=f"http://localhost:{sink.port}"),
            Call(method="GET", url="http://169.254.169.254/latest/meta-data/"),
            Call(method="GET", url=f"http://[::ffff:127.0.0.1]:{sink.port}/"),
            notice(f"json://localhost:{sink.port}/"),
            notice(f"mailto://127.0.0.1:{sink.port}/?from=a@example.com&to=b@example.com&mode=insecure"),
        ):
            outcome = postman.do(errand)
            assert not outcome.done, errand
            assert not outcome.again, outcome
            assert "is no public address" in outcome.detail, outcome
    finally:
        postman.close()
    assert not sink.received


def test_a_call_that_forbids_itself_private_addresses_is_refused_where_they_are_allowed(
    sink: HttpSink, postman: Postman
) -> None:
    outcome = postman.do(Call(method="POST", url=sink.url, private=False))
    assert "is no public address" in outcome.detail
    assert postman.do(Call(method="POST", url=sink.url)).done
    assert len(sink.received) == 1


def test_only_allowed_networks_are_reached(sink: HttpSink) -> None:
    postman = Postman(["127.0.0.2/32"])
    try:
        assert not postman.do(Call(method="POST", url=sink.url)).done
    finally:
        postman.close()
    with pytest.raises(BadRequest, match=r"'10\.0\.0' is no network"):
        Postman(["10.0.0"])


def test_redirections_are_not_followed(sink: HttpSink, postman: Postman) -> None:
    with http_sink() as inner:
        sink.usual = (302, {"location": inner.url}, b"")
        outcome = postman.do(Call(method="POST", url=sink.url, body="x"))
        assert "leads to" in outcome.detail
        assert not outcome.again
        assert not postman.do(notice(f"json://127.0.0.1:{sink.port}/")).done
        assert not inner.received


def test_a_redirection_to_a_private_address_leads_nowhere_even_where_an_address_asks_for_it(sink: HttpSink) -> None:
    with http_sink() as inner:
        postman = Postman(["127.0.0.1/32"])
        try:
            sink.usual = (307, {"location": f"http://127.0.0.2:{inner.port}/"}, b"")
            assert not postman.do(notice(f"json://127.0.0.1:{sink.port}/?redirect=yes")).done
        finally:
            postman.close()
        assert not inner.received


def test_what_may_pass_is_worth_another_attempt(sink: HttpSink, postman: Postman) -> None:
    sink.answers = [(503, {"retry-after": "7"}, b"busy"), (429, {}, b""), (404, {}, b"gone")]
    busy, many, gone = (postman.do(Call(method="POST", url=sink.url)) for _ in range(3))
    assert (busy.again, busy.after, busy.status) == (True, 7.0, 503)
    assert (many.again, many.after) == (True, None)
    assert (gone.again, gone.detail) == (False, "Answered 404: gone")
    sink.close()
    away = postman.do(Call(method="POST", url=sink.url))
    assert (away.done, away.again) == (False, True)


def test_who_never_answers_is_waited_for_no_longer_than_said(sink: HttpSink, postman: Postman) -> None:
    sink.open.clear()
    outcome = postman.do(Call(method="POST", url=sink.url, timeout=0.5))
    assert (outcome.done, outcome.again) == (False, True)
    assert outcome.detail == "No answer within 0.5 s."


def test_what_hangs_is_ended_with_its_process(sink: HttpSink) -> None:
    postman = Postman(HERE, bound=3.0)
    try:
        sink.open.clear()
        outcome = postman.do(Call(method="POST", url=sink.url, timeout=50))
        assert (outcome.done, outcome.again) == (False, True)
        assert outcome.detail == "It was not done within 3 s."
        sink.open.set()
    finally:
        postman.close()


def test_an_endless_answer_is_cut(sink: HttpSink, postman: Postman) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x" * 65536)
        except ConnectionError:
            handler.close_connection = True

    sink.instead = endless
    outcome = postman.do(Call(method="GET", url=sink.url))
    assert outcome.done
    assert outcome.answer is not None
    assert len(outcome.answer) == 4000


def test_a_process_that_is_killed_is_replaced(sink: HttpSink, postman: Postman) -> None:
    sink.open.clear()
    outcomes = []
    thread = threading.Thread(target=lambda: outcomes.append(postman.do(Call(method="POST", url=sink.url))))
    thread.start()
    sink.wait()
    (runner,) = postman._busy
    os.kill(runner._process.pid, signal.SIGKILL)
    thread.join()
    assert outcomes[0].again
    assert "ended with -9" in outcomes[0].detail
    sink.open.set()
    assert postman.do(Call(method="POST", url=sink.url)).done


def test_several_errands_at_once_do_not_wait_for_each_other(sink: HttpSink, postman: Postman) -> None:
    sink.open.clear()
    outcomes = []
    call = Call(method="POST", url=sink.url)
    threads = [threading.Thread(target=lambda: outcomes.append(postman.do(call))) for _ in range(3)]
    for thread in threads:
        thread.start()
    # All three have arrived before any was answered.
    sink.wait(3)
    sink.open.set()
    for thread in threads:
        thread.join()
    assert [each.done for each in outcomes] == [True] * 3


def test_mail_is_sent_and_a_refusal_told(postman: Postman) -> None:
    with mail_sink() as mail:
        data = {"host": "127.0.0.1", "port": mail.port, "security": "insecure", "sender_email": "me@example.com",
                "to_emails": ["you@example.com", "all@example.com"]}  # fmt: skip
        errand = Notice(block_type="smtp-email", data=data, body="<b>no tag</b>\nä", subject="Sübject", key="d-1")
        assert postman.do(errand).done
        got = mail.wait(2)[0]
        assert (got["subject"], got["x-segue-delivery"]) == ("Sübject", "d-1")
        body = got.get_body(("plain",))
        assert body is not None
        assert body.get_content().splitlines() == ["<b>no tag</b>", "ä"]
        assert sorted(each for many in mail.recipients for each in many) == ["all@example.com", "you@example.com"]
        mail.refusals = ["451 later"] * 2
        refused = postman.do(errand)
        assert (refused.done, refused.again) == (False, True)
        assert "451" in refused.detail
        assert "later" in refused.detail


def test_why_a_service_did_not_take_a_message_is_told_without_what_opens_it(sink: HttpSink, postman: Postman) -> None:
    port = free_port()
    away = {"apprise": f"jsons://user:{CANARY}@127.0.0.1:{port}/{CANARY}2?x={CANARY}3",
            "slack-webhook": f"http://127.0.0.1:{port}/services/T1/B2/{CANARY}"}  # fmt: skip
    for type, url in away.items():
        outcome = postman.do(Notice(block_type=type, data={"url": url}, body="b"))
        assert outcome.again
        assert "Connection refused" in outcome.detail, outcome
        assert f"127.0.0.1', port={port}" in outcome.detail
        assert CANARY not in outcome.detail
    sink.usual = (403, {}, f"token {CANARY} is not known\n".encode())
    slack = {"url": f"{sink.url}/services/T1/B2/{CANARY}"}
    outcome = postman.do(Notice(block_type="slack-webhook", data={**slack}, body="b"))
    assert not outcome.again
    assert "error=403" in outcome.detail
    assert "token ******** is not known" in outcome.detail


def test_a_mail_server_that_wants_another_password_says_so(postman: Postman) -> None:
    with mail_sink(password="right") as mail:
        data: dict[str, object] = {"host": "127.0.0.1", "port": mail.port, "security": "insecure", "sender_email": "me@example.com",
                "to_emails": ["you@example.com"], "username": "me", "password": CANARY}  # fmt: skip
        outcome = postman.do(Notice(block_type="smtp-email", data=data, body="b"))
        assert not outcome.done
        assert "535" in outcome.detail, outcome
        assert "Authentication" in outcome.detail
        assert CANARY not in outcome.detail
        data["password"] = "right"
        assert postman.do(Notice(block_type="smtp-email", data=data, body="b")).done


def test_types_nobody_knows_are_refused(postman: Postman) -> None:
    outcome = postman.do(Notice(block_type="pigeon", data={}, body="b"))
    assert not outcome.again
    assert "'pigeon'" in outcome.detail
    assert "slack-webhook" in outcome.detail
    assert "apprise knows" in postman.do(notice("nix://x")).detail


def test_the_process_is_told_no_secret_of_the_server(sink: HttpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_SECRET_KEY", "c4n4ry")
    postman = Postman(HERE)
    try:
        assert postman.do(Call(method="POST", url=sink.url)).done
        ((_, runner),) = postman._idle
        assert b"c4n4ry" not in Path(f"/proc/{runner._process.pid}/environ").read_bytes()
    finally:
        postman.close()
