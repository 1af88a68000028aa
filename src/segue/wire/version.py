"""The version of the API that this release speaks, said by every client; a server takes its own and the one before it."""

from __future__ import annotations

from segue.model.errors import SegueError

HEADER = "segue-api-version"
#: Rises when a request or an answer changes so that an older peer would misunderstand it.
API_VERSION = 1


class ApiVersionMismatch(SegueError):
    """This server speaks version {spoken} of the API and takes {oldest} to {spoken}; the client speaks {given}. Upgrade the older of the two."""  # noqa: E501

    code = "api.version"
    status = 400


def agree(given: str | None) -> None:
    """Raise `ApiVersionMismatch` unless a server of this release understands a client that says this; saying nothing is fine."""
    oldest = max(API_VERSION - 1, 1)
    if given is not None and given.strip() not in {str(number) for number in range(oldest, API_VERSION + 1)}:
        raise ApiVersionMismatch(spoken=API_VERSION, oldest=oldest, given=given[:20])
