"""Steps of `segue.yaml` that build an image and push it."""

from __future__ import annotations

from typing import Any

from segue.docker.images import DockerImage


def build_docker_image(
    image_name: str, dockerfile: str = "Dockerfile", tag: str | None = None, push: bool = False, **build_kwargs: Any  # noqa: FBT001, FBT002 - an input of a step
) -> dict[str, str]:  # fmt: skip
    """Build an image from the working folder; `dockerfile: auto` writes one. Returns `image`, `image_name` and `tag`.

    `build_kwargs` are those of `DockerImage`. Raises ImageFailed, and ValueError for an option that no build has.
    """
    image = DockerImage(image_name, tag=None if tag is None else str(tag), dockerfile=dockerfile, **build_kwargs)
    image.build()
    if push:
        image.push()
    return {"image": image.reference, "image_name": image.name, "tag": image.tag}


def push_docker_image(image_name: str, tag: str | None = None) -> dict[str, str]:
    """Push an image to its registry, with the credentials that the program for containers knows. Raises ImageFailed."""
    image = DockerImage(image_name, tag=None if tag is None else str(tag))
    image.push()
    return {"image": image.reference, "image_name": image.name, "tag": image.tag}
