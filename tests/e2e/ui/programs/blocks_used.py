"""A type of block with a form that shows what forms can, and documents of it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from segue.blocks.core import Block
from segue.blocks.system import Secret


class Login(Block):
    """Who logs in at a database."""

    user: str
    password: SecretStr


class Warehouse(Block):
    """A database that orders are loaded into."""

    host: str = Field(description="Name or address of the machine")
    port: int = Field(default=5432, description="TCP port", ge=1, le=65_535)
    engine: Literal["postgresql", "duckdb", "mysql"] = "postgresql"
    encrypted: bool = True
    options: dict[str, str] = Field(default_factory=dict, description="Passed on as they are")
    login: Login


if __name__ == "__main__":
    login = Login(user="loader", password=SecretStr("swordfish-of-old"))
    login.save("loader", overwrite=True)
    Warehouse(host="db.example.org", login=login, options={"sslmode": "verify-full"}).save("main", overwrite=True)
    Warehouse(host="db-replica.example.org", engine="duckdb", login=login).save("replica", overwrite=True)
    Secret(value="swordfish").save("carrier-token", overwrite=True)
