import asyncio

from segue import flow, get_run_logger, task
from segue.client.orchestration import get_client
from segue.client.schemas.filters import LogFilter, LogFilterFlowRunId, LogFilterLevel, LogFilterTaskRunId
from segue.client.schemas.sorting import LogSort


@task(log_prints=True)
def work(x):
    print("printed", x)
    get_run_logger().warning("warned %s", x)


@flow(log_prints=True)
def main():
    print("flow", 1, sep="-")
    get_run_logger().error("bad")
    get_run_logger().debug("hidden")
    work(3)


state = main(return_state=True)


async def read():
    async with get_client() as client:
        run = state.state_details.flow_run_id
        for _ in range(100):
            logs = await client.read_logs(LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run])), sort=LogSort.TIMESTAMP_ASC)
            if any("Finished in state" in log.message and log.name == "segue.flow_runs" for log in logs):
                break
            await asyncio.sleep(0.2)
        mine = [(log.name, log.level, log.message) for log in logs if "Beginning" not in log.message and "View" not in log.message and "Finished" not in log.message]
        for each in mine:
            print(each)
        high = await client.read_logs(LogFilter(flow_run_id={"any_": [run]}, level=LogFilterLevel(ge_=30)))
        print(len([each for each in high]), len(await client.read_logs(LogFilter(flow_run_id={"any_": [run]}), limit=2)))
        low = await client.read_logs(LogFilter(flow_run_id={"any_": [run]}, level=LogFilterLevel(le_=20)), sort="TIMESTAMP_DESC")
        print(all(log.level <= 20 for log in low))


asyncio.run(read())
