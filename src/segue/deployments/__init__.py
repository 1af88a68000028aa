"""Deployments: flows that others can start."""

from __future__ import annotations

from segue.deployments.flow_runs import arun_deployment, run_deployment
from segue.deployments.runner import RunnerDeployment

__all__ = ["RunnerDeployment", "arun_deployment", "run_deployment"]
