"""Names of results and schemas where users import them from."""

import asyncio

from segue.client.schemas import BlockDocument, BlockSchema, BlockType, FlowRunPolicy, StateType, TaskRunPolicy
from segue.results import DEFAULT_STORAGE_KEY_FN, aget_default_result_storage
from segue.runner import Runner
from segue.settings.context import get_current_settings, temporary_settings
from segue.settings.models.root import Settings
from segue.states import Completed, Failed, StateGroup, StateType as SameType

print(FlowRunPolicy().retries, TaskRunPolicy(retries=2).retries, StateType is SameType)
print([each.__name__ for each in (BlockDocument, BlockSchema, BlockType)])
print(len(DEFAULT_STORAGE_KEY_FN()), type(asyncio.run(aget_default_result_storage())).__name__)
print(isinstance(get_current_settings(), Settings), callable(temporary_settings))
print(StateGroup([Completed(), Failed()]), Runner(name="mine").name, Runner(name="mine").started)
