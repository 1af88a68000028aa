"""The parameters of a flow as a schema, from which forms are drawn; imports pydantic, so it is imported when asked for."""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model
from pydantic.errors import PydanticUserError
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, PydanticJsonSchemaWarning
from pydantic.warnings import ArbitraryTypeWarning
from pydantic_core.core_schema import IsInstanceSchema

_CONFIG = ConfigDict(arbitrary_types_allowed=True, protected_namespaces=())
_SECTION = re.compile(r"(?:args|arguments|params|parameters):", re.IGNORECASE)
_ITEM = re.compile(r"\*{0,2}(?P<name>\w+)\s*(?:\([^)]*\))?\s*:\s*(?P<text>.*)")


class ParameterSchema(BaseModel):
    """An object schema as OpenAPI knows it, with one property per parameter."""

    title: Literal["Parameters"] = "Parameters"
    type: Literal["object"] = "object"
    properties: dict[str, Any] = Field(default_factory=dict)
    required: list[str] = Field(default_factory=list)
    definitions: dict[str, Any] = Field(default_factory=dict)

    def model_dump_for_openapi(self) -> dict[str, Any]:
        """Return the schema without an empty `required`, which OpenAPI forbids."""
        dumped = self.model_dump(exclude_none=True)
        if not self.required:
            del dumped["required"]
        return dumped


def parameter_schema(function: Callable[..., Any]) -> ParameterSchema:
    """Describe a function's parameters: types and defaults from its signature, words from its docstring's `Args:`."""
    words = parameter_docstrings(inspect.getdoc(function))
    fields: dict[str, tuple[Any, Any]] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PydanticJsonSchemaWarning)
        warnings.simplefilter("ignore", ArbitraryTypeWarning)
        for position, parameter in enumerate(inspect.signature(function).parameters.values()):
            if parameter.name in {"self", "cls"}:
                continue
            annotation, default = _resolved(function, parameter)
            field = _field(parameter, default, position, words)
            constrained = _constrained(annotation, parameter.default)
            # Prefixed, because models keep names such as `copy` and `schema` for themselves.
            fields[f"p_{parameter.name}"] = (constrained if _describable(constrained) else Any, field)
        schema = _schema(fields)
    return ParameterSchema(
        properties=schema.get("properties", {}),
        required=schema.get("required", []),
        definitions=schema.get("$defs", {}),
    )


def parameter_docstrings(docstring: str | None) -> dict[str, str]:
    """Return what a docstring in Google's style says of each parameter, by name."""
    described: dict[str, list[str]] = {}
    indent, name = 0, ""
    for line in _args_section(inspect.cleandoc(docstring or "").splitlines()):
        depth = len(line) - len(line.lstrip())
        indent = indent or depth
        item = _ITEM.fullmatch(line.strip()) if line.strip() and depth == indent else None
        if item is not None:
            name = item["name"]
            described[name] = [item["text"]]
        elif name:
            described[name].append(line.strip())
    return {name: "\n".join(lines).strip() for name, lines in described.items()}


def _args_section(lines: list[str]) -> Iterator[str]:
    """The indented lines below `Args:`, which stands first or after an empty line."""
    inside = False
    for before, line in zip(["", *lines], lines, strict=False):
        if inside and (not line.strip() or line.startswith((" ", "\t"))):
            yield line
        else:
            inside = not before.strip() and _SECTION.fullmatch(line.rstrip()) is not None


def _resolved(function: Callable[..., Any], parameter: inspect.Parameter) -> tuple[Any, Any]:
    """The annotation as an object, `Any` where there is none or where it cannot be had; and the default, `...` for none."""
    annotation = parameter.annotation
    if annotation is parameter.empty:
        annotation = Any
    elif isinstance(annotation, str):
        try:
            annotation = eval(annotation, getattr(inspect.unwrap(function), "__globals__", {}))  # noqa: S307 - the user's own annotation, as typing.get_type_hints evaluates it
        except Exception:  # noqa: BLE001 - evaluating a user's annotation may raise anything; then nothing is known of the type
            annotation = Any
    match parameter.kind:
        case parameter.VAR_POSITIONAL:
            return list[annotation], []  # type: ignore[valid-type]
        case parameter.VAR_KEYWORD:
            return dict[str, annotation], {}  # type: ignore[valid-type]
        case _:
            return annotation, ... if parameter.default is parameter.empty else parameter.default


def _constrained(annotation: Any, default: Any) -> Any:
    """The annotation with the bounds of a default written as `Field(5, gt=3)`."""
    for bound in default.metadata if isinstance(default, FieldInfo) else ():
        annotation = Annotated[annotation, bound]
    return annotation


def _field(parameter: inspect.Parameter, default: Any, position: int, words: dict[str, str]) -> Any:
    description = words.get(parameter.name)
    extra: dict[str, Any] = {"position": position}
    value = partial(Field, default)
    if isinstance(default, FieldInfo):
        description = default.description or description
        if isinstance(default.json_schema_extra, dict):
            extra = {**extra, **default.json_schema_extra}
        factory: Any = default.default_factory
        value = partial(Field, default.default) if factory is None else partial(Field, default_factory=factory)
    return value(title=parameter.name, alias=parameter.name, description=description, json_schema_extra=extra)


def _describable(annotation: Any) -> bool:
    try:
        _schema({"p_checked": (annotation, ...)})
    except (ValueError, TypeError, PydanticUserError):
        return False
    return True


def _schema(fields: dict[str, Any]) -> dict[str, Any]:
    model = create_model("Parameters", __config__=_CONFIG, **fields)
    return TypeAdapter(model).json_schema(ref_template="#/definitions/{model}", schema_generator=_Generator)


class _Generator(GenerateJsonSchema):
    """Says nothing of classes that only `isinstance` can check, where pydantic refuses."""

    def is_instance_schema(self, schema: IsInstanceSchema) -> JsonSchemaValue:  # noqa: ARG002 - the method's signature
        return {}
