"""Images of containers: built from the code of a flow, and sent to the registry that workers take them from."""

from __future__ import annotations

from segue.docker.images import DockerImage, ImageFailed

__all__ = ["DockerImage", "ImageFailed"]
