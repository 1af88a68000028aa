"""What `segue init` writes: a `segue.yaml` for each way by which code comes to where it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from segue.model.errors import SegueError

_HEAD = """\
# How the flows of this folder are deployed: `segue deploy --all` does what stands here.
# Values may be templates: {{{{ $NAME }}}} (environment), {{{{ segue.variables.NAME }}}}, {{{{ STEP_ID.OUTPUT }}}}.
name: {name}
segue-version: {version}
"""
_DEPLOYMENTS = """\

deployments:
- name: {deployment}
  entrypoint: {entrypoint}
  description: null
  tags: []
  parameters: {{}}
  schedules: []
  work_pool:
    name: {work_pool}
    job_variables: {variables}
"""
_GIT = """\

# Done by a worker, for each run.
pull:
- segue.deployments.steps.git_clone:
    repository: {repository}
    branch: {branch}
"""
_LOCAL = """\

# Done by a worker, for each run: it sees this folder.
pull:
- segue.deployments.steps.set_working_directory:
    directory: {directory}
"""
_BUILD = """\

# Done by `segue deploy`, before anything is deployed.
build:
- segue.docker.deployments.steps.build_docker_image:
    id: build_image
    image_name: {image_name}
    tag: {tag}
    dockerfile: auto

push:
- segue.docker.deployments.steps.push_docker_image:
    image_name: "{{{{ build_image.image_name }}}}"
    tag: "{{{{ build_image.tag }}}}"
"""
_IN_IMAGE = """\

# The code is in the image.
pull: []
"""
_REMOTE = """\

# Done by `segue deploy`: what .segueignore names stays here.
push:
- segue.deployments.steps.push_to_remote_storage:
    url: {url}

# Done by a worker, for each run, with the credentials of its environment.
pull:
- segue.deployments.steps.pull_from_remote_storage:
    url: {url}
"""
IGNORED = """\
# What is not sent with the code; patterns as in .gitignore.
.git/
__pycache__/
*.py[cod]
.venv/
venv/
.env
.segue/
"""


@dataclass(frozen=True)
class Recipe:
    """A way by which code comes to where it runs."""

    words: str
    body: str
    #: What has to be said, with what it is.
    needs: Mapping[str, str] = field(default_factory=dict)
    #: What may be said, with what it is otherwise.
    may: Mapping[str, str] = field(default_factory=dict)
    image: bool = False
    #: Made of the other fields.
    made: Callable[[Mapping[str, str]], dict[str, str]] = lambda _: {}


#: Words that YAML takes for something else, and characters that mean something in quotation marks.
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off"})
_SPECIAL = frozenset({'"', "\\"})
_BUCKET = {"bucket": "the bucket", "folder": "the folder in it"}


def _bucket(scheme: str) -> Callable[[Mapping[str, str]], dict[str, str]]:
    return lambda given: {"url": f"{scheme}://{given['bucket'].strip('/')}/{given['folder'].strip('/')}"}


_IMAGE = {"image_name": "the image, with its registry"}
_BRANCH = {"branch": "main"}
_TAG = {"tag": "latest"}
_REPOSITORY = {"repository": "the address of the repository"}
RECIPES: dict[str, Recipe] = {
    "local": Recipe("a folder of the worker's machine", _LOCAL, may={"directory": ""}),
    "git": Recipe("a Git repository", _GIT, needs=_REPOSITORY, may=_BRANCH),
    "docker": Recipe("an image that has the code", _BUILD + _IN_IMAGE, needs=_IMAGE, may=_TAG, image=True),
    "docker-git": Recipe(
        "an image, and code from a Git repository", _BUILD + _GIT, needs={**_IMAGE, **_REPOSITORY}, may={**_TAG, **_BRANCH},
        image=True,
    ),
    "remote": Recipe("any address that fsspec reaches", _REMOTE, needs={"url": "the address, such as sftp://host/folder"}),
    "s3": Recipe("a bucket of S3", _REMOTE, needs=_BUCKET, made=_bucket("s3")),
    "gcs": Recipe("a bucket of Google Cloud Storage", _REMOTE, needs=_BUCKET, made=_bucket("gs")),
    "azure": Recipe(
        "a container of Azure Blob Storage", _REMOTE, needs={"container": "the container", "folder": "the folder in it"},
        made=lambda given: _bucket("az")({"bucket": given["container"], "folder": given["folder"]}),
    ),
}  # fmt: skip


class NoRecipe(SegueError):
    """This project cannot be begun: {why}"""  # noqa: D400 - it ends with what is wrong

    code = "project.recipe"
    status = 422


def segue_yaml(recipe: str, facts: Mapping[str, str], fields: Mapping[str, str]) -> str:
    """Return the text of a `segue.yaml`.

    `facts` are name, version, directory, deployment, entrypoint and work_pool. Raises NoRecipe for an unknown recipe, for a field
    that it has not, and for what it needs and is not given.
    """
    found = RECIPES.get(recipe)
    if found is None:
        raise NoRecipe(why=f"there is no recipe {recipe!r}; there are {', '.join(RECIPES)}.")
    unknown = [name for name in fields if name not in {**found.needs, **found.may}]
    if unknown:
        raise NoRecipe(why=f"recipe {recipe!r} has no {unknown[0]!r}; it has {', '.join([*found.needs, *found.may])}.")
    missing = [name for name in found.needs if not fields.get(name)]
    if missing:
        said = " ".join(f"--field {name}=..." for name in missing)
        raise NoRecipe(why=f"recipe {recipe!r} needs {' and '.join(missing)}: {said}")
    values = {**facts, **{name: default for name, default in found.may.items() if default}, **fields}
    values |= found.made(values)
    values["variables"] = '\n      image: "{{ build_image.image }}"' if found.image else "{}"
    quoted = {name: value if name == "variables" else _quoted(value) for name, value in values.items()}
    return (_HEAD + found.body + _DEPLOYMENTS).format(**quoted)


def _quoted(value: str) -> str:
    """A text as YAML has it: plain where that is the same text."""
    simple = all(each.isascii() and (each.isalnum() or each in "/._-:@") for each in value)
    is_plain = simple and (value[:1].isalpha() or value[:1] == "/") and not value.endswith(":")
    if is_plain and value.lower() not in _WORDS:
        return value
    return (
        '"'
        + "".join(each if each.isprintable() and each not in _SPECIAL else f"\\U{ord(each):08x}" for each in value)
        + '"'
    )
