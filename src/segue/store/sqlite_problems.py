"""What may be wrong with a SQLite file or its disk, in sentences for a person."""

from __future__ import annotations

import apsw

from segue.model.errors import NotSound, StorageProblem

#: What says that the file or its disk fails, and not the statement.
_UNUSABLE = (
    apsw.FullError,
    apsw.IOError,
    apsw.ReadOnlyError,
    apsw.PermissionsError,
    apsw.CantOpenError,
    apsw.BusyError,
    apsw.LockedError,
    apsw.NotADBError,
    apsw.CorruptError,
    apsw.NoMemError,
    apsw.ConnectionClosedError,
    apsw.ThreadingViolationError,
)


def explained(problem: BaseException, address: str) -> StorageProblem | None:
    """Return the sentence for a database that cannot be used; None when the problem is a statement's own."""
    if isinstance(problem, StorageProblem):
        return problem
    return storage_problem(problem, address) if isinstance(problem, _UNUSABLE) else None


def storage_problem(problem: BaseException, address: str) -> StorageProblem:
    """Return the sentence a person needs: which file, what is wrong with it, what to do."""
    match problem:
        case StorageProblem():
            return problem
        case apsw.FullError():
            text = (
                f"The disk that holds the database {address} is full. Free some space; nothing recorded so far is lost."
            )
        case apsw.ReadOnlyError() | apsw.PermissionsError() | PermissionError():
            text = f"The database {address} cannot be written: {problem}. Check the permissions of the file and its folder."
        case apsw.CantOpenError() | FileNotFoundError() | NotADirectoryError():
            text = (
                f"The database {address} cannot be opened: {problem}. Check that the folder exists and can be written."
            )
        case apsw.ConnectionClosedError() | apsw.ThreadingViolationError():
            text = f"The database {address} was closed by this process."
        case apsw.BusyError() | apsw.LockedError():
            text = f"The database {address} is locked by another program; close it and try again."
        case apsw.NotADBError() | apsw.CorruptError():
            return NotSound(
                f"The file {address} is not a sound SQLite database: {problem}. `segue database restore` can bring back "
                "a backup."
            )
        case _:
            text = f"The database {address} cannot be used: {problem}."
    return StorageProblem(text)
