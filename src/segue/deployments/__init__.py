"""Deployments: flows that others can start."""

from __future__ import annotations

from segue.deployments.runner import RunnerDeployment

__all__ = ["RunnerDeployment"]
