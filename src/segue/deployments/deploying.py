"""`flow.deploy` and `deploy`: deployments sent to a work pool, from whose workers their runs get infrastructure."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from segue.deployments.runner import CannotDeploy, RunnerDeployment
from segue.engine.calling import in_async_code
from segue.engine.session import session
from segue.host import config
from segue.model.errors import NotFound
from segue.model.pools import WorkPool
from segue.top_level import starts_a_run
from segue.wire.pools import POOL_READ
from segue.wire.requests import ByName

if TYPE_CHECKING:
    from segue.docker import DockerImage


def deploy(
    *deployments: RunnerDeployment,
    work_pool_name: str | None = None,
    image: str | DockerImage | None = None,
    build: bool = True,
    push: bool = True,
    print_next_steps_message: bool = True,
    ignore_warnings: bool = False,
) -> list[UUID]:
    """Make several deployments, or bring them up to date, on one work pool and with one image; returns their ids.

    The image is built and pushed first, unless `build` and `push` say otherwise; without one, each flow's code must be fetched
    (`flow.from_source`). Nothing is made when one of them cannot be. Awaitable in async code. Raises CannotDeploy, ImageFailed,
    and what the service says.
    """
    if in_async_code():
        return adeploy(  # type: ignore[return-value]  # what async code awaits
            *deployments, work_pool_name=work_pool_name, image=image, build=build, push=push,
            print_next_steps_message=print_next_steps_message, ignore_warnings=ignore_warnings,
        )  # fmt: skip
    starts_a_run()
    if not deployments:
        raise CannotDeploy(why="there are no deployments. Make some with `flow.to_deployment(...)`.")
    pool = pool_named(work_pool_name)
    if image is not None:
        _refuse_image(pool)
    for each in deployments:
        _refuse_unreachable(each, pool, has_image=image is not None)
    reference = None if image is None else _built(image, build=build, push=push)
    ids = [each.apply(work_pool_name=pool.name, image=reference) for each in deployments]
    if print_next_steps_message:
        say(deployments, pool)
    return ids


def deploy_one(deployment: RunnerDeployment, **options: Any) -> UUID:
    """Make one deployment, as `deploy` does; awaitable in async code."""
    if in_async_code():
        return _deploy_one(deployment, **options)  # type: ignore[return-value]  # what async code awaits
    return deploy(deployment, **options)[0]


async def _deploy_one(deployment: RunnerDeployment, **options: Any) -> UUID:
    return (await adeploy(deployment, **options))[0]


async def adeploy(
    *deployments: RunnerDeployment,
    work_pool_name: str | None = None,
    image: str | DockerImage | None = None,
    build: bool = True,
    push: bool = True,
    print_next_steps_message: bool = True,
    ignore_warnings: bool = False,
) -> list[UUID]:
    """Make several deployments; the async form of `deploy`."""
    return await asyncio.to_thread(
        deploy, *deployments, work_pool_name=work_pool_name, image=image, build=build, push=push,
        print_next_steps_message=print_next_steps_message, ignore_warnings=ignore_warnings,
    )  # fmt: skip


def pool_named(name: str | None) -> WorkPool:
    """Return the work pool of a name, by default that of the settings; raises CannotDeploy."""
    name = name or config.current().deployments.default_work_pool_name
    if not name:
        raise CannotDeploy(
            why="no work pool is named. Say which (work_pool_name=...), or set SEGUE_DEPLOYMENTS_DEFAULT_WORK_POOL_NAME."
        )
    try:
        return session().backend.call(POOL_READ, ByName(name))
    except NotFound:
        raise CannotDeploy(
            why=f"there is no work pool {name!r}. `segue work-pool create {name} --type process` makes one."
        ) from None


def takes_image(pool: WorkPool) -> bool:
    """Say whether runs of a pool are containers of an image that a deployment can choose."""
    variables = pool.base_job_template.get("variables")
    properties = variables.get("properties") if isinstance(variables, Mapping) else None
    return isinstance(properties, Mapping) and "image" in properties


def _refuse_image(pool: WorkPool) -> None:
    if not takes_image(pool):
        raise CannotDeploy(
            why=f"work pool {pool.name!r} is of type {pool.type!r}, whose runs have no image. Leave `image` out, and say where "
            "the code lies: flow.from_source(source=..., entrypoint=...).deploy(...)."
        )


def _refuse_unreachable(deployment: RunnerDeployment, pool: WorkPool, *, has_image: bool) -> None:
    """Raise CannotDeploy for a flow whose code no worker would find."""
    entrypoint = deployment.entrypoint
    if has_image or deployment.storage is not None:
        return
    if takes_image(pool) and deployment.job_variables.get("image"):
        return
    where = "its container" if takes_image(pool) else "the worker's machine"
    raise CannotDeploy(
        why=f"a worker would not find the code of {deployment.full_name} ({entrypoint}): either an image or a remote storage "
        f"location must be provided. Say where the code lies, and it is fetched to {where} for each run: "
        "flow.from_source(source=..., entrypoint='FILE.py:FUNCTION').deploy(...)."
    )


def _built(image: str | DockerImage, *, build: bool, push: bool) -> str:
    """Build and push an image as far as that is wanted; returns its name."""
    if isinstance(image, str):
        if not build:
            return image
        from segue.docker import DockerImage  # noqa: PLC0415 - a door: few deployments bring an image

        image = DockerImage(image)
    if build:
        image.build()
        if push:
            image.push()
    return image.reference


def say(deployments: Sequence[RunnerDeployment], pool: WorkPool) -> None:
    """Say what was deployed, and what comes next."""
    names = [each.full_name for each in deployments]
    for name in names:
        sys.stdout.write(f"Deployed {name} to work pool {pool.name}.\n")
    lines = [
        f"To have its runs started:  segue worker start --pool {pool.name!r}",
        f"To run it now:             segue deployment run {names[0]!r}",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
