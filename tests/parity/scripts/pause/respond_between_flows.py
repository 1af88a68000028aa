"""One flow asks, another answers to the run that asked."""

import asyncio

from segue import flow
from segue.input import RunInput
from segue.runtime import flow_run


class Question(RunInput):
    text: str


class Answer(RunInput):
    text: str


@flow
async def oracle(ready):
    ready.set_result(flow_run.id)
    async for question in Question.receive(timeout=60, poll_interval=0.1):
        await question.respond(Answer(text=question.text.upper()))
        return question.metadata.sender.startswith("segue.flow-run.")


@flow
async def asker(oracle_id):
    await Question(text="why").send_to(oracle_id)
    async for answer in Answer.receive(timeout=60, poll_interval=0.1):
        return answer.text


async def main():
    ready = asyncio.get_running_loop().create_future()
    served = asyncio.create_task(oracle.with_options(validate_parameters=False)(ready))
    print(await asker(await ready))
    print(await served)


asyncio.run(main())
