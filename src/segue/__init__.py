"""Segue: ordinary Python functions as observed, recoverable workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from segue.client.orchestration import get_client as get_client
    from segue.context import tags as tags
    from segue.deployments.deploying import deploy as deploy
    from segue.flow_runs import apause_flow_run as apause_flow_run
    from segue.flow_runs import aresume_flow_run as aresume_flow_run
    from segue.flow_runs import asuspend_flow_run as asuspend_flow_run
    from segue.flow_runs import pause_flow_run as pause_flow_run
    from segue.flow_runs import resume_flow_run as resume_flow_run
    from segue.flow_runs import suspend_flow_run as suspend_flow_run
    from segue.flows import Flow as Flow
    from segue.flows import flow as flow
    from segue.logging import get_run_logger as get_run_logger
    from segue.serving import aserve as aserve
    from segue.serving import serve as serve
    from segue.states import State as State
    from segue.tasks import Task as Task
    from segue.tasks import task as task
    from segue.transactions import Transaction as Transaction
    from segue.utilities.annotations import allow_failure as allow_failure
    from segue.utilities.annotations import unmapped as unmapped

from segue import light_import as light_import
from segue.lazy_names import PLACES, load

__version__ = "0.1.0"
__all__ = list(PLACES)  # pyright: ignore[reportUnsupportedDunderAll] - the table of doors says it all


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used (PEP 562), so that an import of the package stays light."""
    return load(name, globals())
