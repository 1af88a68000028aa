"""What a worker starts for a run: base job templates, a job's variables, and both put together.

A template has `job_configuration`, in which `{{ name }}` stands for a variable, and `variables`, their JSON schema with defaults. A
value that is such a name and nothing else becomes the variable itself, whatever its type; a variable without a value leaves nothing
behind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from segue.decide.json_schema import faults
from segue.model.blocks import reference

_NAME = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")


class _Nothing:
    """What stands for a variable that has no value."""


_NOTHING = _Nothing()


def _text(title: str, description: str) -> dict[str, object]:
    return {
        "title": title,
        "description": description,
        "anyOf": [{"type": "string"}, {"type": "null"}],
        "default": None,
    }


def _texts(title: str, description: str) -> dict[str, object]:
    return {"title": title, "description": description, "type": "array", "items": {"type": "string"}, "default": []}


def _switch(title: str, description: str, *, default: bool) -> dict[str, object]:
    return {"title": title, "description": description, "type": "boolean", "default": default}


def _map(title: str, description: str) -> dict[str, object]:
    values = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    return {"title": title, "description": description, "type": "object", "additionalProperties": values, "default": {}}


_COMMON: dict[str, dict[str, object]] = {
    "name": _text("Name", "Name of the infrastructure; by default the flow run's."),
    "env": _map("Environment Variables", "Set for the flow run."),
    "labels": _map("Labels", "Put on the infrastructure."),
    "command": _text("Command", "Run instead of the one that starts the flow run."),
}
_PROCESS: dict[str, dict[str, object]] = {
    "stream_output": _switch("Stream Output", "Whether output of the process is shown by the worker.", default=True),
    "working_dir": _text("Working Directory", "Where the flow run is started; by default a new folder."),
    "python": _text(
        "Python",
        "An interpreter, or the folder of a venv or conda environment, to run the flow with; by default the worker's. "
        "A conda environment may be named.",
    ),
    "script_environment": _switch(
        "Script Environment",
        "Whether dependencies that the flow's file names in its header (PEP 723) are installed by uv and used.",
        default=True,
    ),
}
_DOCKER: dict[str, dict[str, object]] = {
    "image": _text("Image", "Image to run; it has Segue installed, or its command installs it."),
    "image_pull_policy": {
        "title": "Image Pull Policy",
        "description": "When the image is pulled; by default Always where its tag is latest, else IfNotPresent.",
        "anyOf": [{"enum": ["IfNotPresent", "IfPossible", "Always", "Never"]}, {"type": "null"}],
        "default": None,
    },
    "networks": _texts("Networks", "Networks that the container is connected to."),
    "network_mode": _text("Network Mode", "Such as host or bridge; not together with networks."),
    "auto_remove": _switch("Auto Remove", "Whether the container is removed once it is over.", default=False),
    "volumes": _texts("Volumes", "Mounts, each as /on/the/host:/in/the/container[:ro]."),
    "mem_limit": _text("Memory Limit", "Such as 512m or 2g."),
    "memswap_limit": _text("Memory and Swap Limit", "Such as 1g; at least the memory limit."),
    "cpus": {
        "title": "CPUs",
        "description": "Processors that it may use, such as 1.5.",
        "anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "null"}],
        "default": None,
    },
    "privileged": _switch("Privileged", "Whether it has all rights of the host.", default=False),
    "stream_output": _switch("Stream Output", "Whether output of the container is shown by the worker.", default=True),
}


def _template(variables: Mapping[str, dict[str, object]]) -> dict[str, object]:
    properties: dict[str, object] = {**_COMMON, **variables}
    return {
        "job_configuration": {name: f"{{{{ {name} }}}}" for name in properties},
        "variables": {"type": "object", "properties": properties},
    }


#: The template that a new pool of a type begins with.
TEMPLATES: dict[str, dict[str, object]] = {"process": _template(_PROCESS), "docker": _template(_DOCKER)}


def template_faults(template: Mapping[str, object]) -> list[str]:
    """Return what is wrong with a template, a sentence each."""
    wrong = [
        f"{part} must be an object"
        for part in ("job_configuration", "variables")
        if not isinstance(template.get(part), Mapping)
    ]
    if wrong or not template:
        return wrong if template else []
    known = _properties(template)
    asked = sorted(_names(template["job_configuration"]) - set(known))
    return [f"job_configuration names {name!r}, which is no variable" for name in asked]


def variable_faults(template: Mapping[str, object], given: Mapping[str, object]) -> list[str]:
    """Return what is wrong with a job's variables, a sentence each; those that a template does not know are let be."""
    schema = template.get("variables")
    if not isinstance(schema, Mapping):
        return []
    loose = {name: part for name, part in schema.items() if name != "required"}
    return faults(loose, given, hidden=lambda _: False, skip=lambda value: reference(value) is not None)


def job_configuration(template: Mapping[str, object], *layers: Mapping[str, object]) -> dict[str, object]:
    """Return what to start: the template's configuration with its variables, of which the last layer says most.

    `env` and `labels` of the layers are joined; everything else replaces what the layer below says.
    """
    values: dict[str, object] = {
        name: part["default"]
        for name, part in _properties(template).items()
        if isinstance(part, Mapping) and "default" in part
    }
    for layer in layers:
        for name, value in layer.items():
            before = values.get(name)
            joined = name in {"env", "labels"} and isinstance(before, Mapping) and isinstance(value, Mapping)
            values[name] = {**before, **value} if joined else value  # type: ignore[dict-item]  # both are mappings where they are joined
    filled = _filled(template.get("job_configuration", {}), values)
    return filled if isinstance(filled, dict) else {}


def _properties(template: Mapping[str, object]) -> Mapping[str, object]:
    variables = template.get("variables")
    properties = variables.get("properties") if isinstance(variables, Mapping) else None
    return properties if isinstance(properties, Mapping) else {}


def _names(part: object) -> set[str]:
    if isinstance(part, str):
        return {name for name in _NAME.findall(part) if "." not in name}
    inner = part.values() if isinstance(part, Mapping) else part if isinstance(part, list) else ()
    return {name for each in inner for name in _names(each)}


def _filled(part: object, values: Mapping[str, object]) -> object:
    match part:
        case str():
            return _filled_text(part, values)
        case Mapping():
            filled = {name: _filled(each, values) for name, each in part.items()}
            return {name: each for name, each in filled.items() if each is not _NOTHING}
        case list():
            return [each for each in (_filled(item, values) for item in part) if each is not _NOTHING]
        case _:
            return part


def _filled_text(text: str, values: Mapping[str, object]) -> object:
    alone = _NAME.fullmatch(text.strip())
    if alone is not None and "." not in alone[1]:
        value = values.get(alone[1], _NOTHING)
        return _NOTHING if value is None else value
    # A name with a dot is of a block or a variable: whoever starts the job looks it up.
    return _NAME.sub(lambda found: found[0] if "." in found[1] else _shown(values.get(found[1])), text)


def _shown(value: object) -> str:
    return "" if value is None else str(value)
