"""Templates of texts, lists and dicts with names in double braces, filled under the names users know."""

from __future__ import annotations

import enum
import logging
import os
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from segue.engine.asks import Do
from segue.engine.session import backend
from segue.engine.templating import NotThere, Templates
from segue.exceptions import ObjectNotFound
from segue.model.blocks import reference
from segue.pairs import aplay
from segue.utilities.annotations import NotSet
from segue.utilities.collections import get_from_dict

if TYPE_CHECKING:
    from segue.client.orchestration import SegueClient
    from segue.engine.asks import Script

log = logging.getLogger("segue.templating")

PLACEHOLDER_CAPTURE_REGEX = re.compile(r"({{\s*([\w\.\-\[\]$]+)\s*}})")
BLOCK_DOCUMENT_PLACEHOLDER_PREFIX = "segue.blocks."
VARIABLE_PLACEHOLDER_PREFIX = "segue.variables."
ENV_VAR_PLACEHOLDER_PREFIX = "$"
#: Changes the value of a block: called with where it stands in the template, and with the value.
Transform = Callable[[str, Any], Any]


class PlaceholderType(enum.Enum):
    """What a name in double braces means."""

    STANDARD = "standard"
    BLOCK_DOCUMENT = "block_document"
    VARIABLE = "variable"
    ENV_VAR = "env_var"


class Placeholder(NamedTuple):
    """A name in double braces."""

    full_match: str
    name: str
    type: PlaceholderType


def determine_placeholder_type(name: str) -> PlaceholderType:
    """Return what a name means, by how it begins."""
    if name.startswith(BLOCK_DOCUMENT_PLACEHOLDER_PREFIX):
        return PlaceholderType.BLOCK_DOCUMENT
    if name.startswith(VARIABLE_PLACEHOLDER_PREFIX):
        return PlaceholderType.VARIABLE
    return PlaceholderType.ENV_VAR if name.startswith(ENV_VAR_PLACEHOLDER_PREFIX) else PlaceholderType.STANDARD


def find_placeholders(template: Any) -> set[Placeholder]:
    """Return the names in double braces of a text, and of the values of dicts and lists in whatever depth."""
    if isinstance(template, str):
        return {
            Placeholder(whole, name, determine_placeholder_type(name))
            for whole, name in PLACEHOLDER_CAPTURE_REGEX.findall(template)
        }
    inner: Iterable[Any] = template.values() if isinstance(template, dict) else template if _listed(template) else ()
    return set().union(*map(find_placeholders, inner))


def apply_values(
    template: Any,
    values: dict[str, Any],
    remove_notset: bool = True,  # noqa: FBT001, FBT002 - the signature users know
    warn_on_notset: bool = False,  # noqa: FBT001, FBT002 - the same
    skip_prefixes: list[str] | None = None,
) -> Any:
    """Return a template with its names replaced by values, `a.b[0]` by what lies within them, `$NAME` by the environment.

    A text that is one name alone becomes the value, whatever its type; NotSet where there is none. Entries of dicts and lists whose
    value is not set are left out, or with `remove_notset=False` left as they are written. Blocks and variables are for `resolve_…`.
    """
    skipped = tuple(skip_prefixes or ())

    def filled(part: Any) -> Any:
        match part:
            case str():
                return _filled_text(part, values, skipped, remove=remove_notset, warn=warn_on_notset)
            case dict():
                found = {key: (value, filled(value)) for key, value in part.items()}
                return {
                    key: before if after is NotSet else after
                    for key, (before, after) in found.items()
                    if after is not NotSet or not remove_notset
                }
            case list():
                each = [(value, filled(value)) for value in part]
                return [
                    before if after is NotSet else after
                    for before, after in each
                    if after is not NotSet or not remove_notset
                ]
            case None | int() | float() | bool() | type():
                return part
            case _:
                raise ValueError(
                    f"a template is made of texts, numbers, dicts and lists, and {part!r:.100} is none of them"
                )

    return filled(template)


