"""Steps of `segue.yaml`, for programs of one's own: each does in the working folder what the step of its name does."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from segue import own_steps
from segue.pulling import PullFailed, StepFailed


def _here(step: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(step)
    def called(*args: Any, **inputs: Any) -> Any:
        return step(Path.cwd(), *args, **inputs)

    return called


set_working_directory = _here(own_steps.set_working_directory)
git_clone = _here(own_steps.git_clone)
pull_from_remote_storage = _here(own_steps.pull_from_remote_storage)
pull_with_block = _here(own_steps.pull_with_block)
push_to_remote_storage = _here(own_steps.push_to_remote_storage)
run_shell_script = _here(own_steps.run_shell_script)
pip_install_requirements = _here(own_steps.pip_install_requirements)

__all__ = [
    "PullFailed", "StepFailed", "git_clone", "pip_install_requirements", "pull_from_remote_storage", "pull_with_block",
    "push_to_remote_storage", "run_shell_script", "set_working_directory",
]  # fmt: skip
