"""Blocks at the command line: registered, made, shown, changed, deleted; secrets are seen by nobody who did not ask."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from segue.cli import block, block_type
from segue.engine.session import forget
from segue.host import config
from tests.e2e.cli.desk import SEGUE, Desk

CANARY = "c4n4ry-at-the-desk"
CLASSES = """
    from pydantic import SecretStr
    from segue.blocks.core import Block

    class Login(Block):
        '''A login.'''
        user: str
        password: SecretStr

    class Service(Block):
        host: str
        port: int = 80
        login: Login

    print("loaded")
"""


def test_a_block_is_made_shown_changed_and_deleted(desk: Desk) -> None:
    empty = desk.segue("block", "ls")
    assert (empty.returncode, "There are no blocks yet. `segue block create" in empty.stdout) == (0, True)
    assert desk.items("block", "ls") == []
    made = desk.segue(
        "block", "create", "webhook", "on-call", "-p", f"url=https://h/{CANARY}", "--reason", "new gateway"
    )
    assert (made.returncode, made.stdout) == (0, "Saved block webhook/on-call.\n")
    shown = desk.segue("block", "inspect", "webhook/on-call").stdout
    assert "url      ********" in shown
    assert re.search(r"created .* by ann \(cli\): new gateway\n", shown)
    desk.segue("block", "edit", "webhook/on-call", "-p", "method=PUT", "-p", "verify=false", "--reason", "they asked")
    facts = desk.json("block", "inspect", "webhook/on-call")
    assert isinstance(facts, dict)
    assert facts["data"] == {"url": "********", "method": "PUT", "verify": False}
    assert facts["last_change"]["reason"] == "they asked"
    # What was not given stayed, the secret too.
    revealed = desk.json("block", "inspect", "webhook/on-call", "--show-secrets")
    assert isinstance(revealed, dict)
    assert revealed["data"]["url"] == f"https://h/{CANARY}"
    read = desk.items("event", "ls", "--event", "segue.block-document.secrets-read")
    assert [event["actor"]["name"] for event in read] == ["ann"]  # type: ignore[index]  # JSON
    desk.segue("block", "edit", facts["id"], "--unset", "verify", "--name", "on-duty")
    (listed,) = desk.items("block", "ls", "--type", "webhook", "--since", "1h")
    assert (listed["block"], listed["data"]) == ("webhook/on-duty", {"url": "********", "method": "PUT"})
    assert desk.json("block", "ls", "--count") == {"count": 1}
    assert desk.items("block", "ls", "--flow", "x") == []
    assert desk.segue("block", "delete", "webhook/on-duty").returncode == 4
    assert (
        desk.segue("block", "delete", "webhook/on-duty", "--yes", "--reason", "gone").stdout
        == "Deleted block webhook/on-duty.\n"
    )
    assert desk.json("block", "ls", "--count") == {"count": 0}
    (last, *_) = desk.items("event", "ls", "--changes")
    assert (last["name"], last["reason"]) == ("segue.block-document.deleted", "gone")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["inspect", "secret/none"], 3, "There is no block 'secret/none'"),
        (["inspect", "none"], 3, "A block is called TYPE/NAME"),
        (["create", "none", "x"], 3, "There is no block type 'none'"),
        (["create", "secret"], 2, "segue block create secret NAME"),
        (["create", "secret", "x"], 2, "This field is missing: value."),
        (
            ["create", "secret", "Bad Name", "-p", "value=x"],
            2,
            "lowercase letters, numbers, and dashes, not 'Bad Name'",
        ),
        (["create", "webhook", "x", "-p", "url=h", "-p", "method=BAD"], 2, 'method must be one of "GET"'),
        (["create", "secret", "x", "-p", "hunter22"], 2, "given as KEY=VALUE"),
        (["create", "secret", "x", "-p", "value=********"], 2, "give the secret itself"),
        (["create", "secret", "x", "--file", "none.json"], 2, "none.json cannot be read: No such file"),
        (["create", "secret", "x", "--file", "-"], 2, "Standard input is not a JSON object"),
        (["edit", "secret/none", "-p", "value=x"], 3, "There is no block 'secret/none'"),
        (["register"], 2, "either --module MODULE or --file PATH"),
        (["register", "-f", "none.py"], 1, "There is no file"),
        (["register", "-m", "json"], 3, "There is no block class in json"),
        (["type", "inspect", "none"], 3, "There is no block type 'none'"),
        (["type", "delete", "webhook", "--yes"], 3, "No block of type 'webhook' was made yet"),
    ],
)
def test_what_cannot_be_done_is_said_in_words_that_repeat_no_secret(
    desk: Desk, words: list[str], code: int, said: str
) -> None:
    done = desk.segue("block", *words)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert "hunter22" not in done.stderr + done.stdout
    assert desk.items("block", "ls") == []


def test_a_name_that_is_taken_is_refused_or_overwritten(desk: Desk) -> None:
    desk.segue("block", "create", "string", "one", "-p", "value=12")
    again = desk.segue("block", "create", "string/one", "-p", "value=13")
    assert (again.returncode, "--overwrite" in again.stderr) == (4, True)
    assert desk.segue("block", "create", "string/one", "-p", "value=13", "--overwrite").returncode == 0
    (one,) = desk.items("block", "ls")
    # A text field keeps what was typed, be it a number or not.
    assert one["data"] == {"value": "13"}
    assert desk.segue("block", "edit", "string/one").returncode == 2
    assert desk.segue("block", "edit", "string/one", "--unset", "none").returncode == 3
    assert "value is missing" in desk.segue("block", "edit", "string/one", "--unset", "value").stderr


def test_classes_of_a_file_are_registered_and_made_with_blocks_inside(desk: Desk) -> None:
    desk.write("classes.py", CLASSES)
    registered = desk.segue("block", "register", "--file", "classes.py")
    assert registered.stdout.splitlines()[-2:] == ["Registered login.", "Registered service."]
    assert desk.segue("block", "register", "-m", "classes").stdout.splitlines()[-2:] == [
        "Registered login, as it was.",
        "Registered service, as it was.",
    ]
    types = {str(each["slug"]): each["recorded"] for each in desk.items("block", "type", "ls")}
    assert {"login": True, "service": True, "secret": False}.items() <= types.items()
    shown = desk.segue("block", "type", "inspect", "login").stdout
    assert "A login." in shown
    assert "password  (required, secret) Password" in shown
    desk.segue("block", "create", "login", "me", "--file", "-", input=json.dumps({"user": "me", "password": CANARY}))
    desk.segue("block", "create", "service", "db", "-p", "host=h", "-p", "login=login/me", "-p", "port=5432")
    assert "login    block login/me" in desk.segue("block", "inspect", "service/db").stdout
    missing = desk.segue("block", "create", "service", "other", "-p", "host=h", "-p", "login=login/you")
    assert (missing.returncode, "There is no block 'login/you'" in missing.stderr) == (3, True)
    used = desk.segue("block", "delete", "login/me", "--yes")
    assert (used.returncode, "is used by service/db" in used.stderr) == (4, True)
    desk.write(
        "use.py",
        CLASSES + "    s = Service.load('db')\n    print(s.port, s.login.user, s.login.password.get_secret_value())\n",
    )
    assert desk.python("use.py").stdout.splitlines()[-1] == f"5432 me {CANARY}"
    deleted = desk.segue("block", "type", "delete", "service", "--yes")
    assert deleted.stdout == "Deleted block type service with 1 block.\n"
    assert desk.segue("block", "delete", "login/me", "--yes").returncode == 0


def test_types_are_shown_before_anything_is_recorded(desk: Desk) -> None:
    shown = desk.segue("block", "type", "inspect", "webhook").stdout
    assert "url                 (required, secret)" in shown
    assert "`segue block create webhook NAME`" in shown
    facts = desk.json("block", "type", "inspect", "secret")
    assert isinstance(facts, dict)
    assert (facts["recorded"], facts["schema"]["fields"]["secret_fields"]) == (False, ["value"])
    assert {(each["slug"], each["id"]) for each in desk.items("block", "type", "ls")} >= {("secret", None)}
    assert desk.items("event", "ls", "--changes") == []


def test_what_is_missing_is_asked_for_on_a_terminal_and_secrets_are_not_echoed(desk: Desk) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [str(SEGUE), "block", "create", "secret"], cwd=desk.folder, env=desk.surroundings(), stdin=theirs, stdout=theirs,
        stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    try:
        for prompt, answer in ((b"name: ", b"api-key"), (b"value: ", CANARY.encode())):
            while not seen.endswith(prompt):
                seen += os.read(ours, 1000)
            os.write(ours, answer + b"\n")
        while b"Saved block" not in seen:
            seen += os.read(ours, 1000)
    finally:
        assert process.wait(30) == 0
        os.close(ours)
    assert b"Saved block secret/api-key." in seen
    assert b"api-key" in seen
    assert CANARY.encode() not in seen
    revealed = desk.json("block", "inspect", "secret/api-key", "--show-secrets")
    assert isinstance(revealed, dict)
    assert revealed["data"] == {"value": CANARY}


def test_names_are_completed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "other"):
        desk.segue("block", "create", "string", name, "-p", "value=x")
    monkeypatch.setenv("SEGUE_HOME", str(desk.home))
    config.forget()
    try:
        assert block.complete("str") == ["string/one", "string/other"]
        assert block.complete("string/ot") == ["string/other"]
        assert block_type.complete_type("se") == ["secret", "sendgrid-email"]
    finally:
        forget()
        config.forget()


def test_no_file_of_the_home_shows_a_secret(desk: Desk) -> None:
    desk.segue("block", "create", "secret", "x", "--file", "-", input=json.dumps({"value": CANARY}))
    desk.segue("block", "edit", "secret/x", "-p", f"value={CANARY}-2")
    assert desk.segue("block", "inspect", "secret/x").returncode == 0
    files = [path for path in Path(desk.home).rglob("*") if path.is_file()]
    assert len(files) > 1
    assert all(CANARY.encode() not in path.read_bytes() for path in files)
