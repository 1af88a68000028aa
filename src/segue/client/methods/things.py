"""Artifacts, variables, and the inputs of flow runs."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from msgspec import UNSET

from segue.client.listings import ARTIFACTS, LATEST_ARTIFACTS, VARIABLES
from segue.client.methods.calls import Calls, id_text
from segue.client.methods.scope import by_flow_runs, by_task_runs
from segue.client.schemas.actions import ArtifactCreate, ArtifactUpdate, VariableCreate, VariableUpdate
from segue.client.schemas.filters import (
    ArtifactCollectionFilter,
    ArtifactFilter,
    FlowRunFilter,
    TaskRunFilter,
    VariableFilter,
)
from segue.client.schemas.objects import Artifact, ArtifactCollection, FlowRunInput, Variable
from segue.client.schemas.sorting import ArtifactCollectionSort, ArtifactSort, VariableSort
from segue.client.search import Wire, count, find
from segue.exceptions import ObjectNotFound
from segue.host.ids import new_id
from segue.wire import operations as op
from segue.wire.queries import NewArtifact
from segue.wire.requests import ById, ByName, InputKey, InputQuery, PutInput, SetVariable


class ArtifactMethods(Calls):
    """What can be done with artifacts."""

    def create_artifact(self, artifact: ArtifactCreate) -> Artifact:
        """Leave an artifact; the same key again makes a new version."""
        return self._put_artifact(new_id(), artifact)

    def _put_artifact(self, id: str, artifact: ArtifactCreate | Artifact) -> Artifact:
        flow_run, task_run = artifact.flow_run_id, artifact.task_run_id
        new = NewArtifact(
            id=id, type=artifact.type or "unknown", data=artifact.data, key=artifact.key, description=artifact.description,
            flow_run_id=str(flow_run) if flow_run is not None else None,
            task_run_id=str(task_run) if task_run is not None else None,
        )  # fmt: skip
        return Artifact.of(self._call(op.ARTIFACT_PUT, new))

    def update_artifact(self, artifact_id: UUID | str, artifact: ArtifactUpdate) -> None:
        """Give an artifact new data or another description; raises ObjectNotFound."""
        now = Artifact.of(self._call(op.ARTIFACT_READ, ById(id_text(artifact_id))))
        if artifact.data is not UNSET:
            now.data = artifact.data
        if artifact.description is not UNSET:
            now.description = artifact.description
        self._put_artifact(id_text(artifact_id), now)

    def read_artifacts(
        self,
        *,
        artifact_filter: ArtifactFilter | None = None,
        flow_run_filter: FlowRunFilter | None = None,
        task_run_filter: TaskRunFilter | None = None,
        sort: ArtifactSort | str | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Artifact]:
        """Return the artifacts that every filter means, newest first unless `sort` says otherwise; 200 without a `limit`."""
        return find(
            self._reading(), ARTIFACTS, artifact_filter, sort=ArtifactSort(sort or ArtifactSort.ID_DESC).value, limit=limit,
            offset=offset, extra=self._left_by(flow_run_filter, task_run_filter),
        )  # fmt: skip

    def read_latest_artifacts(
        self,
        *,
        artifact_filter: ArtifactCollectionFilter | None = None,
        flow_run_filter: FlowRunFilter | None = None,
        task_run_filter: TaskRunFilter | None = None,
        sort: ArtifactCollectionSort | str | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[ArtifactCollection]:
        """Return the newest version of each key that every filter means."""
        return find(
            self._reading(), LATEST_ARTIFACTS, artifact_filter,
            sort=ArtifactCollectionSort(sort or ArtifactCollectionSort.ID_DESC).value, limit=limit, offset=offset,
            extra={**self._left_by(flow_run_filter, task_run_filter), "latest": True},
        )  # fmt: skip

    def count_artifacts(self, *, artifact_filter: ArtifactFilter | None = None) -> int:
        """Return how many artifacts a filter means."""
        return count(self._reading(), ARTIFACTS, artifact_filter)

    def _left_by(self, flow_runs: FlowRunFilter | None, task_runs: TaskRunFilter | None) -> Wire:
        extra: Wire = {}
        by_flow_runs(self._reading(), extra, "flow_run_ids", flow_runs=flow_runs)
        by_task_runs(self._reading(), extra, "task_run_ids", task_runs, own=True)
        return extra

    def delete_artifact(self, artifact_id: UUID | str) -> None:
        """Delete an artifact; raises ObjectNotFound."""
        self._call(op.ARTIFACT_DELETE, ById(id_text(artifact_id)))


class VariableMethods(Calls):
    """What can be done with variables."""

    def create_variable(self, variable: VariableCreate) -> Variable:
        """Make a variable; raises ObjectAlreadyExists."""
        return self._set_variable(variable.name, variable.value, variable.tags, overwrite=False)

    def read_variable_by_name(self, name: str) -> Variable | None:
        """Return a variable, or None when there is none of this name."""
        try:
            return Variable.of(self._call(op.VARIABLE_READ, ByName(name)))
        except ObjectNotFound:
            return None

    def read_variables(
        self,
        limit: int | None = None,
        *,
        variable_filter: VariableFilter | None = None,
        sort: VariableSort | str | None = None,
        offset: int = 0,
    ) -> list[Variable]:
        """Return variables, by name unless `sort` says otherwise; 200 without a `limit`."""
        order = VariableSort(sort or VariableSort.NAME_ASC).value
        return find(self._reading(), VARIABLES, variable_filter, sort=order, limit=limit, offset=offset)

    def update_variable(self, variable: VariableUpdate) -> None:
        """Give a variable a new value; raises ObjectNotFound."""
        now = self._call(op.VARIABLE_READ, ByName(variable.name))
        tags = variable.tags if variable.tags is not None else now.tags
        self._set_variable(variable.name, variable.value, tags, overwrite=True)

    def _set_variable(self, name: str, value: object, tags: list[str] | None, *, overwrite: bool) -> Variable:
        request = SetVariable(id=new_id(), name=name, value=value, tags=tags or [], overwrite=overwrite)
        return Variable.of(self._call(op.VARIABLE_SET, request))

    def delete_variable_by_name(self, name: str) -> None:
        """Delete a variable; raises ObjectNotFound."""
        self._call(op.VARIABLE_DELETE, ByName(name))


class InputMethods(Calls):
    """What can be done with the values sent to flow runs; a value is JSON text."""

    def create_flow_run_input(self, flow_run_id: UUID | str, key: str, value: str, sender: str | None = None) -> None:
        """Send a value under a key that is not taken; raises ObjectAlreadyExists."""
        self._call(op.INPUT_PUT, PutInput(flow_run_id=id_text(flow_run_id), key=key, value=value, sender=sender))

    def filter_flow_run_input(
        self, flow_run_id: UUID | str, key_prefix: str, limit: int, exclude_keys: Iterable[str]
    ) -> list[FlowRunInput]:
        """Return the values whose key begins with a prefix, oldest first."""
        query = InputQuery(
            flow_run_id=id_text(flow_run_id), prefix=key_prefix, exclude=sorted(exclude_keys), limit=limit
        )
        return [FlowRunInput.of(sent) for sent in self._call(op.INPUT_LIST, query).items]

    def read_flow_run_input(self, flow_run_id: UUID | str, key: str) -> str:
        """Return the value sent under a key; raises ObjectNotFound."""
        others: list[str] = []
        while True:
            found = self.filter_flow_run_input(flow_run_id, key, 50, others)
            for sent in found:
                if sent.key == key:
                    return sent.value
            if not found:
                raise ObjectNotFound(help_message=f"Nothing was sent to flow run {flow_run_id} under {key!r}.")
            others += [sent.key for sent in found]

    def delete_flow_run_input(self, flow_run_id: UUID | str, key: str) -> None:
        """Delete the value sent under a key; raises ObjectNotFound."""
        self._call(op.INPUT_DELETE, InputKey(flow_run_id=id_text(flow_run_id), key=key))
