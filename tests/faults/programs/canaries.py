"""Saves blocks with secrets everywhere that secrets can be, uses them, lets methods fail over them, and logs them.

`save` saves, `use` loads and uses what was saved; with a folder as second argument, `use` waits there between loading and using.
"""

import asyncio
import json
import sys
import threading
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Secret, SecretBytes, SecretStr

from segue import flow, get_run_logger, task
from segue.blocks.core import Block
from segue.blocks.fields import SecretDict
from segue.blocks.system import Secret as SecretBlock
from segue.blocks.webhook import Webhook
from segue.filesystems import RemoteFileSystem
from segue.states import Failed

PLAIN = [f"c4n4ry-{number:02}-x9z" for number in range(14)]
ODD = [
    'c4n4ry-"quoted"-\\back', "c4n4ry-gr\u00fc\u00dfe-\u2603", "c4n4ry first line of a key\nc4n4ry second line of a key\n",
    "c4n4ry-" + "long" * 800, "c4n4ry 'single' (paren) [x]* $^", "c4n4ry-20-tab\tx9z",
]  # fmt: skip
ALL = PLAIN + ODD


class Login(BaseModel):
    user: str = "me"
    password: SecretStr


class Inner(Block):
    _block_type_slug = "canary-inner"
    token: SecretStr


class Vault(Block):
    """Secrets wherever a field can have one."""

    _block_type_slug = "canary-vault"
    name: str = "vault"
    plain: SecretStr
    raw: SecretBytes
    counted: Secret[int] | None = None
    options: SecretDict
    logins: list[Login]
    by_name: dict[str, SecretStr]
    unsaved: Inner
    saved: Inner
    odd: SecretDict

    def secrets(self) -> list[str]:
        """Return every secret."""
        options = self.options.get_secret_value()
        return [
            self.plain.get_secret_value(), self.raw.get_secret_value().decode(), options["a"], options["deep"]["list"][0],
            *(login.password.get_secret_value() for login in self.logins), *(v.get_secret_value() for v in self.by_name.values()),
            self.unsaved.token.get_secret_value(), self.saved.token.get_secret_value(), *self.odd.get_secret_value()["all"],
        ]  # fmt: skip

    def connect(self, number: int) -> None:
        """Fail as drivers do: with the credentials in the message."""
        secret = self.secrets()[number % len(self.secrets())]
        raise ConnectionError(f"login failed for {self.name}:{secret}", {"tried": secret})

    async def aconnect(self, number: int) -> None:
        """The same in async code."""
        self.connect(number)


def save() -> None:
    Inner.model_validate({"token": PLAIN[8]}).save("inner")
    vault = {
        "plain": PLAIN[0], "raw": PLAIN[1].encode(), "options": {"a": PLAIN[2], "deep": {"list": [PLAIN[3]]}},
        "logins": [{"password": PLAIN[4]}, {"password": PLAIN[5]}], "by_name": {"x": PLAIN[6]}, "unsaved": {"token": PLAIN[7]},
        "saved": Inner.load("inner"), "odd": {"all": ODD},
    }  # fmt: skip
    Vault.model_validate(vault).save("vault")
    SecretBlock(value=PLAIN[9]).save("text")
    SecretBlock.model_validate({"value": {"nested": [PLAIN[10]]}}).save("json")
    hook = {"url": f"http://127.0.0.1:9/{PLAIN[11]}", "headers": {"authorization": PLAIN[12]}}
    Webhook.model_validate(hook).save("hook")
    RemoteFileSystem(basepath="memory://bucket", settings={"password": PLAIN[13]}).save("files")


@task(retries=1)
def fails(vault: Vault, number: int) -> None:
    found = vault.secrets()[number % len(vault.secrets())]
    get_run_logger().info("trying with %s and %r", found, vault)
    vault.connect(len(found) * 0 + number)


@task(timeout_seconds=60, isolation="process")
def fails_apart() -> None:
    # Loaded by no other process so far.
    raise ConnectionError(f"login failed for {SecretBlock.load('text').get()}")


@task(isolation="process")
def logs_apart(vault: Vault) -> None:
    # Loaded by the process that sends it.
    get_run_logger().info("apart: %s", vault.plain.get_secret_value())


@task
def calls() -> None:
    Webhook.load("hook").call({"x": 1})


@flow(log_prints=True)
def speak(vault: Vault, secrets: list[str]) -> Any:
    for apart in (fails_apart.submit(), logs_apart.submit(vault)):
        apart.wait()
    for secret in vault.secrets():
        print("printed", secret, json.dumps(secret), repr(secret), [secret])
    for text in (SecretBlock.load("text").get(), SecretBlock.load("json").get()):
        get_run_logger().warning("loaded %s", text)
    try:
        vault.connect(1)
    except ConnectionError:
        get_run_logger().exception("in the log as well")
    futures = [fails.submit(vault, number) for number in range(len(secrets))]
    for each in [*futures, calls.submit()]:
        each.wait()
    return Failed(message=f"gave up on {vault.plain.get_secret_value()}")


@flow
def raises() -> None:
    vault = Vault.load("vault")
    values = vault.secrets()
    raise RuntimeError(f"nothing works with {values}, {values[0]!r}", vault)


@flow
async def araises() -> None:
    vault = await Vault.aload("vault")
    await vault.aconnect(3)


def use(folder: Path | None) -> None:
    vault = Vault.load("vault")
    assert vault.secrets()[:9] == PLAIN[:9]
    assert RemoteFileSystem.load("files").settings == {"password": PLAIN[13]}
    if folder is not None:
        (folder / "loaded").touch()
        pause = threading.Event()
        while not (folder / "go").exists():
            pause.wait(0.01)
    speak(vault, ["not", "secret"] * 8, return_state=True)
    raises(return_state=True)
    asyncio.run(araises(return_state=True))


if __name__ == "__main__":
    if sys.argv[1] == "save":
        save()
    else:
        use(Path(sys.argv[2]) if len(sys.argv) > 2 else None)
