"""Types for fields of blocks and parameters of flows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Literal, TypeAlias

from annotated_types import Ge, Gt

from segue.types.secrets import SecretDict as SecretDict

NonNegativeInteger: TypeAlias = Annotated[int, Ge(0)]
PositiveInteger: TypeAlias = Annotated[int, Gt(0)]
NonNegativeFloat: TypeAlias = Annotated[float, Ge(0.0)]
NonNegativeTimeDelta: TypeAlias = Annotated[timedelta, Ge(timedelta(0))]
LogLevel: TypeAlias = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
#: What a variable can hold beside lists and dicts of the same.
StrictVariableValue: TypeAlias = (
    "str | int | float | bool | dict[str, StrictVariableValue] | list[StrictVariableValue] | None"
)
DateTime = datetime
Date = date

__all__ = [
    "Date", "DateTime", "LogLevel", "NonNegativeFloat", "NonNegativeInteger", "NonNegativeTimeDelta", "PositiveInteger",
    "SecretDict", "StrictVariableValue",
]  # fmt: skip
