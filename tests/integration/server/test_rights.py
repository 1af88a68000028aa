"""Who may call what: every operation of the table, asked by everybody."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from segue.host.ids import new_id
from segue.wire.operation import Access
from segue.wire.people import KEY_REVOKE, USER_EDIT, UserEdit
from segue.wire.requests import ById
from segue.wire.rights import ROLES, allows
from segue.wire.table import OPERATIONS
from tests.integration.server.house import Answer, House


def call(house: House, name: str, key: str | None, **headers: str) -> Answer:
    """Ask for an operation with a request that says nothing: enough to be let in or not, too little to change anything."""
    return calls(house, name, key, **headers)[0]


def calls(house: House, name: str, key: str | None, **headers: str) -> list[Answer]:
    """Ask for an operation by each of its ways."""
    return [
        house.ask(
            method, re.sub(r"\{\w+\}", "nothing", path), None if method in {"GET", "DELETE"} else {}, key=key, **headers
        )
        for method, path in OPERATIONS[name].ways
    ]


def let_in(answer: Answer) -> bool:
    assert answer.status != 500, answer.body
    return answer.status not in {401, 403}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_call_what_its_rights_say(house: House, role: str) -> None:
    house.user("bob", role)
    person, program = house.key("of bob", user="bob").key, house.key("program", role=role).key
    lowered = house.key("of ann", user="ann", role=role).key
    for name, operation in OPERATIONS.items():
        may = allows(ROLES[role], operation)
        for key in (person, program, lowered):
            assert {let_in(answer) for answer in calls(house, name, key)} == {may}, name


def test_without_a_key_there_is_only_what_is_public(house: House) -> None:
    for name, operation in OPERATIONS.items():
        public = operation.access is Access.PUBLIC
        for answer in calls(house, name, None):
            assert let_in(answer) == public, name
            if not public:
                assert (answer.status, answer.code) == (401, "unauthorized")
                assert answer.headers["www-authenticate"].startswith("Bearer")


def test_what_is_public_tells_of_no_database() -> None:
    public = {name for name, operation in OPERATIONS.items() if operation.access is Access.PUBLIC}
    # How the server is, who asks, the way in, and what is the same on every server of this version.
    the_way_in = {"me.read", "sign-ins.create", "login-codes.exchange", "login.page", "login.part"}
    same = {"server.openapi", "server.docs", "server.docs-part", *(name for name in public if name.startswith("ui."))}
    assert public == {"server.health", "server.ready", *the_way_in, *same}


def refused_keys(house: House) -> dict[str, str]:
    """Return keys that were once taken, and what never was one."""
    house.user("bob", "admin")
    disabled, revoked = house.key("of bob", user="bob"), house.key("revoked", role="admin")
    expired = house.key("expired", role="admin", expires=datetime.now(UTC) + timedelta(milliseconds=200))
    backend = house.opened()
    backend.call(USER_EDIT, UserEdit(name="bob", disabled=True))
    backend.call(KEY_REVOKE, ById(revoked.facts.id))
    backend.close()
    keys = {"disabled": disabled.key, "revoked": revoked.key, "expired": expired.key}
    assert expired.facts.expires is not None
    while datetime.now(UTC) < expired.facts.expires:
        pass
    last = revoked.key[-1]
    return {**keys, "unknown": revoked.key[:-1] + ("A" if last != "A" else "B"), "nonsense": "letmein", "empty": ""}


def test_a_key_that_is_not_taken_is_as_good_as_none(house: House) -> None:
    for why, key in refused_keys(house).items():
        for name, operation in OPERATIONS.items():
            if operation.name == "me.read" or operation.access is not Access.PUBLIC:
                answer = call(house, name, key)
                assert (answer.status, answer.code) == (401, "unauthorized"), (why, name)
            else:
                assert let_in(call(house, name, key)), (why, name)


@pytest.mark.parametrize("scope", ["read", "run", "edit", "run:events", "read:flow-runs"])
def test_a_scope_leaves_what_it_names(house: House, scope: str) -> None:
    key = house.key("scoped", user="ann", scopes=(scope,)).key
    for name, operation in OPERATIONS.items():
        assert let_in(call(house, name, key)) == allows(frozenset({scope}), operation), name


def test_a_scope_gives_nothing_that_the_role_has_not(house: House) -> None:
    house.user("bob", "viewer")
    key = house.key("too much", user="bob", scopes=("admin", "read")).key
    assert let_in(call(house, "flow-runs.list", key))
    assert not let_in(call(house, "users.list", key))
    assert house.ask("GET", "/me", key=key).json["rights"] == ["read"]


# --- other spellings ------------------------------------------------------------------------------------------------

#: Paths that somebody might hope to be read in two ways; none of them is what it resembles.
SPELLINGS = [
    "/api/flow-runs/list/health",
    "/api/health/../flow-runs/list",
    "/api/health/%2e%2e/flow-runs/list",
    "/api/%2e%2e/api/flow-runs/list",
    "/api//flow-runs/list",
    "/api/flow-runs//list",
    "/api/flow-runs/list/",
    "/api/flow-runs%2flist",
    "/api/flow-runs%2Flist",
    "/api/Flow-Runs/List",
    "/API/flow-runs/list",
    "/api/flow%2druns/list",
    "/api/flow-runs/list;health",
    "/api/flow-runs/list%00/health",
    "/api/flow-runs/list?/health",
    "/api/flow-runs/list#/health",
    "/api/./flow-runs/list",
    "/health",
    "/",
]


@pytest.mark.parametrize("path", SPELLINGS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_spelling_of_a_path_tells_a_stranger_anything(house: House, method: str, path: str) -> None:
    answer = house.ask(method, "", {} if method == "POST" else None, raw=path)
    # The root is the web pages, which are the same for everybody.
    assert answer.status in ({200, 405} if path == "/" else {401, 404, 405}), (answer.status, answer.body)
    assert b"items" not in answer.body


@pytest.mark.parametrize("name", ["health", "ready", "me", "%2e%2e", "..", "a%2fhealth", "a%2f..%2fhealth", "HEALTH"])
def test_a_name_that_looks_public_is_only_a_name(house: House, name: str) -> None:
    for path in (f"/variables/{name}", f"/flow-runs/{name}", f"/flow-runs/{name}/states"):
        assert house.ask("GET", path).status == 401, path


@pytest.mark.parametrize(
    "header", ["X_HTTP_Method_Override", "X_Method_Override", "X_HTTP_Method", "X_Original_URL", "X_Rewrite_URL"]
)
def test_no_header_changes_what_is_asked(house: House, header: str) -> None:
    viewer = house.key("viewer", role="viewer").key
    for value in ("DELETE", "GET", "/api/health"):
        assert house.ask("DELETE", f"/flow-runs/{new_id()}", key=viewer, **{header: value}).status == 403
        assert house.ask("POST", "/flow-runs/list", {}, **{header: value}).status == 401
        assert house.ask("GET", f"/flow-runs/{new_id()}", key=viewer, **{header: value}).status == 404


def test_a_key_in_the_address_is_no_key(house: House) -> None:
    key = house.key("admin", role="admin").key
    for name in ("key", "token", "access_token", "api_key", "authorization"):
        assert house.ask("GET", f"/leases?{name}={key}").status == 401


def test_a_scheme_other_than_bearer_is_said_to_be_wrong(house: House) -> None:
    answer = house.ask("GET", "/leases", authorization="Basic YW5uOng=")
    assert answer.status == 401
    assert "Bearer" in str(answer.json["detail"])
