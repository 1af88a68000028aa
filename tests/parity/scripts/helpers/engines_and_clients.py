"""Flows and tasks run by the engines' functions, and functions that are given a client."""

import asyncio

from segue import flow, get_client, task
from segue.client.utilities import client_injector, get_or_create_client, inject_client
from segue.flow_engine import run_flow, run_flow_async, run_flow_sync
from segue.task_engine import run_task, run_task_async, run_task_sync


@task
def add(x, y=1):
    return x + y


@task
async def double(x):
    return x * 2


@flow
def sums(x, *more, **named):
    return add(x), more, named


@flow
async def doubles(x):
    return await double(x)


@flow
def fails():
    raise KeyError("k")


@flow
def outer():
    return run_task(add, parameters={"x": 10}), run_flow(sums, parameters={"x": 7})


@inject_client
async def runs(client=None):
    return type(client).__name__, len(await client.read_flow_runs())


@client_injector
async def first(client, x):
    return type(client).__name__, x


async def with_client():
    async with get_client() as client:
        given, inferred = get_or_create_client(client)
        return await runs(client=client), given is client, inferred


print(run_flow(sums, parameters={"x": 1}), run_flow_sync(sums, parameters={"x": 1, "more": (2, 3), "named": {"z": 4}}))
state = run_flow(sums, parameters={"x": 1}, return_type="state")
print(state.name, state.result(), run_flow(fails, return_type="state").name)
print(asyncio.run(run_flow(doubles, parameters={"x": 4})), asyncio.run(run_flow_async(doubles, parameters={"x": 5})))
print(run_task(add, parameters={"x": 1}), run_task_sync(add, parameters={"x": 1, "y": 4}))
print(asyncio.run(run_task_async(double, parameters={"x": 4})), run_task(add, parameters={"x": 1}, return_type="state").name)
try:
    run_flow(fails)
except KeyError as error:
    print("KeyError", error)
print(outer())
name, count = asyncio.run(runs())
print(name, count, asyncio.run(first(4)), asyncio.run(with_client()))
