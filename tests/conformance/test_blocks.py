"""Blocks: types and schemas made once, documents checked, secrets out of the database's sight."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.open import open_backend
from segue.host.ids import new_id
from segue.host.secret_keys import SecretKeys, new_key
from segue.model.blocks import MASKED, BlockDocument, BlockType
from segue.model.errors import AlreadyExists, BadRequest, InUse, NotFound, SecretKeyProblem, TooLarge
from segue.wire import blocks as w
from segue.wire import secret_keys as k
from segue.wire.events import EVENT_LIST, EventQuery
from segue.wire.requests import Nothing

CANARY = "c4n4ry-in-a-coal-mine"
FIELDS: dict[str, object] = {
    "type": "object",
    "properties": {
        "host": {"type": "string", "minLength": 1},
        "port": {"type": "integer", "minimum": 1, "default": 5},
        "password": {"anyOf": [{"type": "string", "writeOnly": True}, {"type": "null"}]},
        "options": {"type": "object"},
        "inner": {"anyOf": [{"$ref": "#/definitions/Inner"}, {"type": "null"}]},
    },
    "required": ["host"],
    "secret_fields": ["password", "options.*", "inner.token"],
    "definitions": {"Inner": {"type": "object", "properties": {"token": {"type": "string"}}, "required": ["token"]}},
}


def register(backend: EmbeddedBackend, slug: str = "login", fields: dict[str, object] = FIELDS) -> BlockType:
    made = backend.call(w.BLOCK_TYPE_PUT, w.PutBlockType(id=new_id(), slug=slug, name=slug.title()))
    backend.call(
        w.BLOCK_SCHEMA_PUT, w.PutBlockSchema(id=new_id(), block_type=slug, fields=fields, capabilities=["b", "a"])
    )
    return made


def save(
    backend: EmbeddedBackend, name: str, *, slug: str = "login", overwrite: bool = False, **data: object
) -> BlockDocument:
    data.setdefault("host", "h")
    request = w.SaveBlock(id=new_id(), name=name, block_type=slug, data=data, overwrite=overwrite)
    return backend.call(w.BLOCK_SAVE, request)


def reveal(backend: EmbeddedBackend, id: str) -> dict[str, object]:
    return backend.call(w.BLOCK_REVEAL, w.BlockId(id)).data


def told(backend: EmbeddedBackend, names: str) -> list[str]:
    return [event.event for event in backend.call(EVENT_LIST, EventQuery(names=[names], sort="seq")).items]


def test_types_and_schemas_are_made_once_and_brought_up_to_date(backend: EmbeddedBackend) -> None:
    made = register(backend)
    assert register(backend) == made
    again = backend.call(w.BLOCK_TYPE_PUT, w.PutBlockType(id=new_id(), slug="login", name="Login", description="d"))
    assert (again.id, again.name, again.description) == (made.id, "Login", "d")
    with pytest.raises(AlreadyExists):
        backend.call(w.BLOCK_TYPE_PUT, w.PutBlockType(id=new_id(), slug="login", name="x", overwrite=False))
    edited = backend.call(w.BLOCK_TYPE_EDIT, w.EditBlockType(ref=made.id, logo_url="http://l"))
    assert (edited.description, edited.logo_url) == ("d", "http://l")
    assert backend.call(w.BLOCK_TYPE_READ, w.ByRef("login")) == edited
    schema = backend.call(w.BLOCK_SCHEMA_LIST, w.BlockSchemaQuery(block_type="login")).items
    assert [s.capabilities for s in schema] == [["a", "b"]]
    assert schema[0].fields == FIELDS
    # Equal fields in another order are the same schema.
    turned = dict(reversed(FIELDS.items()))
    same = backend.call(w.BLOCK_SCHEMA_PUT, w.PutBlockSchema(id=new_id(), block_type=made.id, fields=turned))
    assert same == schema[0] == backend.call(w.BLOCK_SCHEMA_READ, w.ByRef(same.checksum))
    register(backend, "other", {"type": "object"})
    for query, slugs in (
        (w.BlockTypeQuery(), ["login", "other"]),
        (w.BlockTypeQuery(name_like="LOG"), ["login"]),
        (w.BlockTypeQuery(slugs=["other"]), ["other"]),
        (w.BlockTypeQuery(capabilities=["a", "b"]), ["login", "other"]),
        (w.BlockTypeQuery(capabilities=["a", "c"]), []),
    ):
        assert [t.slug for t in backend.call(w.BLOCK_TYPE_LIST, query).items] == slugs
        assert backend.call(w.BLOCK_TYPE_COUNT, query).count == len(slugs)
    first = backend.call(w.BLOCK_TYPE_LIST, w.BlockTypeQuery(limit=1))
    assert [t.slug for t in backend.call(w.BLOCK_TYPE_LIST, w.BlockTypeQuery(after=first.next)).items] == ["other"]
    for slug in ("", "Log In", "a/b"):
        with pytest.raises(BadRequest, match="slug"):
            backend.call(w.BLOCK_TYPE_PUT, w.PutBlockType(id=new_id(), slug=slug, name="x"))
    with pytest.raises(NotFound):
        backend.call(w.BLOCK_SCHEMA_PUT, w.PutBlockSchema(id=new_id(), block_type="none", fields={}))
    assert told(backend, "segue.block-*") == [
        "segue.block-type.created", "segue.block-schema.created", "segue.block-type.updated", "segue.block-type.updated",
        "segue.block-type.created", "segue.block-schema.created",
    ]  # fmt: skip


def test_a_document_is_saved_read_overwritten_and_deleted(backend: EmbeddedBackend) -> None:
    register(backend)
    made = save(backend, "one", port=7)
    assert (made.name, made.data, made.has_secrets) == ("one", {"host": "h", "port": 7}, False)
    assert backend.call(w.BLOCK_READ_NAMED, w.ByTypeAndName("login", "one")) == made
    assert backend.call(w.BLOCK_READ, w.BlockId(made.id)) == made
    with pytest.raises(AlreadyExists):
        save(backend, "one")
    # The same request again, because its answer was lost.
    request = w.SaveBlock(id=made.id, name="one", block_type="login", data={"host": "h", "port": 7})
    assert backend.call(w.BLOCK_SAVE, request).id == made.id
    new = save(backend, "one", port=8, overwrite=True)
    assert (new.id, new.data["port"]) == (made.id, 8)
    two = save(backend, "two")
    for query, names in (
        (w.BlockQuery(), ["two", "one"]),
        (w.BlockQuery(sort="name"), ["one", "two"]),
        (w.BlockQuery(name_like="TW"), ["two"]),
        (w.BlockQuery(names=["one"]), ["one"]),
        (w.BlockQuery(block_types=["none"]), []),
        (w.BlockQuery(capabilities=["a"], ids=[two.id]), ["two"]),
    ):
        assert [d.name for d in backend.call(w.BLOCK_LIST, query).items] == names
        assert backend.call(w.BLOCK_COUNT, query).count == len(names)
    for sort in ("name", "-created"):
        first = backend.call(w.BLOCK_LIST, w.BlockQuery(limit=1, sort=sort))
        rest = backend.call(w.BLOCK_LIST, w.BlockQuery(sort=sort, after=first.next))
        assert {d.name for d in first.items + rest.items} == {"one", "two"}
    edited = backend.call(w.BLOCK_EDIT, w.EditBlock(id=made.id, data={"port": 9}, name="uno"))
    assert (edited.name, edited.data) == ("uno", {"host": "h", "port": 9})
    with pytest.raises(AlreadyExists):
        backend.call(w.BLOCK_EDIT, w.EditBlock(id=made.id, name="two"))
    whole = backend.call(w.BLOCK_EDIT, w.EditBlock(id=made.id, data={"host": "x"}, merge=False))
    assert whole.data == {"host": "x"}
    backend.call(w.BLOCK_DELETE, w.BlockId(made.id))
    for missing in (w.BLOCK_READ, w.BLOCK_REVEAL):
        with pytest.raises(NotFound):
            backend.call(missing, w.BlockId(made.id))
    with pytest.raises(NotFound):
        backend.call(w.BLOCK_DELETE, w.BlockId(made.id))
    with pytest.raises(NotFound, match="'login' 'uno'"):
        backend.call(w.BLOCK_READ_NAMED, w.ByTypeAndName("login", "uno"))
    backend.call(w.BLOCK_TYPE_DELETE, w.ByRef("login"))
    assert backend.call(w.BLOCK_COUNT, w.BlockQuery()).count == 0
    assert backend.call(w.BLOCK_SCHEMA_LIST, w.BlockSchemaQuery()).items == []


def test_data_that_does_not_fit_is_refused_in_words_without_secrets(backend: EmbeddedBackend) -> None:
    register(backend)
    for data, sentence in (
        ({"host": ""}, r'host must have at least 1 characters, not ""'),
        ({"host": 5}, "host must be a text, not 5"),
        ({"port": "x" * 90}, r'port must be a whole number, not "x{59}…\.'),
        ({"port": 0}, "port must be at least 1, not 0"),
        ({"password": 5}, "password must be .* not what it is"),
        ({"inner": {}}, "inner.token is missing"),
        ({"inner": {"token": 987654}}, "inner.token must be a text, not what it is"),
        ({"inner": {"$ref": {"block_document_id": "none"}}}, "There is no block 'none'"),
    ):
        with pytest.raises((BadRequest, NotFound), match=sentence) as caught:
            save(backend, "bad", **data)
        assert "987654" not in str(caught.value)
    for name in ("", "A", "a_b", "../x", "a" * 501):
        with pytest.raises(BadRequest, match="must only contain lowercase letters, numbers, and dashes"):
            save(backend, name)
    with pytest.raises(TooLarge, match="The block is"):
        save(backend, "big", more="x" * 600_000)
    with pytest.raises(NotFound, match="block type"):
        save(backend, "x", slug="none")
    assert backend.call(w.BLOCK_COUNT, w.BlockQuery()).count == 0


def test_secrets_are_shown_only_to_who_asks_and_asking_is_an_event(backend: EmbeddedBackend) -> None:
    register(backend)
    data: dict[str, object] = {
        "host": "h",
        "password": CANARY,
        "options": {"a": CANARY, "b": [CANARY, 5]},
        "inner": {"token": CANARY},
    }
    request = w.SaveBlock(id=new_id(), name="one", block_type="login", data=data)
    made = backend.call(w.BLOCK_SAVE, request)
    shown: dict[str, object] = {
        "host": "h", "password": MASKED, "options": {"a": MASKED, "b": [MASKED, MASKED]},
        "inner": {"token": MASKED},
    }  # fmt: skip
    assert made.data == shown
    assert (made.has_secrets, made.with_secrets) == (True, False)
    assert backend.call(w.BLOCK_LIST, w.BlockQuery()).items[0].data == shown
    assert backend.call(w.BLOCK_READ, w.BlockId(made.id)).data == shown
    assert told(backend, "segue.block-document.secrets-read") == []
    assert reveal(backend, made.id) == data
    assert told(backend, "segue.block-document.secrets-read") == ["segue.block-document.secrets-read"]
    # What comes back masked keeps its secret, and what is new replaces it.
    edited = backend.call(w.BLOCK_EDIT, w.EditBlock(id=made.id, data={**shown, "host": "new", "password": "other"}))
    assert edited.data == {**shown, "host": "new"}
    assert reveal(backend, made.id) == {**data, "host": "new", "password": "other"}
    again = save(backend, "one", overwrite=True, options={"a": MASKED}, password=None)
    assert reveal(backend, again.id) == {"host": "h", "options": {"a": CANARY}, "password": None}
    plain = backend.call(w.BLOCK_EDIT, w.EditBlock(id=made.id, data={"host": "h"}, merge=False))
    assert not plain.has_secrets
    assert not backend.call(w.BLOCK_REVEAL, w.BlockId(made.id)).with_secrets
    assert len(told(backend, "segue.block-document.secrets-read")) == 3


def test_a_document_names_others_which_come_along_and_cannot_be_deleted(backend: EmbeddedBackend) -> None:
    register(backend)
    register(backend, "key", {"type": "object", "secret_fields": ["token"]})
    key = save(backend, "k", slug="key", token=CANARY, host="k")
    outer = save(backend, "outer", inner={"$ref": {"block_document_id": key.id}})
    assert outer.data["inner"] == {"$ref": {"block_document_id": key.id}}
    assert outer.references[key.id].data == {"host": "k", "token": MASKED}
    found = backend.call(w.BLOCK_REVEAL, w.BlockId(outer.id))
    assert found.with_secrets
    assert found.references[key.id].data["token"] == CANARY
    with pytest.raises(InUse, match="is used by login/outer"):
        backend.call(w.BLOCK_DELETE, w.BlockId(key.id))
    with pytest.raises(InUse, match="is used by login/outer"):
        backend.call(w.BLOCK_TYPE_DELETE, w.ByRef("key"))
    with pytest.raises(BadRequest, match="cannot name itself"):
        backend.call(w.BLOCK_EDIT, w.EditBlock(id=outer.id, data={"inner": {"$ref": {"block_document_id": outer.id}}}))
    # Two that name one another are read all the same.
    backend.call(w.BLOCK_EDIT, w.EditBlock(id=key.id, data={"back": {"$ref": {"block_document_id": outer.id}}}))
    assert set(backend.call(w.BLOCK_READ, w.BlockId(outer.id)).references) == {key.id}
    backend.call(w.BLOCK_EDIT, w.EditBlock(id=key.id, data={"token": "x"}, merge=False))
    backend.call(w.BLOCK_DELETE, w.BlockId(outer.id))
    backend.call(w.BLOCK_DELETE, w.BlockId(key.id))


def test_a_schema_that_documents_have_stays(backend: EmbeddedBackend) -> None:
    register(backend)
    made = save(backend, "one")
    new = backend.call(
        w.BLOCK_SCHEMA_PUT,
        w.PutBlockSchema(id=new_id(), block_type="login", fields={"type": "object", "required": ["region"]}),
    )
    with pytest.raises(BadRequest, match="region is missing"):
        save(backend, "two")
    with pytest.raises(InUse, match="1 documents of block type 'login'"):
        backend.call(w.BLOCK_SCHEMA_DELETE, w.ByRef(made.block_schema_checksum))
    moved = backend.call(w.BLOCK_EDIT, w.EditBlock(id=made.id, data={"region": "n"}, block_schema=new.checksum))
    assert moved.block_schema_id == new.id
    backend.call(w.BLOCK_SCHEMA_DELETE, w.ByRef(made.block_schema_checksum))
    with pytest.raises(NotFound):
        backend.call(w.BLOCK_SCHEMA_READ, w.ByRef(made.block_schema_checksum))


def test_keys_are_rotated_a_part_at_a_time(backend: EmbeddedBackend, tmp_path: Path) -> None:
    register(backend)
    ids = [save(backend, f"n{n}", password=f"{CANARY}{n}").id for n in range(5)]
    keys = SecretKeys(str(tmp_path))
    old = keys.known()[0].id
    first = backend.call(k.KEYS_ROTATE, k.RotateKeys(new_key=True, limit=2))
    assert (first.key != old, first.renewed, first.left, first.next) == (True, 2, 3, ids[1])
    # Interrupted here, everything is readable: by old and new keys.
    assert [reveal(backend, id)["password"] for id in ids] == [f"{CANARY}{n}" for n in range(5)]
    assert backend.call(k.KEYS_FORGET, Nothing()).ids == []
    assert [(key.id, key.writes, key.documents) for key in backend.call(k.KEYS_READ, Nothing()).items] == [
        (first.key, True, 2), (old, False, 3),
    ]  # fmt: skip
    last = backend.call(k.KEYS_ROTATE, k.RotateKeys(after=first.next))
    assert (last.key, last.renewed, last.left, last.next) == (first.key, 3, 0, None)
    # A key that came meanwhile: the old ones are needed until that rotation is over.
    keys.add()
    assert backend.call(k.KEYS_FORGET, Nothing()).ids == []
    assert keys.forget({old}, writes=first.key) == []
    newest = backend.call(k.KEYS_ROTATE, k.RotateKeys())
    assert (newest.renewed, newest.left) == (5, 0)
    assert backend.call(k.KEYS_FORGET, Nothing()).ids == [first.key, old]
    assert backend.call(k.KEYS_FORGET, Nothing()).ids == []
    assert [key.id for key in keys.known()] == [newest.key]
    assert [reveal(backend, id)["password"] for id in ids] == [f"{CANARY}{n}" for n in range(5)]
    assert len(told(backend, "segue.secret-key.rotated")) == 3


def test_processes_know_a_new_key_at_once_and_what_is_saved_meanwhile_is_kept(
    backend: EmbeddedBackend, second: EmbeddedBackend, tmp_path: Path
) -> None:
    register(backend)
    secrets = {save(backend, f"n{n}", password=f"{CANARY}{n}").id: f"{CANARY}{n}" for n in range(10)}
    over = threading.Event()

    def saving(mine: EmbeddedBackend, letter: str) -> None:
        number = 0
        while not over.is_set() or number < 10:
            secrets[save(mine, f"{letter}{number}", password=f"{letter}{number}").id] = f"{letter}{number}"
            number += 1

    def rotating(mine: EmbeddedBackend) -> None:
        request = k.RotateKeys(new_key=True, limit=3)
        while (done := mine.call(k.KEYS_ROTATE, request)).next is not None:
            request = k.RotateKeys(after=done.next, limit=3)
        mine.call(k.KEYS_FORGET, Nothing())

    savers = [threading.Thread(target=saving, args=each) for each in ((backend, "a"), (second, "b"))]
    for saver in savers:
        saver.start()
    for _ in range(2):
        rotating(backend)
        rotating(second)
    over.set()
    for saver in savers:
        saver.join()
    for mine in (backend, second):
        assert {id: reveal(mine, id)["password"] for id in secrets} == secrets
    rotating(second)
    assert [key.documents for key in backend.call(k.KEYS_READ, Nothing()).items] == [len(secrets)]
    assert len(SecretKeys(str(tmp_path)).known()) == 1
    assert {id: reveal(backend, id)["password"] for id in secrets} == secrets


def test_a_wrong_or_missing_key_is_said_and_makes_no_other(url: str, backend: EmbeddedBackend, tmp_path: Path) -> None:
    register(backend)
    made = save(backend, "one", password=CANARY)
    used = SecretKeys(str(tmp_path)).known()[0].id
    other = open_backend(url, tmp_path / "stranger")
    try:
        assert other.call(w.BLOCK_READ, w.BlockId(made.id)).data["password"] == MASKED
        with pytest.raises(SecretKeyProblem, match=f"encrypted with key {used}, which is not known here .known: none"):
            reveal(other, made.id)
        with pytest.raises(SecretKeyProblem, match=f"encrypted with key {used}, and there is no key here"):
            save(other, "two", password=CANARY)
        assert not (tmp_path / "stranger" / "secret.key").exists()
    finally:
        other.close()
    wrong = open_backend(url, tmp_path / "stranger", secret_key=new_key())
    try:
        with pytest.raises(SecretKeyProblem, match="is not known here"):
            reveal(wrong, made.id)
        with pytest.raises(SecretKeyProblem, match="put a new one in front"):
            wrong.call(k.KEYS_ROTATE, k.RotateKeys(new_key=True))
        done = wrong.call(k.KEYS_ROTATE, k.RotateKeys())
        assert (done.renewed, done.left, list(done.unreadable)) == (0, 1, ["login/one"])
        assert "is not known here" in done.unreadable["login/one"]
        ring = wrong.call(k.KEYS_READ, Nothing())
        assert ([key.source for key in ring.items], ring.unreadable) == (["setting", None], ["login/one"])
        # With its secrets given anew a block is as good as ever.
        with pytest.raises(SecretKeyProblem, match="Block login/one cannot be read"):
            wrong.call(w.BLOCK_EDIT, w.EditBlock(id=made.id, data={"host": "x"}))
        save(wrong, "one", password=CANARY, overwrite=True)
        assert reveal(wrong, made.id)["password"] == CANARY
    finally:
        wrong.close()
    with pytest.raises(SecretKeyProblem, match="Block login/one cannot be read"):
        reveal(backend, made.id)
