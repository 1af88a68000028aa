"""Blocks on the pages: made, changed and deleted by forms made from their schemas; a secret goes in, and never comes out."""

from __future__ import annotations

import hashlib

from tests.e2e.ui.room import Room

SECRET, NEXT = "swordfish-7f3a", "marlin-91cc"

USING = """
    import hashlib
    from segue import flow
    from segue.blocks.system import Secret

    @flow(flow_run_name="using", log_prints=True)
    def using():
        word = Secret.load("db-password").get()
        print("the word is", word)
        print("it hashes to", hashlib.sha256(word.encode()).hexdigest()[:12])

    using()
"""


def hashed(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()[:12]


def used(room: Room) -> str:
    done = room.desk.python(room.desk.write("using.py", USING))
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_a_secret_is_made_used_and_changed_and_never_in_an_answer(empty_room: Room) -> None:
    room = empty_room
    room.browser.listen()
    room.go("/blocks")
    room.sees("No block")
    room.press("New block")
    room.choose("Type", "Secret")
    room.type("input[name=block-name]", "db-password")
    room.press("Save")
    room.sees("This is needed")
    room.type("input[name=value]", SECRET)
    room.press("Save")
    room.sees('Secret.load("db-password").get()')
    assert hashed(SECRET) in used(room)
    room.go("/flow-runs")
    room.press("using", "[data-run]")
    room.sees("the word is **********")
    room.sees(f"it hashes to {hashed(SECRET)}")
    # Saved again without the secret, it stays.
    room.go("/blocks")
    room.press("db-password")
    room.sees("How code uses it")
    room.browser.until("document.querySelector('input[name=value]').value === ''")
    room.press("Save")
    room.sees("db-password was saved")
    assert hashed(SECRET) in used(room)
    room.type("input[name=value]", NEXT)
    room.type("input[name=reason]", "rotated")
    room.press("Save")
    room.sees("rotated")
    assert hashed(NEXT) in used(room)
    answers = room.browser.answers()
    assert any("db-password" in answer for answer in answers)
    assert any("it hashes to" in answer for answer in answers)
    for answer in (*answers, str(room.browser.run("document.documentElement.outerHTML"))):
        assert SECRET not in answer
        assert NEXT not in answer


BLOCKS = """
    from pydantic import Field, SecretStr
    from segue.blocks.core import Block

    class Login(Block):
        user: str
        password: SecretStr

    class Warehouse(Block):
        host: str = Field(description="Name of the machine")
        port: int = Field(default=5432, le=65535)
        login: Login
        options: dict[str, str] = {}

        def address(self):
            return f"{self.login.user}:{self.login.password.get_secret_value()}@{self.host}:{self.port}"

    if __name__ == "__main__":
        print(Warehouse.load("main").address())
"""


def test_a_block_names_another_one_in_its_form(empty_room: Room) -> None:
    room = empty_room
    program = room.desk.write("blocks.py", BLOCKS)
    done = room.desk.segue("block", "register", "--file", program)
    assert done.returncode == 0, done.stderr
    room.go("/blocks/new?type=login")
    room.type("input[name=block-name]", "loader")
    room.type("input[name=user]", "ann")
    room.type("input[name=password]", "pw-1")
    room.press("Save")
    room.sees("loader was made")
    room.go("/blocks/new?type=warehouse")
    room.sees("Name of the machine")
    room.type("input[name=block-name]", "main")
    room.type("input[name=host]", "db.example.org")
    room.choose("Login", "login/loader")
    room.press("Save")
    room.sees("main was made")
    room.sees("from blocks import Warehouse")
    assert room.desk.python(program).stdout == "ann:pw-1@db.example.org:5432\n"
    # What does not fit is refused in the server's words, and nothing is lost of what was typed.
    room.clear("input[name=port]")
    room.type("input[name=port]", "70000")
    room.press("Save")
    room.sees("70000")
    room.sees("The data does not fit block type")
    room.clear("input[name=port]")
    room.type("input[name=port]", "5433")
    room.press("Save")
    room.sees("main was saved")
    assert room.desk.python(program).stdout == "ann:pw-1@db.example.org:5433\n"
    room.go("/blocks?type=login")
    room.press("loader")
    room.press("Delete")
    room.confirm()
    room.sees("is used by warehouse/main")
    room.go("/blocks")
    room.press("main")
    room.press("Delete")
    room.confirm()
    room.sees("main was deleted")
    assert room.desk.python(program).returncode != 0


def test_a_block_shows_what_it_does_where_nothing_was_said(empty_room: Room) -> None:
    room = empty_room
    word = "https://example.org/hooks/abcdefgh"
    done = room.desk.segue("block", "create", "webhook", "till", "-p", f"url={word}")
    assert done.returncode == 0, done.stderr
    room.go("/blocks")
    room.press("till")
    room.sees("How code uses it")
    verify, address = "document.querySelector('input[name=verify]')", "document.querySelector('input[name=url]')"
    room.browser.until(f"{verify}.checked && document.querySelector('input[name=method]').value === 'POST'")
    room.browser.until(f"{address}.value === ''")
    room.browser.run(f"{verify}.click()")
    room.press("Save")
    room.sees("till was saved")
    kept = room.desk.python(room.desk.write("kept.py", KEPT)).stdout
    assert kept == f"POST False {word}\n"
    room.browser.until(f"!{verify}.checked")


KEPT = """
    from segue.blocks.webhook import Webhook

    till = Webhook.load("till")
    print(till.method, till.verify, till.url.get_secret_value())
"""
