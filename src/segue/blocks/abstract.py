"""What blocks of one kind have in common, so that code can take any of them."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Generic, TypeAlias, TypeVar

from pydantic import PrivateAttr

from segue.blocks.core import Block
from segue.exceptions import MissingContextError
from segue.logging.loggers import get_logger, get_run_logger

T = TypeVar("T")
Logger: TypeAlias = "logging.Logger | logging.LoggerAdapter[logging.Logger]"


def _logger(of: object) -> Logger:
    """The run's logger, or the class's where there is no run."""
    try:
        return get_run_logger()
    except MissingContextError:
        return get_logger(type(of).__name__)


class CredentialsBlock(Block, ABC):
    """Credentials, from which a client is made."""

    @property
    def logger(self) -> Logger:
        """The logger of the run that uses the block, or of the class outside runs."""
        return _logger(self)

    @abstractmethod
    def get_client(self, *args: Any, **kwargs: Any) -> Any:
        """Return a client that is logged in."""


class NotificationError(Exception):
    """A notification could not be sent; `log` says what the other side answered."""

    def __init__(self, log: str) -> None:
        self.log = log
        super().__init__(log)


class NotificationBlock(Block, ABC):
    """A way to tell people something."""

    _block_schema_capabilities: ClassVar[list[str] | None] = ["notify"]

    _raise_on_failure: bool = PrivateAttr(default=False)
    _events_excluded_methods: list[str] = PrivateAttr(default=["raise_on_failure"])

    @property
    def logger(self) -> Logger:
        """The logger of the run that uses the block, or of the class outside runs."""
        return _logger(self)

    @abstractmethod
    def notify(self, body: str, subject: str | None = None) -> Any:
        """Send a notification, or return an awaitable that does."""

    @contextmanager
    def raise_on_failure(self) -> Iterator[None]:
        """Let failures to notify be raised within a `with` block, where otherwise they may only be logged."""
        before, self._raise_on_failure = self._raise_on_failure, True
        try:
            yield
        finally:
            self._raise_on_failure = before


class JobRun(ABC, Generic[T]):
    """One run of a job elsewhere."""

    @property
    def logger(self) -> Logger:
        """The logger of the run that started the job, or of the class outside runs."""
        return _logger(self)

    @abstractmethod
    def wait_for_completion(self) -> Any:
        """Return when the job is over, or an awaitable that does."""

    @abstractmethod
    def fetch_result(self) -> Any:
        """Return the job's result, or an awaitable of it."""


class JobBlock(Block, ABC):
    """A job elsewhere that can be started."""

    @property
    def logger(self) -> Logger:
        """The logger of the run that uses the block, or of the class outside runs."""
        return _logger(self)

    @abstractmethod
    def trigger(self) -> Any:
        """Start the job and return its `JobRun`, or an awaitable of it."""


class DatabaseBlock(Block, ABC):
    """A database, asked by statements; a context manager where its connection is worth keeping."""

    @property
    def logger(self) -> Logger:
        """The logger of the run that uses the block, or of the class outside runs."""
        return _logger(self)

    @abstractmethod
    def fetch_one(self, operation: str, parameters: dict[str, Any] | None = None, **execution_kwargs: Any) -> Any:
        """Return one row."""

    @abstractmethod
    def fetch_many(
        self, operation: str, parameters: dict[str, Any] | None = None, size: int | None = None, **execution_kwargs: Any
    ) -> Any:
        """Return so many rows."""

    @abstractmethod
    def fetch_all(self, operation: str, parameters: dict[str, Any] | None = None, **execution_kwargs: Any) -> Any:
        """Return all rows."""

    @abstractmethod
    def execute(self, operation: str, parameters: dict[str, Any] | None = None, **execution_kwargs: Any) -> Any:
        """Run a statement that has no rows."""

    @abstractmethod
    def execute_many(self, operation: str, seq_of_parameters: list[dict[str, Any]], **execution_kwargs: Any) -> Any:
        """Run a statement once for each set of parameters."""

    async def __aenter__(self) -> Any:
        """Open the connection; for subclasses that can."""
        raise NotImplementedError(f"{type(self).__name__} does not support async context management.")

    async def __aexit__(self, *args: object) -> None:
        """Close the connection."""
        raise NotImplementedError(f"{type(self).__name__} does not support async context management.")

    def __enter__(self) -> Any:
        """Open the connection; for subclasses that can."""
        raise NotImplementedError(f"{type(self).__name__} does not support context management.")

    def __exit__(self, *args: object) -> None:
        """Close the connection."""
        raise NotImplementedError(f"{type(self).__name__} does not support context management.")


class ObjectStorageBlock(Block, ABC):
    """A store of objects, such as a bucket."""

    @property
    def logger(self) -> Logger:
        """The logger of the run that uses the block, or of the class outside runs."""
        return _logger(self)

    @abstractmethod
    def download_object_to_path(self, from_path: str, to_path: str | Path, **download_kwargs: Any) -> Any:
        """Fetch an object into a file."""

    @abstractmethod
    def download_object_to_file_object(self, from_path: str, to_file_object: BinaryIO, **download_kwargs: Any) -> Any:
        """Fetch an object into an open file."""

    @abstractmethod
    def download_folder_to_path(self, from_folder: str, to_folder: str | Path, **download_kwargs: Any) -> Any:
        """Fetch the objects below a prefix into a folder."""

    @abstractmethod
    def upload_from_path(self, from_path: str | Path, to_path: str, **upload_kwargs: Any) -> Any:
        """Put a file."""

    @abstractmethod
    def upload_from_file_object(self, from_file_object: BinaryIO, to_path: str, **upload_kwargs: Any) -> Any:
        """Put what an open file holds."""

    @abstractmethod
    def upload_from_folder(self, from_folder: str | Path, to_folder: str, **upload_kwargs: Any) -> Any:
        """Put the files of a folder."""


class SecretBlock(Block, ABC):
    """A secret that is kept elsewhere, such as in a cloud's own store of secrets."""

    @property
    def logger(self) -> Logger:
        """The logger of the run that uses the block, or of the class outside runs."""
        return _logger(self)

    @abstractmethod
    def read_secret(self) -> Any:
        """Return the secret's bytes, or an awaitable of them."""

    @abstractmethod
    def write_secret(self, secret_data: bytes) -> Any:
        """Write the secret and return where it is, or an awaitable of that."""
