import os

from segue.settings import (
    SEGUE_API_URL, SEGUE_HOME, SEGUE_LOGGING_LEVEL, SEGUE_RESULTS_PERSIST_BY_DEFAULT, SEGUE_TASKS_DEFAULT_RETRIES, get_current_settings, temporary_settings,
)

print(SEGUE_TASKS_DEFAULT_RETRIES.value(), SEGUE_RESULTS_PERSIST_BY_DEFAULT.value(), SEGUE_LOGGING_LEVEL.value())
with temporary_settings({SEGUE_TASKS_DEFAULT_RETRIES: 5, SEGUE_LOGGING_LEVEL: "ERROR"}) as new:
    print(SEGUE_TASKS_DEFAULT_RETRIES.value(), get_current_settings().tasks.default_retries, SEGUE_LOGGING_LEVEL.value())
    with temporary_settings({SEGUE_TASKS_DEFAULT_RETRIES: 7}):
        print(SEGUE_TASKS_DEFAULT_RETRIES.value(), SEGUE_LOGGING_LEVEL.value())
    with temporary_settings(restore_defaults={SEGUE_TASKS_DEFAULT_RETRIES}):
        print(SEGUE_TASKS_DEFAULT_RETRIES.value())
    with temporary_settings(set_defaults={SEGUE_TASKS_DEFAULT_RETRIES: 9}):
        print(SEGUE_TASKS_DEFAULT_RETRIES.value())
print(SEGUE_TASKS_DEFAULT_RETRIES.value())
os.environ["SEGUE_TASKS_DEFAULT_RETRIES"] = "4"
print(SEGUE_TASKS_DEFAULT_RETRIES.value())
print(SEGUE_TASKS_DEFAULT_RETRIES.name, SEGUE_HOME.value().name)
settings = get_current_settings()
print(settings.flows.default_retries, settings.tasks.runner.thread_pool_max_workers, settings.results.default_serializer, settings.results.persist_by_default)
