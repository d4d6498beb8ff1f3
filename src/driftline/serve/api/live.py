"""The stream of live updates."""

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from driftline.serve.live import Live
from driftline.serve.operation import Operation, first_sentence


async def listen(request: Request) -> Response:
    """Send a tick named ``incident`` or ``overview`` whenever that changes."""
    live: Live = request.app.state.live
    live.admit()
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(live.stream(), headers=headers, media_type="text/event-stream")


OPERATIONS = (
    Operation(
        method="GET",
        path="/api/v1/live",
        endpoint=listen,
        summary=first_sentence(listen),
        media="text/event-stream",
    ),
)
