"""Typed input for running flows: what a paused run waits for, and messages between runs."""

from __future__ import annotations

from segue.input.actions import (
    acreate_flow_run_input,
    acreate_flow_run_input_from_model,
    adelete_flow_run_input,
    afilter_flow_run_input,
    aread_flow_run_input,
    create_flow_run_input,
    create_flow_run_input_from_model,
    delete_flow_run_input,
    filter_flow_run_input,
    read_flow_run_input,
)
from segue.input.keysets import Keyset, keyset_from_base_key, keyset_from_paused_state
from segue.input.receiving import GetInputHandler
from segue.input.run_input import RunInput, RunInputMetadata, asend_input, receive_input, send_input

__all__ = [
    "GetInputHandler", "Keyset", "RunInput", "RunInputMetadata", "acreate_flow_run_input", "acreate_flow_run_input_from_model",
    "adelete_flow_run_input", "afilter_flow_run_input", "aread_flow_run_input", "asend_input", "create_flow_run_input",
    "create_flow_run_input_from_model", "delete_flow_run_input", "filter_flow_run_input", "keyset_from_base_key",
    "keyset_from_paused_state", "read_flow_run_input", "receive_input", "send_input",
]  # fmt: skip
