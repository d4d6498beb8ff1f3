"""OpenLineage events on their way in.

Enters: one event, or an array of them. Leaves: a receipt, acknowledged only when the event is durable. An
event that cannot be read is kept in quarantine and answered with 400 and the reason, never with a status that
makes clients send it again; so is a batch that is no array.
Source: https://openlineage.io/spec/2-0-2/OpenLineage.json and its batch endpoint.
"""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from driftline.errors import BadEvent
from driftline.event import brackets
from driftline.event.openlineage import Event
from driftline.event.report import Receipt
from driftline.serve import body
from driftline.serve.intake import Intake
from driftline.serve.operation import Operation, first_sentence

MANY = "An array of events is taken at /api/v1/lineage/batch. What came here is kept in quarantine."
ONE = "A single event is taken at /api/v1/lineage. What came here is kept in quarantine."
_SENTENCE = f"{BadEvent().message.rstrip('.')}: "


class BatchSummary(msgspec.Struct, frozen=True):
    """How many events of a batch are in."""

    received: int
    successful: int
    failed: int
    retriable: int = 0
    non_retriable: int = 0


class FailedEvent(msgspec.Struct, frozen=True):
    """One event of a batch that cannot be read."""

    index: int
    reason: str
    retriable: bool = False


class BatchResult(msgspec.Struct, frozen=True):
    """What became of a batch of which some events failed."""

    status: str
    summary: BatchSummary
    failed_events: list[FailedEvent]


async def receive(request: Request) -> Response:
    """Take one OpenLineage event."""
    intake: Intake = request.app.state.intake
    raw = await body.read(request)
    [receipt] = await intake.take([raw])
    if receipt.status == "quarantined":
        hint = MANY if raw.lstrip().startswith(b"[") else ""
        raise BadEvent(receipt.reason.removeprefix(_SENTENCE), hint=hint)
    return Response(msgspec.json.encode(receipt), 201, media_type="application/json")


async def receive_batch(request: Request) -> Response:
    """Take an array of OpenLineage events."""
    intake: Intake = request.app.state.intake
    raw = await body.read(request)
    events = brackets.members(raw)
    if events is None:
        receipt = await intake.refuse(raw, "no array of events, though it came as a batch")
        raise BadEvent(receipt.reason, hint=ONE if raw.lstrip().startswith(b"{") else "")
    receipts = await intake.take(events)
    failed = [FailedEvent(i, r.reason) for i, r in enumerate(receipts) if r.status == "quarantined"]
    if not failed:
        return Response(status_code=204)
    good = len(events) - len(failed)
    summary = BatchSummary(len(events), good, len(failed), non_retriable=len(failed))
    result = BatchResult("partial_success", summary, failed)
    return Response(msgspec.json.encode(result), 200, media_type="application/json")


OPERATIONS = (
    Operation(
        method="POST",
        path="/api/v1/lineage",
        endpoint=receive,
        summary=first_sentence(receive),
        body=Event,
        answer=Receipt,
        status=201,
    ),
    Operation(
        method="POST",
        path="/api/v1/lineage/batch",
        endpoint=receive_batch,
        summary=first_sentence(receive_batch),
        body=list[Event],
        answer=BatchResult,
        statuses=((204, "All events are in."),),
    ),
)
