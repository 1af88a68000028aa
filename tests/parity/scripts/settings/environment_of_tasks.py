import os

os.environ["SEGUE_RESULTS_PERSIST_BY_DEFAULT"] = "true"
os.environ["SEGUE_TASKS_RUNNER_THREAD_POOL_MAX_WORKERS"] = "2"
os.environ["SEGUE_LOGGING_LOG_PRINTS"] = "true"
os.environ["SEGUE_RESULTS_DEFAULT_SERIALIZER"] = "json"

from segue import flow, task
from segue.results import get_result_store
from segue.settings import get_current_settings


@task
def step():
    return (1, 2)


@flow
def main():
    print("captured")
    state = step(return_state=True)
    return type(get_result_store().serializer).__name__, state.name


print(main(), main.task_runner == type(main.task_runner)(max_workers=2))
settings = get_current_settings()
print(settings.results.persist_by_default, settings.tasks.runner.thread_pool_max_workers, settings.logging.log_prints)
