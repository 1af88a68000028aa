"""Errors that carry their facts: an exception's docstring is its message, filled from its fields."""

from __future__ import annotations

from typing import ClassVar


class SegueError(Exception):
    """Something Segue can explain."""

    #: Stable code for programs, such as `run.illegal-move`.
    code: ClassVar[str] = "segue.error"
    #: HTTP status when the error crosses the API.
    status: ClassVar[int] = 400

    def __init__(self, message: str | None = None, **facts: object) -> None:
        self.facts = facts
        template = type(self).__doc__ or type(self).__name__
        super().__init__(message if message is not None else template.format(**facts) if facts else template)


class NotFound(SegueError):
    """There is no {kind} {id!r}."""

    code = "not-found"
    status = 404


class AlreadyExists(SegueError):
    """{kind} {id!r} exists already."""

    code = "already-exists"
    status = 409


class IllegalMove(SegueError):
    """This run cannot go from {before} to {after}."""

    code = "run.illegal-move"
    status = 409


class StaleFence(SegueError):
    """Another process has taken over this run (fence {given}, now {current}); nothing was written."""

    code = "run.stale-fence"
    status = 409


class Held(SegueError):
    """This run is held by process {pid} on {host}. Cancel it first, or wait for its end."""

    code = "run.held"
    status = 409


class Stopped(SegueError):
    """Flow run {name} does not begin: it is {state}."""

    code = "run.stopped"
    status = 409


class NotOver(SegueError):
    """Flow run {name} has not ended: it is {state}. What has not ended cannot run again."""

    code = "run.not-over"
    status = 409


class CalledByParent(SegueError):
    """Flow run {name} is a subflow, which its parent calls: retry flow run {root}."""

    code = "run.is-subflow"
    status = 409


class NoDeployment(SegueError):
    """Flow run {name} has no deployment, so nobody here knows its code. Where that lies, type `segue flow-run retry {id}`."""

    code = "run.no-deployment"
    status = 409


class ForeignTaskRun(SegueError):
    """Task run {task} ({id}) {home}, and flow run {run} cannot be done again from it: name one of its own."""

    code = "run.foreign-task-run"
    status = 422


class RetryRefused(SegueError):
    """Flow run {name} is not run again: {why}"""  # noqa: D400 - it ends with somebody else's words

    code = "run.retry-refused"
    status = 409


class InUse(SegueError):
    """The {what} is used by {users}; change or delete these first."""

    code = "in-use"
    status = 409


class BadRequest(SegueError):
    """The request is not valid."""

    code = "bad-request"
    status = 422


class RecordsMissing(BadRequest):
    """Records {first} to {last} of lease {lease} are missing."""

    code = "records.missing"


class TooLarge(SegueError):
    """{what} is {size:,} bytes; the limit is {limit:,}."""

    code = "too-large"
    status = 413


class Unauthorized(SegueError):
    """This server wants to know who asks. `segue login` signs in, or SEGUE_API_KEY says a key."""

    code = "unauthorized"
    status = 401


class Forbidden(SegueError):
    """This is not allowed."""

    code = "forbidden"
    status = 403


class StorageProblem(SegueError):
    """The database cannot be used."""

    code = "storage.problem"
    status = 503


class NotSound(StorageProblem):
    """The database is damaged."""

    code = "storage.not-sound"


class SecretKeyProblem(SegueError):
    """The keys of secrets cannot be used."""

    code = "secrets.key"
    status = 409


class NoSecrets(SecretKeyProblem):
    """There are no secrets, and no keys to rotate."""

    code = "secrets.none"
    status = 409
