import segue
import segue.artifacts
import segue.cache_policies
import segue.client.schemas.objects
import segue.context
import segue.exceptions
import segue.flow_runs
import segue.futures
import segue.logging
import segue.results
import segue.runtime
import segue.states
import segue.task_runners
import segue.tasks
import segue.transactions
import segue.utilities.annotations
import segue.variables

ROOT = """Flow State Task Transaction allow_failure apause_flow_run aresume_flow_run flow get_client get_run_logger
pause_flow_run resume_flow_run tags task unmapped"""
print([name for name in ROOT.split() if name not in segue.__all__ or not hasattr(segue, name)])
for module, names in {
    segue.flows: "Flow flow",
    segue.tasks: "Task task exponential_backoff task_input_hash",
    segue.futures: "SegueFuture SegueFutureList as_completed wait resolve_futures_to_states",
    segue.states: "State Completed Failed Running StateGroup raise_state_exception",
    segue.context: "FlowRunContext TaskRunContext TagsContext SettingsContext get_run_context get_settings_context tags",
    segue.task_runners: "TaskRunner ThreadPoolTaskRunner ProcessPoolTaskRunner ConcurrentTaskRunner",
    segue.utilities.annotations: "unmapped allow_failure quote BaseAnnotation NotSet freeze",
    segue.client.schemas.objects: "State StateType StateDetails FlowRun TaskRun Flow Log TERMINAL_STATES",
    segue.logging: "get_run_logger get_logger disable_run_logger",
    segue.flow_runs: "pause_flow_run resume_flow_run suspend_flow_run wait_for_flow_run",
    segue.results: "ResultStore ResultRecord get_result_store",
    segue.transactions: "Transaction transaction CommitMode IsolationLevel get_transaction",
}.items():
    print(module.__name__, [name for name in names.split() if not hasattr(module, name)])
