"""Accounts, keys and sign-ins are kept alike by every store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.host.ids import new_id
from segue.model.accounts import ApiKey
from segue.model.errors import AlreadyExists, BadRequest, NotFound, SegueError, Unauthorized
from segue.service.identities import Identity, identify
from segue.wire import people as w
from segue.wire.requests import ById, ByName


def user(backend: EmbeddedBackend, name: str, role: str = "admin", **facts: str) -> w.NewUser:
    made = w.NewUser(id=new_id(), name=name, role=role, **facts)
    backend.call(w.USER_CREATE, made)
    return made


def key(backend: EmbeddedBackend, name: str, **facts: object) -> w.MadeKey:
    return backend.call(w.KEY_CREATE, w.NewKey(id=new_id(), name=name, **facts))  # type: ignore[arg-type]


def who(backend: EmbeddedBackend, shown: str) -> Identity:
    return backend.look(lambda session: identify(session, shown))


def test_the_first_account_is_an_admins_and_names_are_one_in_any_case(beneath: EmbeddedBackend) -> None:
    with pytest.raises(SegueError, match="first account must be an admin's"):
        user(beneath, "ann", "viewer")
    made = user(beneath, "Ann", password="correct horse")
    assert beneath.call(w.USER_CREATE, made).name == "ann"
    with pytest.raises(AlreadyExists):
        user(beneath, "ANN")
    found = beneath.call(w.USER_READ, ByName("aNN"))
    assert (found.id, found.role, found.has_password, found.disabled) == (made.id, "admin", True, None)


def test_accounts_are_listed_by_name_and_page(beneath: EmbeddedBackend) -> None:
    for name in ("carl", "ann", "bob"):
        user(beneath, name)
    beneath.call(w.USER_EDIT, w.UserEdit(name="bob", disabled=True))
    first = beneath.call(w.USER_LIST, w.UserQuery(limit=2))
    assert [each.name for each in first.items] == ["ann", "bob"]
    assert [each.name for each in beneath.call(w.USER_LIST, w.UserQuery(after=first.next)).items] == ["carl"]
    for disabled, names in ((True, ["bob"]), (False, ["ann", "carl"])):
        found = beneath.call(w.USER_LIST, w.UserQuery(disabled=disabled)).items
        assert [each.name for each in found] == names
    with pytest.raises(NotFound):
        beneath.call(w.USER_EDIT, w.UserEdit(name="eve", role="admin"))


def test_the_last_admin_can_neither_be_disabled_nor_lowered(beneath: EmbeddedBackend) -> None:
    user(beneath, "ann")
    user(beneath, "bob")
    beneath.call(w.USER_EDIT, w.UserEdit(name="bob", role="operator"))
    for change in ({"disabled": True}, {"role": "viewer"}):
        with pytest.raises(SegueError, match="only admin"):
            beneath.call(w.USER_EDIT, w.UserEdit(name="ann", **change))


def test_a_key_is_known_by_what_was_shown_once(beneath: EmbeddedBackend) -> None:
    user(beneath, "ann")
    made = key(beneath, "laptop", user="ann", role="operator", scopes=["read", "run:events", "admin"])
    seen = who(beneath, made.key)
    assert (seen.by, seen.actor.name, seen.role, seen.rights) == (
        "key",
        "ann",
        "admin",
        frozenset({"read", "run:events"}),
    )
    assert made.key.startswith(made.facts.hint)
    program = key(beneath, "nightly")
    assert who(beneath, program.key).actor.kind == "key"
    assert who(beneath, program.key).rights == {"read", "run", "edit"}
    with pytest.raises(Unauthorized, match="does not know"):
        who(beneath, made.key[:-2] + "__")
    with pytest.raises(Unauthorized, match="begins with"):
        who(beneath, "letmein")


def test_a_key_whose_answer_was_lost_is_made_anew(beneath: EmbeddedBackend) -> None:
    request = w.NewKey(id=new_id(), name="nightly")
    lost, found = beneath.call(w.KEY_CREATE, request), beneath.call(w.KEY_CREATE, request)
    assert lost.key != found.key
    with pytest.raises(Unauthorized):
        who(beneath, lost.key)
    assert who(beneath, found.key).actor.name == "nightly"
    with pytest.raises(AlreadyExists):
        key(beneath, "nightly")


def test_keys_end_by_date_by_hand_and_with_their_person(beneath: EmbeddedBackend) -> None:
    user(beneath, "ann")
    user(beneath, "bob")
    soon = datetime.now(UTC) + timedelta(milliseconds=300)
    expiring, revoked, bobs = key(beneath, "a", expires=soon), key(beneath, "b"), key(beneath, "c", user="bob")
    beneath.call(w.KEY_REVOKE, ById(revoked.facts.id))
    beneath.call(w.KEY_REVOKE, ById(revoked.facts.id))
    beneath.call(w.USER_EDIT, w.UserEdit(name="bob", disabled=True))
    while datetime.now(UTC) < soon:
        pass
    for made, why in ((expiring, "expired"), (revoked, "revoked"), (bobs, "disabled")):
        with pytest.raises(Unauthorized, match=why):
            who(beneath, made.key)
    assert names(beneath, valid=True) == []
    assert names(beneath, valid=False) == ["c", "b", "a"]
    beneath.call(w.USER_EDIT, w.UserEdit(name="bob", disabled=False))
    assert who(beneath, bobs.key).actor.name == "bob"
    assert names(beneath, user="bob") == ["c"]
    # A name is free again once its key is over.
    assert key(beneath, "b").facts.name == "b"


def names(backend: EmbeddedBackend, **query: object) -> list[str]:
    found: list[ApiKey] = backend.call(w.KEY_LIST, w.KeyQuery(**query)).items  # type: ignore[arg-type]
    return [each.name for each in found]


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"role": "root"}, "no role 'root'"),
        ({"scopes": ["write"]}, "no scope 'write'"),
        ({"scopes": ["run:evnts"]}, "no scope 'run:evnts'"),
        ({"expires": datetime(2020, 1, 1, tzinfo=UTC)}, "never be valid"),
        ({"name": ""}, "1 to 255"),
    ],
)
def test_what_is_no_key_is_refused(beneath: EmbeddedBackend, facts: dict[str, object], told: str) -> None:
    with pytest.raises(BadRequest, match=told):
        key(beneath, **({"name": "x"} | facts))  # type: ignore[arg-type]
    assert names(beneath) == []


def test_keys_of_nobody_are_refused(beneath: EmbeddedBackend) -> None:
    with pytest.raises(NotFound):
        key(beneath, "x", user="eve")