def _filled_text(text: str, values: dict[str, Any], skipped: tuple[str, ...], *, remove: bool, warn: bool) -> Any:
    for whole, name in PLACEHOLDER_CAPTURE_REGEX.findall(text):
        kind = determine_placeholder_type(name)
        if kind in {PlaceholderType.BLOCK_DOCUMENT, PlaceholderType.VARIABLE} or (skipped and name.startswith(skipped)):
            continue
        if kind is PlaceholderType.ENV_VAR:
            # The user's own words: it is this variable that is asked for.
            value: Any = os.environ.get(name.removeprefix("$"), NotSet)  # noqa: TID251
        else:
            value = get_from_dict(values, name, NotSet)
        if value is NotSet and warn:
            log.warning("No value was given for %r, which the template names: look at how it is spelt.", name)
        if kind is PlaceholderType.STANDARD and whole == text:
            return value
        if value is not NotSet:
            text = text.replace(whole, str(value))
        elif remove:
            text = text.replace(whole, "")
    return text


async def resolve_variables(template: Any, client: SegueClient | None = None) -> Any:  # noqa: ARG001 - the signature users know
    """Return a template with `{{ segue.variables.NAME }}` replaced by the variable's value, by nothing where there is none."""
    return await aplay(_resolved(template, PlaceholderType.VARIABLE, _Variables().value))


async def resolve_block_document_references(
    template: Any,
    client: SegueClient | None = None,  # noqa: ARG001 - the signature users know
    value_transformer: Transform | None = None,
) -> Any:
    """Return a template with `{{ segue.blocks.TYPE.NAME }}` and `{"$ref": {"block_document_id": ID}}` replaced by what blocks hold.

    Behind the name `.a.b[0]` leads to what lies within. `value_transformer(placeholder, value)` changes what was found. Raises
    ObjectNotFound where there is no such block, ValueError where it holds no such thing.
    """
    return await aplay(_resolved(template, PlaceholderType.BLOCK_DOCUMENT, _Blocks(value_transformer).value))


def _resolved(template: Any, kind: PlaceholderType, value_of: Callable[[Any], Any]) -> Script[Any]:
    return (yield Do(_put_in, (template, kind, value_of)))


def _put_in(template: Any, kind: PlaceholderType, value_of: Callable[[Any], Any]) -> Any:
    if isinstance(template, str):
        for whole, name in PLACEHOLDER_CAPTURE_REGEX.findall(template):
            if determine_placeholder_type(name) is kind:
                value = value_of(Placeholder(whole, name, kind))
                if whole == template:
                    return value
                template = template.replace(whole, str(value))
        return template
    if isinstance(template, dict):
        if kind is PlaceholderType.BLOCK_DOCUMENT and reference(template) is not None:
            return value_of(template)
        return {key: _put_in(value, kind, value_of) for key, value in template.items()}
    return [_put_in(value, kind, value_of) for value in template] if isinstance(template, list) else template


class _Variables:
    """Looks variables up."""

    def __init__(self) -> None:
        self._templates = Templates(backend)

    def value(self, named: Placeholder) -> Any:
        try:
            return self._templates.filled(named.full_match)
        except NotThere:
            return ""


class _Blocks:
    """Looks blocks up, each once."""

    def __init__(self, transform: Transform | None) -> None:
        self._templates = Templates(backend)
        self._transform = transform

    def value(self, named: Any) -> Any:
        if isinstance(named, dict):
            return self._held(named)
        kind, _, rest = named.name.removeprefix(BLOCK_DOCUMENT_PLACEHOLDER_PREFIX).partition(".")
        called, _, way = rest.partition(".")
        if not called:
            raise ValueError(
                f"{named.full_match!r} names no block: write {{{{ {BLOCK_DOCUMENT_PLACEHOLDER_PREFIX}TYPE.NAME }}}}"
            )
        found = self._held(f"{{{{ {BLOCK_DOCUMENT_PLACEHOLDER_PREFIX}{kind}.{called} }}}}")
        if way:
            # Blocks that are a value and nothing else are that value already.
            whole = found if isinstance(found, dict) and re.split(r"[.\[]", way)[0] in found else {"value": found}
            found = get_from_dict(whole, way, NotSet)
        if found is NotSet:
            raise ValueError(f"{named.full_match!r}: the block {kind}/{called} holds no {way!r}")
        return found if self._transform is None else self._transform(named.full_match, found)

    def _held(self, template: Any) -> Any:
        try:
            return self._templates.filled(template)
        except NotThere as problem:
            raise ObjectNotFound(problem) from problem


def _listed(value: object) -> bool:
    return isinstance(value, list | tuple | set)
