"""Deployments: flows that others can start."""

from __future__ import annotations

from segue.deployments.deploying import adeploy, deploy
from segue.deployments.flow_runs import arun_deployment, run_deployment
from segue.deployments.runner import EntrypointType, RunnerDeployment

__all__ = ["EntrypointType", "RunnerDeployment", "adeploy", "arun_deployment", "deploy", "run_deployment"]
