"""The JSON schema of a block class, with what a schema of fields does not say: slugs, secrets, references."""

from __future__ import annotations

from abc import ABC
from typing import Any

from segue.blocks.annotated import classes_in, secret_fields
from segue.blocks.describing import description
from segue.decide.blocks import checksum


def extend(schema: dict[str, Any], cls: type[Any], kind: type[Any]) -> None:
    """Put to the schema that pydantic made of a block class what is known of it as a block."""
    schema["title"] = cls.__name__
    schema["block_type_slug"] = cls.get_block_type_slug()
    schema["secret_fields"] = secret_fields(cls)
    schema["block_schema_references"] = _references(cls, kind)
    schema.pop("description", None)
    told = description(cls)
    if told is not None:
        schema["description"] = told
    properties = schema.setdefault("properties", {})
    if schema.get("additionalProperties") is True:
        del schema["additionalProperties"]
    elif schema.get("additionalProperties") is False:
        # A block inside another one says which type it is.
        properties["block_type_slug"] = {"const": schema["block_type_slug"]}


def _references(cls: type[Any], kind: type[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, field in cls.model_fields.items():
        inner = [other for other in classes_in(field.annotation, kind) if other is not cls and not is_interface(other)]
        named = [
            {
                "block_schema_checksum": checksum(other.model_json_schema()),
                "block_type_slug": other.get_block_type_slug(),
            }
            for other in dict.fromkeys(inner)
        ]
        if named:
            found[field.alias or name] = named[0] if len(named) == 1 else named
    return found


def with_definitions(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema whose definitions stand where users know them, and whose fields know their place."""
    definitions = schema.pop("$defs", None)
    for each in (schema, *(definitions or {}).values()):
        if "block_type_slug" in each:
            for position, name in enumerate(each["properties"]):
                each["properties"][name] = {**each["properties"][name], "position": position}
    if definitions:
        schema["definitions"] = definitions
    return schema


def is_interface(cls: type[Any]) -> bool:
    """Say whether a block class only says what others must be able to do."""
    return ABC in cls.__bases__
