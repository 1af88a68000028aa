"""File systems as blocks: where results and code are kept, saved under a name, credentials encrypted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field, PrivateAttr, SecretStr, field_validator

from segue.blocks.core import Block
from segue.places import AtAddress, BothWays, InFolder, checked_address
from segue.places import NullFileSystem as NullFileSystem

#: What the engine does with a place, besides what users call; it happens for each result, and is not told.
_INNER = ("base", "resolve", "read", "write", "get", "put", "make")


class ReadableFileSystem(Block, ABC):
    """A block that files can be read from."""

    _block_schema_capabilities: ClassVar[list[str] | None] = ["read-path"]

    @abstractmethod
    def read_path(self, path: str) -> Any:
        """Return the bytes of a file, or an awaitable of them; raises when there is none."""


class WritableFileSystem(ReadableFileSystem, ABC):
    """A block that files can be read from and written to."""

    _block_schema_capabilities: ClassVar[list[str] | None] = ["read-path", "write-path"]

    @abstractmethod
    def write_path(self, path: str, content: bytes) -> Any:
        """Write a file whole, or return an awaitable that does."""


class ReadableDeploymentStorage(Block, ABC):
    """A block that a folder can be fetched from."""

    _block_schema_capabilities: ClassVar[list[str] | None] = ["get-directory"]

    @abstractmethod
    def get_directory(self, from_path: str | None = None, local_path: str | None = None) -> Any:
        """Copy a folder to this machine."""


class WritableDeploymentStorage(ReadableDeploymentStorage, ABC):
    """A block that a folder can be fetched from and put to."""

    _block_schema_capabilities: ClassVar[list[str] | None] = ["get-directory", "put-directory"]

    @abstractmethod
    def put_directory(
        self, local_path: str | None = None, to_path: str | None = None, ignore_file: str | None = None
    ) -> Any:
        """Copy a folder from this machine."""


class _Place(BothWays, WritableFileSystem, WritableDeploymentStorage, ABC):
    """A block of a place: what users call is told, once it is saved."""

    _events_excluded_methods: list[str] = PrivateAttr(default=[*_INNER])

    # Named here, so that calls are told.
    read_path = BothWays.read_path
    write_path = BothWays.write_path
    get_directory = BothWays.get_directory
    put_directory = BothWays.put_directory
    aread_path = BothWays.aread_path
    awrite_path = BothWays.awrite_path
    aget_directory = BothWays.aget_directory
    aput_directory = BothWays.aput_directory


class LocalFileSystem(InFolder, _Place):
    """A folder of this machine; nothing outside of it can be reached.

    Example:
        Load a folder and write a file:
        ```python
        from segue.filesystems import LocalFileSystem

        LocalFileSystem.load("BLOCK_NAME").write_path("notes.txt", b"hello")
        ```
    """

    _block_type_name = "Local File System"
    _block_type_slug = "local-file-system"

    basepath: str | None = Field(default=None, description="The folder; the working folder where none is given.")

    if TYPE_CHECKING:

        def __init__(self, *, basepath: str | Path | None = None) -> None: ...

    @field_validator("basepath", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        return str(value) if isinstance(value, Path) else value


class RemoteFileSystem(AtAddress, _Place):
    """A place that fsspec reaches, such as a bucket; its settings, which may be credentials, are encrypted when it is saved.

    Example:
        Load a place and read a file:
        ```python
        from segue.filesystems import RemoteFileSystem

        RemoteFileSystem.load("BLOCK_NAME").read_path("notes.txt")
        ```
    """

    _block_type_name = "Remote File System"
    _block_type_slug = "remote-file-system"
    _secret_fields: ClassVar[tuple[str, ...]] = ("settings.*",)
    _opened: Any = PrivateAttr(default=None)

    basepath: str = Field(description="The address, such as `s3://bucket/folder`.")
    settings: dict[str, Any] = Field(
        default_factory=dict, description="Options of fsspec's file system, credentials included.", repr=False
    )

    @field_validator("basepath")
    @classmethod
    def _elsewhere(cls, value: str) -> str:
        return checked_address(value)


class SMB(AtAddress, _Place):
    """A folder that a Windows or Samba server shares (`segue[smb]`); name and password are encrypted when it is saved.

    Example:
        Load a share and read a file:
        ```python
        from segue.filesystems import SMB

        SMB.load("BLOCK_NAME").read_path("notes.txt")
        ```
    """

    _block_type_name = "SMB"
    _block_type_slug = "smb"
    _opened: Any = PrivateAttr(default=None)

    share_path: str = Field(
        description="The share, and a folder in it: `/SHARE/FOLDER`.", examples=["/SHARE/dir/subdir"]
    )
    smb_host: str = Field(description="The server's name or address.")
    smb_username: SecretStr | None = Field(default=None, title="SMB Username", description="Who connects.")
    smb_password: SecretStr | None = Field(default=None, title="SMB Password", description="The password of that user.")
    smb_port: int | None = Field(
        default=None, title="SMB port", description="The server's port; 445 where none is given."
    )

    @field_validator("share_path")
    @classmethod
    def _of_a_share(cls, value: str) -> str:
        path = value.replace("\\", "/").strip("/")
        if not path or ".." in path.split("/"):
            raise ValueError(f"The share is written /SHARE or /SHARE/FOLDER. Got {value!r}.")
        return f"/{path}"

    def make(self, folder: str) -> None:
        """Make a folder, by its address, and those above it."""
        # This file system takes paths here, not addresses.
        self.filesystem.makedirs(urlsplit(folder).path, exist_ok=True)

    @property
    def basepath(self) -> str:  # type: ignore[override]  # follows from the fields
        """The address of the folder."""
        return f"smb://{self.smb_host.rstrip('/')}{self.share_path}"

    @property
    def settings(self) -> dict[str, Any]:  # type: ignore[override]  # the same
        """What fsspec's file system is given."""
        given = {
            "host": self.smb_host, "username": self.smb_username, "password": self.smb_password, "port": self.smb_port,
        }  # fmt: skip
        return {key: value for key, value in given.items() if value is not None}
