"""Addresses of things: their pages and their places in the API, and which addresses may be asked, under the names users know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from segue.futures import SegueFuture
from segue.host import config
from segue.host.addresses import PrivateAddress, UnknownHost, public_address

#: Where the page of a thing is, below the address of the web pages.
UI_URL_FORMATS = {
    "flow": "flows/flow/{obj_id}",
    "flow-run": "runs/flow-run/{obj_id}",
    "flow-run-response": "runs/flow-run/{obj_id}",
    "task-run": "runs/task-run/{obj_id}",
    "block": "blocks/block/{obj_id}",
    "block-document": "blocks/block/{obj_id}",
    "work-pool": "work-pools/work-pool/{obj_id}",
    "work-queue": "work-queues/work-queue/{obj_id}",
    "concurrency-limit": "concurrency-limits/concurrency-limit/{obj_id}",
    "deployment": "deployments/deployment/{obj_id}",
    "automation": "automations/automation/{obj_id}",
    "received-event": "events/event/{occurred}/{obj_id}",
    "worker": "work-pools/work-pool/{work_pool_name}/worker/{obj_id}",
}
#: Where a thing is in the API.
API_URL_FORMATS = {
    "flow": "flows/{obj_id}",
    "flow-run": "flow-runs/{obj_id}",
    "task-run": "task-runs/{obj_id}",
    "variable": "variables/{obj_id}",
    "block": "block-documents/{obj_id}",
    "block-document": "block-documents/{obj_id}",
    "work-pool": "work-pools/{obj_id}",
    "deployment": "deployments/{obj_id}",
    "automation": "automations/{obj_id}",
}
#: Things that are known by their name.
_NAMED = frozenset({"work-pool", "variable"})


def url_for(
    obj: Any,
    obj_id: str | UUID | None = None,
    url_type: Literal["ui", "api"] = "ui",
    default_base_url: str | None = None,
    **additional_format_kwargs: Any,
) -> str | None:
    """Return the address of a thing, or of a kind of things and an id: its page, or with `url_type="api"` its place in the API.

    None where such things have no address, or neither `SEGUE_UI_URL`, `SEGUE_API_URL` nor `default_base_url` says where that is.
    Raises ValueError where the id or another part of the address is missing.
    """
    if url_type not in {"ui", "api"}:
        raise ValueError(f"`url_type` is 'ui' or 'api', not {url_type!r}")
    if isinstance(obj, str) and obj_id is None:
        raise ValueError(f"{obj!r} names a kind of things: say which one by `obj_id`")
    base = _base(url_type) or default_base_url
    if not base:
        return None
    kind, id = (obj, obj_id) if isinstance(obj, str) else _named(obj)
    form = (UI_URL_FORMATS if url_type == "ui" else API_URL_FORMATS).get(kind)
    if form is None or (obj_id or id) is None:
        return None
    parts = {"obj_id": obj_id or id, **_day(obj), **additional_format_kwargs}
    missing = [name for name in re.findall(r"{(\w+)}", form) if name not in parts]
    if missing:
        raise ValueError(f"the address of a {kind} also needs {', '.join(missing)}: give it as a keyword")
    return f"{base.rstrip('/')}/{form.format(**parts)}"


def convert_class_to_name(obj: Any) -> str:
    """Return the name of a thing's class, or of a class, as `dash-separated`."""
    name = (obj if isinstance(obj, type) else type(obj)).__name__
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()


def validate_restricted_url(url: str) -> None:
    """Refuse an address that is none of the public internet; raises ValueError that says why.

    A name may lead elsewhere when it is asked for again: this is a look beforehand, and no guard of the connection.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"}:
        raise ValueError(f"{url!r} may not be asked: it begins with neither http:// nor https://")
    if not parts.hostname:
        raise ValueError(f"{url!r} may not be asked: it names no host")
    try:
        public_address(parts.hostname, parts.port or (443 if parts.scheme == "https" else 80))
    except PrivateAddress as problem:
        raise ValueError(
            f"{url!r} may not be asked: it leads to the private address {problem.facts['address']}"
        ) from problem
    except UnknownHost as problem:
        raise ValueError(f"{url!r} may not be asked: nobody knows its host") from problem


def _base(url_type: str) -> str | None:
    settings = config.current()
    if url_type == "api":
        return settings.api.url
    if settings.ui_url:
        return settings.ui_url
    return settings.api.url.rstrip("/").removesuffix("/api") + "/ui" if settings.api.url else None


def _named(obj: Any) -> tuple[str, object]:
    """Return the kind and the id of a thing."""
    if isinstance(obj, SegueFuture):
        return ("task-run", obj.task_run_id) if obj.of_task_run else ("flow-run", obj.life.id)
    resource = _resource(obj)
    if resource is not None:
        kind, _, name = resource.removeprefix("segue.").partition(".")
        return kind, name or None
    kind = convert_class_to_name(obj)
    if kind not in UI_URL_FORMATS and kind not in API_URL_FORMATS:
        # A block is of the class of its own kind.
        kind = "block" if hasattr(obj, "_block_document_id") else kind
    id = getattr(obj, "name" if kind in _NAMED else "id", None)
    return kind, getattr(obj, "_block_document_id", None) if kind == "block" else id


def _resource(obj: Any) -> str | None:
    """Return the id of a resource of events, which says what it is."""
    labels = obj if isinstance(obj, Mapping) else getattr(obj, "root", None)
    if not isinstance(labels, Mapping):
        return None
    found = labels.get("segue.resource.id")
    return found if isinstance(found, str) and found.startswith("segue.") else None


def _day(obj: Any) -> dict[str, str]:
    occurred = getattr(obj, "occurred", None)
    return {} if occurred is None else {"occurred": occurred.strftime("%Y-%m-%d")}
