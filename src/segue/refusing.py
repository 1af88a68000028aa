"""The error users know for a value that a noun cannot take."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError


def invalid(noun: str, field: str, value: object, sentence: str) -> ValidationError:
    """Return pydantic's error about one field of a noun; programs catch it by that type, or as a ValueError."""
    from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError  # noqa: PLC0415 - a door: errors only

    # Braces would be read as places for facts.
    problem = PydanticCustomError("value_error", "{sentence}", {"sentence": sentence})
    return ValidationError.from_exception_data(noun, [InitErrorDetails(type=problem, loc=(field,), input=value)])
