"""What a process shows a server in the name of its runs: a token for each lease, made here and told with the request for it."""

from __future__ import annotations

from typing import TypeVar, cast

import msgspec

from segue.host.run_tokens import new_run_token, token_of_lease
from segue.wire.leases import Listen
from segue.wire.requests import (
    Claim,
    ClaimedTasks,
    ClaimTasks,
    EndLease,
    Grant,
    Lease,
    NewFlowRun,
    Proposal,
    Renewal,
    RenewalAnswer,
    TakeLease,
)

Q = TypeVar("Q")


def shown(request: Q, tokens: dict[str, str]) -> tuple[Q, str | None]:
    """Return the request with a token for the lease that it asks for, and the token to show where it is about a lease held."""
    match request:
        case NewFlowRun(lease=lease) | Claim(lease=lease) | TakeLease(lease=lease) | ClaimTasks(lease=lease):
            if lease is None or lease.token is not None:
                return request, None
            asked = msgspec.structs.replace(lease, token=new_run_token())
            return cast("Q", msgspec.structs.replace(request, lease=asked)), None
        case Proposal(id=id, fence=fence) if fence is not None:
            return request, tokens.get(id)
        case EndLease(id=id):
            return request, tokens.get(id)
        case Renewal(leases=[(id, _)]) | Listen(leases=[(id, _)]):
            return request, tokens.get(id)
        case _:
            return request, None


def learn(request: object, answer: object, tokens: dict[str, str]) -> None:
    """Keep the tokens of the leases that were granted, and forget that of one that was given back."""
    match request, answer:
        case NewFlowRun(lease=asked) | Claim(lease=asked), Grant(lease=Lease(id=id)) if (
            asked is not None and asked.token
        ):
            tokens[id] = asked.token
        case TakeLease(lease=asked), Lease(id=id) if asked.token:
            tokens[id] = asked.token
        case ClaimTasks(lease=asked), ClaimedTasks(items=items) if asked.token:
            for _, lease in items:
                tokens[lease.id] = token_of_lease(asked.token, lease.id)
        case EndLease(id=id), _:
            tokens.pop(id, None)


def each_alone(request: Renewal, tokens: dict[str, str]) -> list[Renewal]:
    """Return a renewal of several leases as one for each that has a token."""
    return [Renewal(leases=[lease], seconds=request.seconds) for lease in request.leases if lease[0] in tokens]


def joined(parts: list[RenewalAnswer]) -> RenewalAnswer:
    """Return several answers as one."""
    return RenewalAnswer(
        lost=[id for part in parts for id in part.lost],
        cancel=[each for part in parts for each in part.cancel],
        limited_tags=sorted({tag for part in parts for tag in part.limited_tags}),
    )
