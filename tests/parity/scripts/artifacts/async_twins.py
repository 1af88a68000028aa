"""The async twins do the same, also inside async tasks."""

import asyncio

from segue import flow, get_client, task
from segue.artifacts import (
    Artifact,
    acreate_link_artifact,
    acreate_markdown_artifact,
    acreate_progress_artifact,
    acreate_table_artifact,
    aupdate_progress_artifact,
)


@task
async def report(name):
    return await acreate_markdown_artifact(f"about {name}", key=f"about-{name}")


@flow
async def pipeline():
    await asyncio.gather(report("a"), report("b"))
    made = await acreate_progress_artifact(1.0, key="p")
    await aupdate_progress_artifact(made, 2.0)
    await acreate_table_artifact([{"x": 1}], key="t")
    await acreate_link_artifact("http://l", key="l")
    return (await Artifact.aget("about-a")).data


async def main():
    print(await pipeline())
    async with get_client() as client:
        artifacts = await client.read_artifacts()
        print(
            sorted((artifact.key, artifact.type, str(artifact.data)) for artifact in artifacts if artifact.key != "p")
        )
        print([float(artifact.data) for artifact in artifacts if artifact.key == "p"])


asyncio.run(main())
