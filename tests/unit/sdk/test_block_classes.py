"""What the classes of blocks say of themselves; nothing is saved."""

from __future__ import annotations

import subprocess
import sys
from typing import Annotated, Any, Optional, Union

import pydantic
import pytest
from pydantic import BaseModel, SecretStr

from segue.blocks.annotated import secret_fields
from segue.blocks.core import Block
from segue.blocks.fields import SecretDict
from segue.blocks.webhook import Webhook
from segue.filesystems import LocalFileSystem, RemoteFileSystem
from segue.host.addresses import PrivateAddress, UnknownHost, public_address


class Inner(Block):
    _block_type_slug = "test-inner"
    token: SecretStr


class Tree(BaseModel):
    below: Optional[Tree] = None  # noqa: UP045 - as users write it
    key: SecretStr


class Outer(Block):
    """First paragraph.

    Second one.

    Attributes:
        plain: not described here

    Examples:
        One:
        ```python
        Outer()
        ```
    """

    plain: int = 1
    password: Optional[SecretStr] = None  # noqa: UP045 - the same
    options: SecretDict = SecretDict({})
    anything: pydantic.Secret[dict[str, int]] | None = None
    inner: Union[Inner, None] = None  # noqa: UP007 - the same
    inners: dict[str, list[Annotated[Inner, "note"]]] = {}
    tree: Tree | None = None


def test_secrets_are_found_wherever_annotations_hide_them() -> None:
    assert secret_fields(Outer) == [
        "password", "options.*", "anything.*", "inner.token", "inners.*.token", "tree.key",
    ]  # fmt: skip
    assert secret_fields(RemoteFileSystem) == ["settings.*"]


def test_docstrings_are_taken_apart() -> None:
    assert Outer.get_description() == "First paragraph.\n\nSecond one."
    assert Outer.get_code_example() == "One:\n```python\nOuter()\n```"
    assert Inner.get_description() is None
    assert 'test_inner_block = Inner.load("BLOCK_NAME")' in Inner.get_code_example()


def test_names_slugs_and_capabilities() -> None:
    assert (Outer.get_block_type_name(), Outer.get_block_type_slug()) == ("Outer", "outer")
    assert (LocalFileSystem.get_block_type_name(), LocalFileSystem.get_block_type_slug()) == (
        "Local File System", "local-file-system",
    )  # fmt: skip
    assert LocalFileSystem.get_block_capabilities() == {"read-path", "write-path", "get-directory", "put-directory"}
    assert Block.is_block_class(Outer)
    assert not Block.is_block_class(Outer())
    assert Block.annotation_refers_to_block_class(dict[str, Inner | None])
    assert not Block.annotation_refers_to_block_class(dict[str, Any])


def test_a_schema_knows_what_is_inside() -> None:
    schema = Outer.model_json_schema()
    assert schema["block_schema_references"]["inner"] == schema["block_schema_references"]["inners"] == {
        "block_schema_checksum": Inner._calculate_schema_checksum(), "block_type_slug": "test-inner",
    }  # fmt: skip
    assert schema["definitions"]["Inner"]["secret_fields"] == ["token"]
    assert schema["properties"]["options"]["position"] == 2
    assert Outer._calculate_schema_checksum() == Outer._calculate_schema_checksum()


def test_data_makes_the_class_that_it_names() -> None:
    made = Block.model_validate({"block_type_slug": "test-inner", "token": "x"})
    assert isinstance(made, Inner)
    assert made.model_dump() == {"token": SecretStr("x"), "block_type_slug": "test-inner"}


def test_private_addresses_are_seen_through_their_disguises() -> None:
    for host in (
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "::1",
        "fe80::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "224.0.0.1",
    ):
        with pytest.raises(PrivateAddress, match="is no public address"):
            public_address(host, 80)
    assert public_address("93.184.216.34", 80) == "93.184.216.34"
    with pytest.raises(UnknownHost):
        public_address("no-such-host.invalid", 80)
    with pytest.raises(PrivateAddress):
        Webhook(url=SecretStr("http://127.0.0.1:1/"), allow_private_urls=False).call()


def test_flows_do_not_load_blocks() -> None:
    program = (
        "import sys; from segue import flow, task; import segue.results; segue.results.ResultStore().storage;"
        "print(*[name for name in ('pydantic', 'segue.blocks', 'cryptography', 'httpx2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
