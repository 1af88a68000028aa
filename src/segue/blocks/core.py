"""`Block`: a typed piece of configuration, saved under a name, secrets and all."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from typing import Any, ClassVar, Self, TypeGuard
from uuid import UUID

from pydantic import BaseModel, ConfigDict, PrivateAttr, SerializationInfo, model_serializer, model_validator
from pydantic.functional_validators import ModelWrapValidatorHandler
from pydantic_core import PydanticUndefined, ValidationError
from pydantic_core.core_schema import SerializerFunctionWrapHandler

from segue.blocks import describing, keeping
from segue.blocks.annotated import classes_in
from segue.blocks.problems import BlockNotSavedError, InvalidBlockRegistration, UnknownBlockType
from segue.blocks.registry import class_of, enrol
from segue.blocks.schemas import extend, is_interface, with_definitions
from segue.blocks.telling import tell, tell_calls
from segue.blocks.values import ORIGIN, SLUG, Revealer, whole, with_typed_defaults
from segue.decide.blocks import Paths, checksum
from segue.engine.asks import Script
from segue.engine.drive_sync import drive
from segue.model.blocks import BlockDocument, reference
from segue.pairs import aplay, play

__all__ = ["Block", "BlockNotSavedError", "InvalidBlockRegistration", "UnknownBlockType"]

#: Methods that say nothing of what is done with a block.
_SILENT = frozenset({"block_initialization", "save", "asave", "dict"})


def _extended(schema: dict[str, Any], cls: type[Any]) -> None:
    extend(schema, cls, Block)


class Block(BaseModel, ABC):  # long: the public face of one noun, each method of a few lines
    """A typed piece of configuration that is saved under a name; subclasses say what its fields are.

    In async code `save`, `load` and `delete` are awaited; the twins with an `a` in front are for async code alone.
    """

    model_config = ConfigDict(extra="allow", json_schema_extra=_extended)

    _block_type_name: ClassVar[str | None] = None
    _block_type_slug: ClassVar[str | None] = None
    _block_schema_version: ClassVar[str | None] = None
    _block_schema_capabilities: ClassVar[list[str] | None] = None
    _logo_url: ClassVar[Any] = None
    _documentation_url: ClassVar[Any] = None
    _description: ClassVar[str | None] = None
    _code_example: ClassVar[str | None] = None
    #: Paths of secrets that the types of the fields do not tell.
    _secret_fields: ClassVar[tuple[str, ...]] = ()

    _block_document_id: UUID | None = PrivateAttr(default=None)
    _block_document_name: str | None = PrivateAttr(default=None)
    _is_anonymous: bool | None = PrivateAttr(default=None)
    _events_excluded_methods: list[str] = PrivateAttr(default=["block_initialization", "save", "dict"])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.block_initialization()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Enrol a class once pydantic has made it."""
        super().__pydantic_init_subclass__(**kwargs)
        if not is_interface(cls):
            enrol(cls.get_block_type_slug(), cls)
        tell_calls(cls, _SILENT.union(describing.said(cls, "_events_excluded_methods") or ()))

    def block_initialization(self) -> None:
        """Do what a new block needs, once its fields are set; for subclasses."""

    # --- what a class says of itself -------------------------------------------------------------------------------

    @classmethod
    def get_block_type_name(cls) -> str:
        """Return the name of the type: what the class says, else its own name."""
        return describing.said(cls, "_block_type_name") or cls.__name__

    @classmethod
    def get_block_type_slug(cls) -> str:
        """Return the slug of the type: what the class says, else its name in lower case."""
        return describing.slugify(describing.said(cls, "_block_type_slug") or cls.get_block_type_name())

    @classmethod
    def get_block_capabilities(cls) -> frozenset[str]:
        """Return what blocks of this class can do, in the words of it and its parents."""
        declared = (vars(base).get("_block_schema_capabilities") for base in cls.__mro__)
        return frozenset(word for words in declared for word in words or ())

    @classmethod
    def get_block_schema_version(cls) -> str:
        """Return the version of the package that the class comes from."""
        return describing.version(cls)

    @classmethod
    def get_description(cls) -> str | None:
        """Return what the class is for, by its own word or its docstring."""
        return describing.description(cls)

    @classmethod
    def get_code_example(cls) -> str:
        """Return how the class is used, by its own word, its docstring, or in general."""
        return describing.code_example(cls, cls.get_block_type_slug())

    @classmethod
    def _calculate_schema_checksum(cls) -> str:
        return checksum(cls.model_json_schema())

    @classmethod
    def model_json_schema(  # type: ignore[override]  # what comes after these two is pydantic's, and passed on
        cls,
        by_alias: bool = True,
        ref_template: str = "#/definitions/{model}",
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Return the JSON schema of the fields, with what is known of them as a block's."""
        return with_definitions(super().model_json_schema(by_alias=by_alias, ref_template=ref_template, **kwargs))

    @staticmethod
    def is_block_class(block: Any) -> TypeGuard[type[Block]]:
        """Say whether something is a block class."""
        return isinstance(block, type) and issubclass(block, Block)

    @staticmethod
    def annotation_refers_to_block_class(annotation: Any) -> bool:
        """Say whether an annotation names a block class."""
        return any(True for _ in classes_in(annotation, Block))

    @classmethod
    def get_block_class_from_key(cls, key: str) -> type[Self]:
        """Return the class of a slug; raises UnknownBlockType."""
        found = class_of(key)
        if found is None:
            raise UnknownBlockType(
                f"No block class found for slug {key!r}. Please ensure that the block class is available in the current "
                "environment."
            )
        return found

    @classmethod
    def get_block_class_from_schema(cls, schema: Any) -> type[Self]:
        """Return the class of a schema; raises UnknownBlockType."""
        return cls.get_block_class_from_key(schema.block_type_slug)

    # --- data --------------------------------------------------------------------------------------------------------

    @model_validator(mode="wrap")
    @classmethod
    def _recognised(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Make of data the block that it says it is: of another class, or a saved one."""
        if not isinstance(value, Mapping):
            return handler(value)
        id = reference(value)
        if id is not None:
            return drive(cls._found(keeping.found_by_id(id)))
        slug, origin = value.get(SLUG), value.get(ORIGIN)
        if slug is not None and slug != cls.get_block_type_slug():
            named = cls.get_block_class_from_key(slug)
            if issubclass(named, cls):
                return named.model_validate(value)
        if slug is not None or origin is not None:
            value = {key: item for key, item in value.items() if key not in (SLUG, ORIGIN)}
        block = handler(value)
        if isinstance(origin, tuple):
            block._remember(*origin)
        return block

    @model_serializer(mode="wrap")
    def ser_model(self, handler: SerializerFunctionWrapHandler, info: SerializationInfo) -> Any:
        """Return the fields, secrets masked unless the context says `include_secrets`."""
        dumped = handler(self)
        if not isinstance(dumped, dict):
            return dumped
        if isinstance(info.context, Mapping) and info.context.get("include_secrets", False):
            dumped = Revealer(Block, refer=False, json=info.mode == "json").inside(self, dumped)
        return {**dumped, SLUG: self.get_block_type_slug()}

    def _to_data(self, paths: Paths) -> dict[str, Any]:
        """Return what is saved: secrets in clear, which only may lie at these paths, and saved blocks by reference."""
        typed = with_typed_defaults(self)
        dumped = typed.model_dump(mode="json", by_alias=True, warnings=False)
        dumped.pop(SLUG, None)
        return Revealer(Block, refer=True, json=True, paths=paths).inside(typed, dumped)

    def __repr_args__(self) -> Any:
        # What was given beyond the fields may be secret: its type says nothing about it.
        return [
            (name, value) for name, value in super().__repr_args__() if name is None or name in type(self).model_fields
        ]

    def __str__(self) -> str:
        return repr(self)

    # --- keeping -----------------------------------------------------------------------------------------------------

    def _remember(self, id: str | UUID, name: str) -> None:
        self._block_document_id, self._block_document_name = UUID(str(id)), name
        self._is_anonymous = False

    def get_block_placeholder(self) -> str:
        """Return the text that stands for this block in templates; raises BlockNotSavedError."""
        if self._block_document_name is None:
            raise BlockNotSavedError("Could not generate block placeholder for unsaved block.")
        return f"segue.blocks.{self.get_block_type_slug()}.{self._block_document_name}"

    @classmethod
    def register_type_and_schema(cls, client: object = None) -> Any:
        """Make the type and its present schema known; raises InvalidBlockRegistration for `Block` itself and interfaces."""
        return play(cls._registered())

    @classmethod
    async def aregister_type_and_schema(cls, client: object = None) -> None:
        """Make the type and its present schema known."""
        await aplay(cls._registered())

    @classmethod
    def _registered(cls) -> Script[None]:
        yield from keeping.registered(cls, Block)

    def save(self, name: str | None = None, overwrite: bool = False, client: object = None) -> Any:
        """Save the block and return its id; raises ValueError for a name that is taken, unless `overwrite`."""
        return play(keeping.saved(self, Block, name, overwrite=overwrite))

    async def asave(self, name: str | None = None, overwrite: bool = False, client: object = None) -> UUID:
        """Save the block and return its id."""
        return await aplay(keeping.saved(self, Block, name, overwrite=overwrite))

    @classmethod
    def load(cls, name: str, validate: bool = True, client: object = None) -> Self:
        """Return the block saved under a name, `Block.load("slug/name")` of any type; raises ValueError when there is none."""
        return play(cls._loaded(name, validate=validate))

    @classmethod
    async def aload(cls, name: str, validate: bool = True, client: object = None) -> Self:
        """Return the block saved under a name."""
        return await aplay(cls._loaded(name, validate=validate))

    @classmethod
    def load_from_ref(cls, ref: str | UUID | dict[str, Any], validate: bool = True, client: object = None) -> Self:
        """Return the block with an id, given as such or as `{"block_document_id": …}`, or `{"block_document_slug": "type/name"}`.

        Raises ValueError when there is none.
        """
        return play(cls._referred(ref, validate=validate))

    @classmethod
    async def aload_from_ref(
        cls,
        ref: str | UUID | dict[str, Any],
        validate: bool = True,
        client: object = None,
    ) -> Self:
        """Return the block that is referred to."""
        return await aplay(cls._referred(ref, validate=validate))

    @classmethod
    def load_now(cls, name: str) -> Self:
        """Return the block saved under a name, in whichever code; raises ValueError when there is none."""
        return drive(cls._loaded(name))

    @classmethod
    def delete(cls, name: str, client: object = None) -> Any:
        """Delete what is saved under a name; raises ValueError when there is nothing."""
        return play(keeping.deleted(*cls._place(name)))

    @classmethod
    async def adelete(cls, name: str, client: object = None) -> None:
        """Delete what is saved under a name."""
        await aplay(keeping.deleted(*cls._place(name)))

    @classmethod
    def _place(cls, name: str) -> tuple[str, str]:
        """Type and name; of `Block` and of interfaces, the name says the type."""
        if not is_interface(cls):
            return cls.get_block_type_slug(), name
        slug, slash, rest = name.partition("/")
        if not slash:
            raise ValueError(f"{name!r} does not say which type the block is of: write 'block-type-slug/{name}'.")
        return slug, rest

    @classmethod
    def _loaded(cls, name: str, *, validate: bool = True) -> Script[Self]:
        slug, rest = cls._place(name)
        return (yield from cls._found(keeping.found(slug, rest), validate=validate))

    @classmethod
    def _referred(cls, ref: str | UUID | dict[str, Any], *, validate: bool) -> Script[Self]:
        named = ref.get("block_document_slug") if isinstance(ref, dict) else None
        if named is None:
            return (yield from cls._found(keeping.found_by_id(_id_in(ref)), validate=validate))
        slug, slash, name = str(named).partition("/")
        place = (slug, name) if slash else cls._place(slug)
        return (yield from cls._found(keeping.found(*place), validate=validate))

    @classmethod
    def _found(cls, script: Script[BlockDocument], *, validate: bool = True) -> Script[Self]:
        document = yield from script
        slug = document.block_type_slug
        named: type[Self] = cls if slug == cls.get_block_type_slug() else cls.get_block_class_from_key(slug)
        if not issubclass(named, cls):
            raise ValueError(f"The block {document.name!r} is a {named.__name__}, not a {cls.__name__}.")  # noqa: TRY004 - the name is at fault
        data = whole(document)
        block = named._validated(data, document) if validate else named._constructed(data)
        tell(block, "loaded")
        return block

    @classmethod
    def _validated(cls, data: dict[str, Any], document: BlockDocument) -> Self:
        try:
            return cls.model_validate(data)
        except ValidationError as problem:
            raise RuntimeError(
                f"Unable to load {document.name!r} of block type {document.block_type_slug!r} due to failed validation. To load "
                "without validation, try loading again with `validate=False`."
            ) from problem

    @classmethod
    def _constructed(cls, data: dict[str, Any]) -> Self:
        """Make a block of data that may fit an older class: each field that has no value is None."""
        id, name = data.pop(ORIGIN)
        given = {
            field: data[info.alias or field]
            for field, info in cls.model_fields.items()
            if (info.alias or field) in data
        }
        missing = {
            field: None
            for field, info in cls.model_fields.items()
            if field not in given
            and info.get_default(call_default_factory=False) is PydanticUndefined
            and not info.default_factory
        }
        block = cls.model_construct(**given, **missing)
        block._remember(id, name)
        return block


def _id_in(ref: str | UUID | dict[str, Any]) -> str:
    if isinstance(ref, dict):
        id = ref.get("block_document_id") or reference(ref)
        if id is None:
            raise ValueError(f"{ref!r} names no block: it has no 'block_document_id', and no 'block_document_slug'.")
        return str(id)
    return str(ref)
