"""Temporary settings hold inside the block, nest, and are undone after an error."""

from segue.settings import (
    SEGUE_LOGGING_LEVEL,
    SEGUE_RESULTS_PERSIST_BY_DEFAULT,
    SEGUE_TASK_DEFAULT_RETRIES,
    get_current_settings,
    temporary_settings,
)

print(SEGUE_RESULTS_PERSIST_BY_DEFAULT.value(), SEGUE_TASK_DEFAULT_RETRIES.value())
with temporary_settings({SEGUE_RESULTS_PERSIST_BY_DEFAULT: True, SEGUE_TASK_DEFAULT_RETRIES: 2}) as settings:
    print(settings.results.persist_by_default, get_current_settings().tasks.default_retries)
    with temporary_settings(updates={SEGUE_TASK_DEFAULT_RETRIES: 5}):
        print(SEGUE_TASK_DEFAULT_RETRIES.value(), SEGUE_RESULTS_PERSIST_BY_DEFAULT.value())
    with temporary_settings(restore_defaults={SEGUE_TASK_DEFAULT_RETRIES}):
        print(SEGUE_TASK_DEFAULT_RETRIES.value())
    print(SEGUE_TASK_DEFAULT_RETRIES.value())
try:
    with temporary_settings({SEGUE_LOGGING_LEVEL: "ERROR"}):
        print(SEGUE_LOGGING_LEVEL.value())
        raise RuntimeError("stop")
except RuntimeError:
    print(SEGUE_LOGGING_LEVEL.value(), SEGUE_RESULTS_PERSIST_BY_DEFAULT.value())
