"""The transaction that the running code is in; apart from `segue.transactions`, so that looking costs a task nothing."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segue.transaction_life import BaseTransaction

#: The innermost transaction entered with `with transaction()`; those of task runs hang on the run itself.
current_transaction: ContextVar[BaseTransaction | None] = ContextVar("segue_transaction", default=None)
#: Under this name a task run's transaction stands in `TaskLife.extra`.
KEY = "transaction"
