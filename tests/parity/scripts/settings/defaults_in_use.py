"""Settings give tasks and flows their defaults when they are made or run."""

from segue import flow, task
from segue.settings import (
    SEGUE_FLOW_DEFAULT_RETRIES,
    SEGUE_TASK_DEFAULT_RETRIES,
    SEGUE_TASK_DEFAULT_RETRY_DELAY_SECONDS,
    temporary_settings,
)

changes = {
    SEGUE_TASK_DEFAULT_RETRIES: 3,
    SEGUE_TASK_DEFAULT_RETRY_DELAY_SECONDS: 0,
    SEGUE_FLOW_DEFAULT_RETRIES: 1,
}
with temporary_settings(changes):

    @task
    def work():
        return 1

    @task(retries=0)
    def stubborn():
        return 1

    @flow
    def pipeline():
        return 1


@task
def later():
    return 1


print(work.retries, work.retry_delay_seconds, stubborn.retries, pipeline.retries, later.retries)
