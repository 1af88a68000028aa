"""Blocks as data: what is written when a block is saved, and what a block is made of when it is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, SecretBytes, TypeAdapter, ValidationError
from pydantic_core import to_jsonable_python

from segue.blocks.annotated import SECRETS, classes_in
from segue.decide.blocks import Paths, is_secret
from segue.model.blocks import BlockDocument, reference

M = TypeVar("M", bound=BaseModel)

#: What a block that is made of a saved document remembers it by.
ORIGIN = "$block"
SLUG = "block_type_slug"


class Revealer:
    """Puts the secrets into what pydantic wrote masked; with `refer`, saved blocks inside become references."""

    def __init__(self, kind: type[Any], *, refer: bool, json: bool, paths: Paths | None = None) -> None:
        self._kind, self._refer, self._json = kind, refer, json
        #: Where secrets may be; None: anywhere.
        self._paths = paths

    def inside(self, block: BaseModel, dumped: dict[str, Any], place: tuple[str, ...] = ()) -> dict[str, Any]:
        """Return the fields of a model with their secrets."""
        fields = type(block).model_fields
        named = {(fields[name].serialization_alias or name) if name in fields else name: name for name in _names(block)}
        return {
            key: self.at(getattr(block, named.get(key, key), item), item, (*place, key))
            if key in named or key in fields
            else item
            for key, item in dumped.items()
        }

    def at(self, value: Any, dumped: Any, place: tuple[str, ...]) -> Any:
        """Return a value with its secrets."""
        if isinstance(value, SECRETS):
            if self._paths is not None and not is_secret(place, self._paths):
                raise ValueError(
                    f"{'.'.join(place)} holds a secret, but the type of the block does not say so: it would be saved in clear. "
                    "Save the block inside under a name of its own, or declare the field as a secret."
                )
            return self._shown(value)
        if self._refer and isinstance(value, self._kind) and value._block_document_id is not None:
            return {"$ref": {"block_document_id": str(value._block_document_id)}}
        if self._refer and isinstance(value, self._kind):
            # The annotation may name an interface, by which pydantic writes less than there is.
            typed = with_typed_defaults(value)
            return self.inside(typed, typed.model_dump(mode="json", by_alias=True, warnings=False), place)
        if isinstance(value, BaseModel) and isinstance(dumped, dict):
            return self.inside(value, dumped, place)
        if isinstance(value, Mapping) and isinstance(dumped, dict) and len(value) == len(dumped):
            pairs = zip(value.values(), dumped.items(), strict=True)
            return {key: self.at(item, shown, (*place, str(key))) for item, (key, shown) in pairs}
        if isinstance(value, list | tuple | set | frozenset) and isinstance(dumped, list | tuple | set | frozenset):
            if len(value) != len(dumped):
                return dumped
            return [self.at(item, shown, place) for item, shown in zip(value, dumped, strict=True)]
        return dumped

    def _shown(self, value: Any) -> Any:
        secret = value.get_secret_value()
        if not self._json:
            return secret
        if isinstance(value, SecretBytes):
            try:
                return secret.decode()
            except UnicodeDecodeError:
                raise ValueError(
                    "A secret of bytes is saved as text, and these are no UTF-8. Encode them first."
                ) from None
        return to_jsonable_python(secret)


def _names(block: BaseModel) -> list[str]:
    return [*type(block).model_fields, *(block.model_extra or {})]


def with_typed_defaults(block: M) -> M:
    """Return a copy whose secret defaults are of their type: pydantic takes defaults as they were written, such as a plain text."""
    copy = block.model_copy()
    for name, field in type(block).model_fields.items():
        value = getattr(block, name, None)
        if name in block.model_fields_set or isinstance(value, SECRETS) or value is None:
            continue
        if field.annotation is not None and any(
            True for secret in SECRETS for _ in classes_in(field.annotation, secret)
        ):
            try:
                typed: Any = TypeAdapter(field.annotation).validate_python(value)
            except ValidationError:
                continue
            copy.__dict__[name] = typed
    return copy


def whole(document: BlockDocument) -> dict[str, Any]:
    """Return a document's data with the documents that it names in their places, each remembering where it is from."""
    found: dict[str, Any] = _inlined(document.data, document.references, (document.id,))
    return {**found, ORIGIN: (document.id, document.name)}


def _inlined(value: Any, known: Mapping[str, BlockDocument], above: tuple[str, ...]) -> Any:
    id = reference(value)
    if id is not None:
        other = known.get(id)
        if other is None or id in above:
            return value
        inner = _inlined(other.data, known, (*above, id))
        return {**inner, SLUG: other.block_type_slug, ORIGIN: (other.id, other.name)}
    if isinstance(value, dict):
        return {key: _inlined(item, known, above) for key, item in value.items()}
    if isinstance(value, list):
        return [_inlined(item, known, above) for item in value]
    return value
