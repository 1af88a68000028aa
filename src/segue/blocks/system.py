"""Blocks for single values: a secret, and values without one."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

import pydantic
from pydantic import Field, JsonValue, SecretStr, field_validator

from segue.blocks.core import Block

T = TypeVar("T", bound=JsonValue)


class Secret(Block, Generic[T]):
    """A secret value: a text, or anything that JSON knows.

    Examples:
        Load a secret:
        ```python
        from segue.blocks.system import Secret

        Secret.load("BLOCK_NAME").get()
        ```
    """

    _block_type_name = "Secret"
    _block_type_slug = "secret"

    value: Annotated[SecretStr | pydantic.Secret[T], Field(description="The value, which is kept from sight.")]

    if TYPE_CHECKING:

        def __init__(self, *, value: T | SecretStr | pydantic.Secret[T]) -> None: ...

    @field_validator("value", mode="before")
    @classmethod
    def _wrapped(cls, value: Any) -> Any:
        if isinstance(value, SecretStr | pydantic.Secret):
            return value
        return pydantic.Secret(value)

    def get(self) -> T | str:
        """Return the value; a text that is JSON is read as such."""
        secret: Any = self.value.get_secret_value()
        if not isinstance(secret, str):
            return secret  # type: ignore[no-any-return]  # it is a T
        try:
            found: Any = json.loads(secret)
        except ValueError:
            return secret
        return found  # type: ignore[no-any-return]  # the same


class JSON(Block):
    """A value that JSON knows, without anything secret in it."""

    _block_type_name = "JSON"
    _block_type_slug = "json"

    value: Annotated[Any, Field(description="A value that JSON knows.")]


class String(Block):
    """A text."""

    _block_type_name = "String"
    _block_type_slug = "string"

    value: Annotated[str, Field(description="The text.")]


class DateTime(Block):
    """An instant."""

    _block_type_name = "Date Time"
    _block_type_slug = "date-time"

    value: Annotated[datetime, Field(description="An instant, in ISO 8601.")]
