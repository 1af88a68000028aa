"""Signing in with a browser: cookies, what a page must show beside one, and what wrong passwords cost."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import pytest

from segue.decide import signing_in
from segue.host.ids import new_id
from segue.server.entrance import Entrance
from segue.service.identities import identify
from segue.wire.events import EVENT_LIST, EventQuery
from segue.wire.people import KEY_CREATE, SIGN_IN_END, SIGN_IN_LIST, NewKey, SignInQuery
from segue.wire.requests import ById
from tests.integration.server.house import PASSWORD, Answer, House
from tests.serving import served


class Browser:
    """Keeps a cookie, as a browser does, and what a page was told."""

    def __init__(self, house: House, **headers: str) -> None:
        self.house = house
        self.headers = headers
        self.cookie = ""
        self.csrf = ""

    def sign_in(self, name: str = "ann", password: str = PASSWORD) -> Answer:
        answer = self.house.ask("POST", "/sign-ins", {"name": name, "password": password}, **self.headers)
        if answer.status == 200:
            self.cookie = answer.headers["set-cookie"].partition(";")[0]
            self.csrf = str(answer.json["csrf"])
        return answer

    def ask(self, method: str, path: str, body: object = None, *, csrf: bool = True, **more: str) -> Answer:
        shown = {"segue_csrf": self.csrf} if csrf else {}
        return self.house.ask(method, path, body, cookie=self.cookie, **shown, **self.headers, **more)


def test_whoever_signs_in_is_known_until_signing_out(house: House) -> None:
    browser = Browser(house)
    answer = browser.sign_in("Ann")
    assert (answer.status, answer.json["name"], answer.json["by"]) == (200, "ann", "session")
    jar = SimpleCookie(answer.headers["set-cookie"])
    (cookie,) = jar.values()
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"], cookie["secure"]) == ("Strict", "/", "")
    me = browser.ask("GET", "/me").json
    assert (me["name"], me["by"], me["csrf"]) == ("ann", "session", browser.csrf)
    assert browser.ask("POST", "/variables", {"id": new_id(), "name": "x", "value": 1}).status == 200
    listed = browser.ask("POST", "/sign-ins/list", {}).json["items"]
    assert isinstance(listed, list)
    assert [(each["user"], each["address"]) for each in listed] == [("ann", "127.0.0.1")]
    assert browser.ask("POST", "/sign-out", {}).status == 200
    assert browser.ask("GET", "/leases").status == 401
    assert browser.ask("POST", "/variables/list", {}).status == 401
    # Both are in the feed, so that an automation may wait for them.
    backend = house.opened()
    told = backend.call(EVENT_LIST, EventQuery(names=["segue.user.signed-*"], sort="seq")).items
    backend.close()
    assert [(each.event, each.actor and each.actor.name) for each in told] == [
        ("segue.user.signed-in", "ann"), ("segue.user.signed-out", "ann"),
    ]  # fmt: skip


def test_what_changes_something_needs_more_than_the_cookie(house: House) -> None:
    browser = Browser(house)
    browser.sign_in()
    assert browser.ask("POST", "/variables/list", {}, csrf=False).code == "forbidden"
    browser.csrf = "x" * len(browser.csrf)
    assert browser.ask("POST", "/variables/list", {}).status == 403
    assert browser.ask("GET", "/leases", csrf=False).status == 200


def test_sign_ins_are_ended_by_their_person_and_by_an_admin(house: House) -> None:
    house.user("bob", "viewer", PASSWORD)
    ann, bob, other = Browser(house), Browser(house), Browser(house)
    ann.sign_in()
    bob.sign_in("bob")
    other.sign_in("bob")
    mine = bob.ask("POST", "/sign-ins/list", {}).json["items"]
    all_ = ann.ask("POST", "/sign-ins/list", {}).json["items"]
    assert isinstance(mine, list)
    assert isinstance(all_, list)
    assert ([each["user"] for each in mine], len(all_)) == (["bob", "bob"], 3)
    anns = next(each["id"] for each in all_ if each["user"] == "ann")
    assert bob.ask("DELETE", f"/sign-ins/{anns}").status == 404
    for each in mine:
        assert ann.ask("DELETE", f"/sign-ins/{each['id']}").status == 200
    assert bob.ask("GET", "/leases").status == 401


def test_a_new_password_and_a_disabled_account_end_every_sign_in(house: House) -> None:
    house.user("bob", "admin", PASSWORD)
    ann, bob = Browser(house), Browser(house)
    for password, change in ((PASSWORD, {"password": "another password"}), ("another password", {"disabled": True})):
        ann.sign_in("ann", password)
        bob.sign_in("bob", PASSWORD)
        assert ann.ask("GET", "/leases").status == 200
        assert bob.ask("PATCH", "/users/ann", change).status == 200
        assert ann.ask("GET", "/leases").status == 401
    assert ann.sign_in("ann", "another password").code == "sign-in.wrong-password"


def test_nobody_learns_which_names_there_are(house: House) -> None:
    house.user("keyed", "viewer")
    answers = [Browser(house).sign_in(name, "wrong password") for name in ("ann", "eve", "keyed", "", "../ann")]
    assert {(each.status, each.body) for each in answers} == {(401, answers[0].body)}


def test_wrong_passwords_make_an_account_wait_whatever_comes_next(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy machine a second is over before the next request.
    first = signing_in._FIRST
    monkeypatch.setattr(signing_in, "_FIRST", timedelta(minutes=1))
    for _ in range(6):
        assert Browser(house).sign_in("ann", "wrong password").status == 401
    blocked = Browser(house).sign_in()
    assert (blocked.status, blocked.code) == (429, "sign-in.too-many-attempts")
    assert int(blocked.headers["retry-after"]) >= 1
    # Another server of the same database knows it too, and so does no name that exists.
    with served(house.url, house.home) as api:
        assert Browser(House(api, house.url, house.home)).sign_in().status == 429
    assert Browser(house).sign_in("bob").status == 401
    # It passes.
    monkeypatch.setattr(signing_in, "_FIRST", first)
    house.user("cay", "admin", PASSWORD)
    for _ in range(6):
        assert Browser(house).sign_in("cay", "wrong password").status == 401
    browser = Browser(house)
    while browser.sign_in("cay").status == 429:
        pass
    assert browser.ask("GET", "/leases").status == 200
    assert Browser(house).sign_in("cay", "wrong password").status == 401


def test_many_names_from_one_address_make_the_address_wait(house: House) -> None:
    statuses = [Browser(house).sign_in(f"name{n}", "wrong password").status for n in range(24)]
    assert statuses[:20] == [401] * 20
    assert 429 in statuses
    # Sent by whoever wants to be somebody else.
    assert Browser(house, x_forwarded_for="10.1.2.3").sign_in("nobody", "wrong password").status == 429


def test_behind_tls_the_cookie_is_secure(house: House, certificate: Path) -> None:
    with served(house.url, house.home, certificate=certificate) as api:
        other = House(api, house.url, house.home)
        answer = Browser(other).sign_in()
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-segue-session")
        assert "; Secure" in cookie


def test_a_sign_in_that_was_not_used_for_long_is_over(house: House) -> None:
    import apsw

    browser = Browser(house)
    browser.sign_in()
    token = browser.cookie.partition("=")[2]
    backend = house.opened()
    assert backend.look(lambda session: identify(session, token)).actor.name == "ann"
    backend.close()
    for column, hours in (("last_used", 13), ("expires", 24 * 15)):
        connection = apsw.Connection(str(house.home / "home" / "segue.db"))
        connection.execute(f"UPDATE sign_in SET {column} = {column} - {hours} * 3600 * 1000000")
        connection.close()
        while browser.ask("GET", "/leases").status != 401:
            pass
        browser.sign_in()


# --- codes ----------------------------------------------------------------------------------------------------------


def challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def test_a_code_is_exchanged_for_a_key_once_and_by_whoever_asked_for_it(house: House) -> None:
    browser = Browser(house)
    browser.sign_in()
    asked = {"challenge": challenge("my secret"), "name": "laptop"}
    code = str(browser.ask("POST", "/login-codes", asked).json["code"])
    wrong = house.ask("POST", "/login-codes/exchange", {"code": code, "verifier": "guessed"})
    assert (wrong.status, wrong.code) == (401, "login.no-such-code")
    made = house.ask("POST", "/login-codes/exchange", {"code": code, "verifier": "my secret"}, segue_actor="eve").json
    key = str(made["key"])
    me = house.ask("GET", "/me", key=key).json
    assert (me["name"], me["role"]) == ("ann", "admin")
    assert isinstance(me["key"], dict)
    assert (me["key"]["name"], me["key"]["created_by"]["name"]) == ("laptop", "ann")
    assert me["key"]["expires"] is not None
    again = house.ask("POST", "/login-codes/exchange", {"code": code, "verifier": "my secret"})
    assert again.code == "login.no-such-code"
    told = house.ask("POST", "/events/list", {"names": ["segue.key.created"]}, key=key).json["items"]
    assert isinstance(told, list)
    assert told[0]["actor"]["name"] == "ann"


def test_a_key_gets_no_code_and_a_code_that_is_none_no_key(house: House) -> None:
    key = house.key("admin", user="ann").key
    asked = {"challenge": challenge("x"), "name": "laptop"}
    assert house.ask("POST", "/login-codes", asked, key=key).status == 403
    for code in ("", "letmein", "segue_code_" + "x" * 43):
        assert house.ask("POST", "/login-codes/exchange", {"code": code, "verifier": "x"}).status == 401
    browser = Browser(house)
    browser.sign_in()
    assert browser.ask("POST", "/login-codes", {"challenge": "short", "name": "x"}).status == 422


def test_two_logins_from_one_machine_are_two_keys(house: House) -> None:
    browser = Browser(house)
    browser.sign_in()
    names = []
    for _ in range(2):
        code = browser.ask("POST", "/login-codes", {"challenge": challenge("x"), "name": "laptop"}).json["code"]
        made = house.ask("POST", "/login-codes/exchange", {"code": code, "verifier": "x"}).json["facts"]
        assert isinstance(made, dict)
        names.append(made["name"])
    assert names == ["laptop", "laptop 2"]


def test_a_code_of_somebody_who_was_disabled_is_worth_nothing(house: House) -> None:
    house.user("bob", "viewer", PASSWORD)
    bob = Browser(house)
    bob.sign_in("bob")
    code = bob.ask("POST", "/login-codes", {"challenge": challenge("x"), "name": "laptop"}).json["code"]
    admin = house.key("admin", user="ann").key
    assert house.ask("PATCH", "/users/bob", {"disabled": True}, key=admin).status == 200
    assert house.ask("POST", "/login-codes/exchange", {"code": code, "verifier": "x"}).status == 401


def test_the_database_can_list_and_end_sign_ins_and_make_keys_beside_the_server(house: House) -> None:
    browser = Browser(house)
    browser.sign_in()
    backend = house.opened()
    (found,) = backend.call(SIGN_IN_LIST, SignInQuery(user="ann")).items
    backend.call(SIGN_IN_END, ById(found.id))
    backend.call(KEY_CREATE, NewKey(id=new_id(), name="x"))
    backend.close()
    while browser.ask("GET", "/leases").status != 401:
        pass
    with served(house.url, house.home, entrance=Entrance(exposed=True)) as api:
        other = House(api, house.url, house.home)
        assert Browser(other).sign_in().status == 200


@pytest.mark.parametrize("body", [{"name": "ann"}, {"password": "x"}, {"name": 1, "password": []}, []])
def test_what_is_no_sign_in_is_refused(house: House, body: object) -> None:
    assert house.ask("POST", "/sign-ins", body).status == 422
