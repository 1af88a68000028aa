"""The setting turns persistence on for flows and tasks that leave it open."""

from segue import flow, get_client, task
from segue.results import get_default_persist_setting, get_default_persist_setting_for_tasks, should_persist_result
from segue.settings import SEGUE_RESULTS_PERSIST_BY_DEFAULT, SEGUE_TASKS_DEFAULT_PERSIST_RESULT, temporary_settings


@task
def probe():
    return should_persist_result()


@flow
def asks():
    return should_persist_result(), probe()


print("default", get_default_persist_setting(), asks())
with temporary_settings({SEGUE_RESULTS_PERSIST_BY_DEFAULT: True}):
    print("on", get_default_persist_setting(), asks())
    state = asks(return_state=True)
    with get_client(sync_client=True) as client:
        print("read back", client.read_flow_run(state.state_details.flow_run_id).state.result())
with temporary_settings({SEGUE_TASKS_DEFAULT_PERSIST_RESULT: True}):
    print("tasks only", get_default_persist_setting_for_tasks(), asks())
