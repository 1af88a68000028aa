from segue import flow, task
from segue.cache_policies import INPUTS
from segue.settings import (
    SEGUE_FLOWS_DEFAULT_RETRIES,
    SEGUE_LOGGING_LOG_PRINTS,
    SEGUE_RESULTS_PERSIST_BY_DEFAULT,
    SEGUE_TASKS_DEFAULT_RETRIES,
    SEGUE_TASKS_REFRESH_CACHE,
    get_current_settings,
    temporary_settings,
)

tries = []


def make():
    @task(cache_policy=INPUTS)
    def flaky(x: int) -> int:
        tries.append(x)
        if tries.count(x) == 1:
            raise OSError("first time")
        return x * 10

    @flow
    def main():
        print("body")
        return flaky(1, return_state=True).name, flaky.retries, main.retries

    return main


with temporary_settings(
    {SEGUE_TASKS_DEFAULT_RETRIES: 2, SEGUE_FLOWS_DEFAULT_RETRIES: 1, SEGUE_LOGGING_LOG_PRINTS: True}
):
    settings = get_current_settings()
    print(settings.tasks.default_retries, settings.flows.default_retries, settings.logging.log_prints)
    generous = make()
    print(generous())
print(generous())
with temporary_settings({SEGUE_TASKS_REFRESH_CACHE: True}):
    print(generous())
print(tries, get_current_settings().tasks.default_retries)
plain = make()
with temporary_settings({SEGUE_RESULTS_PERSIST_BY_DEFAULT: True}):
    print(plain()[1:], get_current_settings().results.persist_by_default)
