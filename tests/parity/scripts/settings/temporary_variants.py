from segue import flow, task
from segue.settings import (
    SEGUE_API_URL, SEGUE_LOGGING_LEVEL, SEGUE_RESULTS_PERSIST_BY_DEFAULT, SEGUE_TASKS_DEFAULT_RETRIES, get_current_settings, temporary_settings,
)

print(SEGUE_LOGGING_LEVEL.value(), SEGUE_TASKS_DEFAULT_RETRIES.value(), SEGUE_RESULTS_PERSIST_BY_DEFAULT.value())
with temporary_settings({SEGUE_LOGGING_LEVEL: "ERROR", SEGUE_TASKS_DEFAULT_RETRIES: 2}) as changed:
    print(type(changed).__name__, SEGUE_LOGGING_LEVEL.value(), SEGUE_TASKS_DEFAULT_RETRIES.value())
    with temporary_settings(set_defaults={SEGUE_LOGGING_LEVEL: "DEBUG", SEGUE_RESULTS_PERSIST_BY_DEFAULT: True}):
        print(SEGUE_LOGGING_LEVEL.value(), SEGUE_RESULTS_PERSIST_BY_DEFAULT.value())
    with temporary_settings(restore_defaults={SEGUE_LOGGING_LEVEL}):
        print(SEGUE_LOGGING_LEVEL.value(), SEGUE_TASKS_DEFAULT_RETRIES.value())
    print(SEGUE_LOGGING_LEVEL.value())
print(SEGUE_LOGGING_LEVEL.value(), get_current_settings().logging.level)
try:
    with temporary_settings({SEGUE_LOGGING_LEVEL: "NOPE"}):
        print(SEGUE_LOGGING_LEVEL.value())
except ValueError:
    print("ValueError")
try:
    with temporary_settings({SEGUE_TASKS_DEFAULT_RETRIES: "3"}):
        print(repr(SEGUE_TASKS_DEFAULT_RETRIES.value()))
except Exception as error:
    print(type(error).__name__)
print(SEGUE_LOGGING_LEVEL.name, str(SEGUE_LOGGING_LEVEL.default()), SEGUE_LOGGING_LEVEL.value_type)
print(SEGUE_LOGGING_LEVEL == SEGUE_LOGGING_LEVEL, bool(SEGUE_RESULTS_PERSIST_BY_DEFAULT), repr(SEGUE_LOGGING_LEVEL)[:9])
print(get_current_settings().model_dump()["tasks"]["default_retries"])
print(get_current_settings().copy_with_update(updates={SEGUE_LOGGING_LEVEL: "ERROR"}).logging.level)
