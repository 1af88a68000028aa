"""What stands in double braces is looked up: blocks with their secrets, variables, the environment, outputs of steps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from segue.blocks.core import Block
from segue.blocks.system import JSON, Secret
from segue.engine.masking import forget as unmask
from segue.engine.masking import masked
from segue.engine.session import backend, forget
from segue.engine.templating import NotThere, Templates, names_in
from segue.events.filters import EventFilter, EventNameFilter
from segue.host import config
from segue.variables import Variable

CANARY = "c4n4ry-of-templates"


@pytest.fixture(autouse=True)
def home(segue_home: Path) -> Iterator[None]:
    """Give a test an empty home and settings read anew, and close its database afterwards."""
    config.forget()
    yield
    forget()
    unmask()
    config.forget()


class Login(Block):
    _block_type_slug = "template-login"

    user: str
    password: SecretStr


class Database(Block):
    _block_type_slug = "template-database"

    host: str
    login: Login


def filled(template: object, **known: Any) -> object:
    return Templates(backend, **known).filled(template)


def saved_database() -> None:
    login = Login(user="ann", password=SecretStr(CANARY))
    login.save("ann")
    Database(host="db.example.org", login=login).save("main")


def test_a_value_that_is_a_name_becomes_what_it_names_whatever_its_type() -> None:
    Variable.set("sizes", [1, 2])
    Variable.set("limits", {"memory": "2g", "cpus": 1.5})
    Secret(value=CANARY).save("token")
    JSON(value={"a": [True, None]}).save("facts")
    template = {
        "sizes": "{{ segue.variables.sizes }}",
        "memory": "{{segue.variables.limits.memory}}",
        "env": {"TOKEN": " {{ segue.blocks.secret.token }} ", "PLAIN": 3},
        "facts": ["{{ segue.blocks.json.facts }}", None],
    }
    assert filled(template) == {
        "sizes": [1, 2],
        "memory": "2g",
        "env": {"TOKEN": CANARY, "PLAIN": 3},
        "facts": [{"a": [True, None]}, None],
    }
    assert names_in(template) == {
        "segue.variables.sizes", "segue.variables.limits.memory", "segue.blocks.secret.token", "segue.blocks.json.facts",
    }  # fmt: skip


def test_within_a_text_names_are_written_out() -> None:
    Variable.set("branch", "main")
    Variable.set("sizes", [1, "x"])
    assert filled("at {{ segue.variables.branch }}: {{ segue.variables.sizes }}, {{segue.variables.branch}}") == (
        'at main: [1, "x"], main'
    )


def test_blocks_inside_blocks_come_with_their_secrets_which_are_kept_out_of_what_is_recorded() -> None:
    saved_database()
    unmask()
    whole = {"host": "db.example.org", "login": {"user": "ann", "password": CANARY}}
    assert filled("{{ segue.blocks.template-database.main }}") == whole
    assert filled("{{ segue.blocks.template-database.main.login.password }}") == CANARY
    database = Database.load("main")
    assert filled({"db": {"$ref": {"block_document_id": str(database._block_document_id)}}}) == {"db": whole}
    assert masked(f"{CANARY} of ann at db.example.org") == "********** of ann at db.example.org"


def test_a_secret_is_read_once_and_its_reading_is_told() -> None:
    from segue import get_client

    Secret(value=CANARY).save("token")
    filled({"a": "{{ segue.blocks.secret.token }}", "b": ["x{{ segue.blocks.secret.token }}"]})
    with get_client(sync_client=True) as client:
        read = EventFilter(event=EventNameFilter(name=["segue.block-document.secrets-read"]))
        assert client.read_events(read).total == 1


def test_names_of_the_environment_and_of_steps_stay_where_nobody_says_what_they_are() -> None:
    template = {"home": "{{ $HOME }}", "image": "{{ build-image.image }}", "both": "{{ $HOME }}/{{ step.out }}"}
    assert filled(template) == template
    known = {"build-image.image": {"name": "x"}, "step.out": 3}
    assert filled(template, environment={"HOME": "/h"}.get, outputs=known) == {
        "home": "/h", "image": {"name": "x"}, "both": "/h/3",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ segue.variables.nothing }}", r"no variable 'nothing'\. `segue variable set nothing VALUE` makes it"),
        ("x {{ segue.blocks.secret.nothing }}", r"no block secret/nothing\. `segue block ls`"),
        ("{{ segue.blocks.template-database.main.login.token }}", r"block template-database/main has no login\.token"),
        ("{{ segue.blocks.secret }}", r"names no block: write segue\.blocks\.TYPE\.NAME"),
        ({"$ref": {"block_document_id": "01a20f12-a816-7004-a919-a31f7ab38091"}}, "There is no block 01a20f12"),
        ("{{ $NO_SUCH_NAME }}", "NO_SUCH_NAME is not set here"),
        ("{{ step.out }}", "Nothing here is called 'step.out'"),
    ],
)
def test_what_is_not_there_is_named(template: object, said: str) -> None:
    saved_database()
    with pytest.raises(NotThere, match=said):
        filled([template], environment=dict[str, str]().get, outputs={})


def test_blocks_that_name_each_other_end_where_they_began() -> None:
    class Link(Block):
        _block_type_slug = "template-link"

        other: Any = None

    first = Link()
    first.save("first")
    second = Link(other={"$ref": {"block_document_id": str(first._block_document_id)}})
    second.save("second")
    first.other = {"$ref": {"block_document_id": str(second._block_document_id)}}
    first.save("first", overwrite=True)
    assert filled("{{ segue.blocks.template-link.first }}") == {
        "other": {"other": {"$ref": {"block_document_id": str(first._block_document_id)}}}
    }
