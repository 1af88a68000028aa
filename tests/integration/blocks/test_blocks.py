"""Blocks as users write them: saved, loaded, nested, masked, told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Optional

import pytest
from pydantic import BaseModel, Field, SecretBytes, SecretStr

from segue import flow, get_run_logger, task
from segue.blocks.abstract import CredentialsBlock, NotificationBlock
from segue.blocks.core import Block, BlockNotSavedError, InvalidBlockRegistration, UnknownBlockType
from segue.blocks.fields import SecretDict
from segue.blocks.system import JSON, DateTime, Secret, String
from segue.engine.session import forget, reading
from segue.filesystems import LocalFileSystem
from segue.host import config
from segue.wire.events import EVENT_LIST, EventQuery
from segue.wire.operations import LOG_LIST
from segue.wire.queries import LogQuery

CANARY = "c4n4ry-of-blocks"


@pytest.fixture(autouse=True)
def home(segue_home: Path) -> Iterator[Path]:
    """Give a test an empty home and settings read anew, and close its database afterwards."""
    config.forget()
    yield segue_home
    forget()
    config.forget()


class Key(CredentialsBlock):
    """A key.

    Example:
        Use it.
    """

    _block_type_slug = "test-key"

    token: SecretStr
    uses: int = 0

    def get_client(self) -> str:
        return f"client of {self.token.get_secret_value()}"

    async def afetch(self, what: str) -> str:
        if what == "nothing":
            raise LookupError(what)
        return what

    @property
    def short(self) -> str:
        return "short"


class Plain(BaseModel):
    password: SecretStr = SecretStr(CANARY)


class Service(Block):
    _block_type_slug = "test-service"
    _block_type_name = "A Service"
    _description = "Says what it is."

    host: str = "h"
    since: Optional[date] = None  # noqa: UP045 - as users write it
    options: SecretDict = SecretDict({})
    raw: SecretBytes = SecretBytes(b"")
    plain: list[Plain] = []
    by_name: dict[str, SecretStr] = {}
    key: Key | None = None
    port: int = Field(default=1, alias="portNumber")

    def block_initialization(self) -> None:
        self._ready = f"ready for {self.host}"


def events(names: str = "segue.block.*") -> list[str]:
    return [event.event for event in reading().call(EVENT_LIST, EventQuery(names=[names], sort="seq")).items]


def whole_home(home: Path) -> bytes:
    forget()
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_everything_comes_back_as_it_was_and_no_file_shows_a_secret(home: Path) -> None:
    made = Service(
        host="db", since=date(2026, 1, 2), options=SecretDict({"a": [CANARY]}), raw=SecretBytes(CANARY.encode()),
        plain=[Plain(), Plain(password=SecretStr(f"{CANARY}-2"))], by_name={"x": SecretStr(CANARY)},
        key=Key(token=SecretStr(CANARY)), portNumber=7,
    )  # fmt: skip
    made.save("one")
    found = Service.load("one")
    assert (found.host, found.since, found.port) == ("db", date(2026, 1, 2), 7)
    assert found.options.get_secret_value() == {"a": [CANARY]}
    assert found.raw.get_secret_value() == CANARY.encode()
    assert [each.password.get_secret_value() for each in found.plain] == [CANARY, f"{CANARY}-2"]
    assert found.by_name["x"].get_secret_value() == CANARY
    assert found.key is not None
    assert found.key.get_client() == f"client of {CANARY}"
    assert found.key._block_document_id is None
    assert found._ready == "ready for db"
    assert found._block_document_id == made._block_document_id
    assert CANARY not in repr(found) + str(found) + str(found.model_dump()) + found.model_dump_json()
    assert CANARY in str(found.model_dump(mode="json", context={"include_secrets": True}))
    assert CANARY.encode() not in whole_home(home)


def test_a_saved_block_inside_is_shared_by_name(home: Path) -> None:
    key = Key(token=SecretStr("first"))
    key.save("k")
    Service(key=key).save("s")
    inner = Service.load("s").key
    assert inner is not None
    assert (inner._block_document_name, inner.token.get_secret_value()) == ("k", "first")
    Key(token=SecretStr("second")).save("k", overwrite=True)
    again = Service.load("s").key
    assert again is not None
    assert again.token.get_secret_value() == "second"
    with pytest.raises(Exception, match="is used by test-service/s"):
        Key.delete("k")
    # Data may name a saved block, too.
    named = Service.model_validate({"key": {"$ref": {"block_document_id": str(key._block_document_id)}}})
    assert named.key is not None
    assert named.key.token.get_secret_value() == "second"


class Holder(Block):
    _block_type_slug = "test-holder"
    credentials: CredentialsBlock


def test_a_secret_that_no_schema_knows_of_is_not_saved_in_clear(home: Path) -> None:
    with pytest.raises(
        ValueError, match=r"credentials\.token holds a secret, but the type of the block does not say so"
    ):
        Holder(credentials=Key(token=SecretStr(CANARY))).save("h")
    with pytest.raises(ValueError, match="more holds a secret"):
        Key(token=SecretStr("x"), more=SecretStr(CANARY)).save("h")  # type: ignore[call-arg]
    key = Key(token=SecretStr(CANARY))
    key.save("k")
    Holder(credentials=key).save("h")
    found = Holder.load("h")
    assert isinstance(found.credentials, Key)
    assert found.credentials.token.get_secret_value() == CANARY
    assert CANARY.encode() not in whole_home(home)


def test_names_and_classes_are_minded(home: Path) -> None:
    key = Key(token=SecretStr("x"))
    with pytest.raises(BlockNotSavedError):
        key.get_block_placeholder()
    with pytest.raises(ValueError, match="without a name"):
        key.save()
    with pytest.raises(ValueError, match="must only contain lowercase"):
        key.save("Not A Name")
    id = key.save("k")
    with pytest.raises(ValueError, match="already in use"):
        key.save("k")
    assert key.save(overwrite=True) == id
    assert key.get_block_placeholder() == "segue.blocks.test-key.k"
    for load in (Block.load, CredentialsBlock.load):
        assert isinstance(load("test-key/k"), Key)
    assert isinstance(Block.load_from_ref(str(id)), Key)
    assert isinstance(Key.load_from_ref({"block_document_id": id}), Key)
    assert isinstance(Block.load_from_ref({"block_document_slug": f"{Key.get_block_type_slug()}/k"}), Key)
    assert isinstance(Key.load_from_ref({"block_document_slug": "k"}), Key)
    with pytest.raises(ValueError, match="is a Key, not a NotificationBlock"):
        NotificationBlock.load("test-key/k")
    for wrong, sentence in (
        ("none", "write 'block-type-slug/none'"),
        ("test-key/none", "Unable to find block document named none for block type test-key"),
        ("none/none", "Unable to find block document named none for block type none"),
    ):
        with pytest.raises(ValueError, match=sentence):
            Block.load(wrong)
    with pytest.raises(ValueError, match="'x' is not a valid UUID"):
        Block.load_from_ref("x")
    for interface in (Block, CredentialsBlock):
        with pytest.raises(InvalidBlockRegistration):
            interface.register_type_and_schema()
    with pytest.raises(UnknownBlockType, match="'nonesuch'"):
        Block.get_block_class_from_key("nonesuch")
    assert Block.get_block_class_from_key("secret") is Secret
    Key.delete("k")
    with pytest.raises(ValueError, match="Unable to find"):
        Key.delete("k")


def test_a_document_of_an_older_class_loads_without_validation(home: Path) -> None:
    def define(**fields: Any) -> type[Block]:
        return type("Changing", (Block,), {"_block_type_slug": "test-changing", "__module__": __name__, **fields})

    define(__annotations__={"a": int}, a=1)(a=4).save("c")
    new = define(__annotations__={"a": int, "b": str}, a=1)
    with pytest.raises(RuntimeError, match=r"Unable to load 'c' of block type 'test-changing'.*`validate=False`"):
        new.load("c")
    found = new.load("c", validate=False)
    assert found.model_dump() == {"a": 4, "b": None, "block_type_slug": "test-changing"}
    assert found._block_document_name == "c"


def test_calls_of_a_saved_block_are_told_and_of_another_are_not(home: Path) -> None:
    key = Key(token=SecretStr("x"))
    key.get_client()
    key.save("k")
    key.get_client()
    assert key.short == "short"
    asyncio.run(key.afetch("x"))
    with pytest.raises(LookupError):
        asyncio.run(key.afetch("nothing"))
    Key.load("k").get_client()
    assert events() == [
        "segue.block.test-key.get_client.called", "segue.block.test-key.afetch.called", "segue.block.test-key.afetch.failed",
        "segue.block.test-key.loaded", "segue.block.test-key.get_client.called",
    ]  # fmt: skip
    told = reading().call(EVENT_LIST, EventQuery(names=["segue.block.*"], limit=1)).items[0]
    assert told.resource["segue.resource.id"] == f"segue.block-document.{key._block_document_id}"
    assert told.related[0]["segue.resource.id"] == "segue.block-type.test-key"
    assert len(events("segue.block-document.secrets-read")) == 1
    assert key.get_client.__name__ == "get_client"


def test_a_loaded_secret_is_masked_in_log_lines(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Secret(value=f"{CANARY}-log").save("s")

    @task(log_prints=True)
    def use() -> None:
        print("printed", Secret.load("s").get())

    @flow
    def work() -> None:
        use()
        get_run_logger().info("The secret is %s, yes %s.", Secret.load("s").get(), "really")
        try:
            raise ValueError(f"{CANARY}-log")
        except ValueError:
            get_run_logger().exception("Failed.")

    work()
    lines = [line.message for line in reading().call(LOG_LIST, LogQuery()).items]
    assert "The secret is **********, yes really." in lines
    assert "printed **********" in lines
    assert any("ValueError: **********" in line for line in lines)
    shown = capsys.readouterr().err
    assert "printed **********" in shown
    assert f"{CANARY}-log" not in shown + "".join(lines)


def test_in_async_code_the_same_names_are_awaited(home: Path) -> None:
    async def work() -> None:
        key = Key(token=SecretStr("x"))
        id = await key.save("k")
        assert await key.asave("k2") != id
        assert (await Key.load("k")) == await Key.aload("k")  # type: ignore[misc]  # for sync code by its type
        assert (await Key.aload_from_ref(id))._block_document_name == "k"
        await Key.aregister_type_and_schema()
        await Key.delete("k")
        await Key.adelete("k2")
        with pytest.raises(ValueError, match="Unable to find"):
            await Key.aload("k")

    asyncio.run(work())


@pytest.mark.parametrize("value", ["text", '{"a": 1}', {"a": [1, None]}, [1, "b"], 5, 2.5, True, None, ""])
def test_a_secret_holds_what_json_knows(home: Path, value: Any) -> None:
    Secret(value=value).save("s")
    found: Secret[Any] = Secret.load("s")
    assert found.get() == ({"a": 1} if value == '{"a": 1}' else value)
    assert "text" not in repr(found)


def test_values_without_secrets(home: Path) -> None:
    JSON(value={"a": [1, None]}).save("v")
    String(value="text").save("v")
    DateTime(value=datetime(2026, 1, 2, tzinfo=UTC)).save("v")
    assert JSON.load("v").value == {"a": [1, None]}
    assert String.load("v").value == "text"
    assert DateTime.load("v").value == datetime(2026, 1, 2, tzinfo=UTC)
    assert events("segue.block-document.secrets-read") == []


def test_bytes_that_are_no_text_are_refused(home: Path) -> None:
    with pytest.raises(ValueError, match="are no UTF-8"):
        Service(raw=SecretBytes(b"\xff")).save("s")


def test_results_in_a_saved_block_are_found_by_another_process(home: Path, tmp_path: Path) -> None:
    LocalFileSystem(basepath=str(tmp_path / "results")).save("results")

    @flow(result_storage="local-file-system/results", persist_result=True)
    def work() -> int:
        return 5

    assert work(return_state=True).result() == 5
    assert list((tmp_path / "results").iterdir()) != []
    # Results are many: that each was written is not worth an event.
    assert "segue.block.local-file-system.write_path.called" not in events()
    LocalFileSystem.load("results").write_path("note.txt", b"x")
    assert "segue.block.local-file-system.write_path.called" in events()


def test_an_event_that_cannot_be_told_does_not_undo_the_call(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    key = Key(token=SecretStr("x"))
    key._remember("00000000-0000-7000-8000-000000000000", "x" * 2_000_000)
    with caplog.at_level(logging.WARNING, "segue.blocks"):
        assert key.get_client() == "client of x"
    assert "could not be told" in caplog.text
