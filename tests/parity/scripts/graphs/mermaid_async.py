import asyncio
import warnings

from segue import flow, task

warnings.simplefilter("ignore")


@task
async def first():
    print("never")


@task
async def second(x):
    print("never")


@task
def third(*values, **named):
    print("never")


@flow
async def pipeline():
    a = await first()
    b = await second(a)
    third(a, b)
    third(x=b)


async def main():
    print(await pipeline.agenerate_mermaid_graph())
    print(pipeline.generate_mermaid_graph())


asyncio.run(main())
print(pipeline.generate_mermaid_graph())
