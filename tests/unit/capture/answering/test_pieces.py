"""Pieces of streams, in the forms that clients and frameworks give them."""

from types import SimpleNamespace
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk
from openai.lib.streaming.chat import ContentDeltaEvent, ContentDoneEvent
from openai.types.chat import ChatCompletionChunk
from openai.types.responses import ResponseTextDeltaEvent, ResponseTextDoneEvent

from driftline.capture.answering import pieces
from driftline.event import ids


def chunk(**delta: Any) -> ChatCompletionChunk:
    choices = [{"index": 0, "delta": delta, "finish_reason": None}]
    body = {"id": "c", "created": 1, "model": "m", "object": "chat.completion.chunk", "choices": choices}
    return ChatCompletionChunk.model_validate(body)


EVENT: dict[str, Any] = {"content_index": 0, "item_id": "i", "logprobs": [], "output_index": 0, "sequence_number": 1}
DELTA = ResponseTextDeltaEvent(type="response.output_text.delta", delta="So", **EVENT)
DONE = ResponseTextDoneEvent(type="response.output_text.done", text="So on.", **EVENT)
NO_CHOICE = ChatCompletionChunk(id="c", created=1, model="m", object="chat.completion.chunk", choices=[])


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ("So", "So"),
        (chunk(content="So"), "So"),
        (chunk(), ""),
        (NO_CHOICE, ""),  # the last one, which counts tokens
        (DELTA, "So"),
        (DONE, ""),  # all of it once more
        (ContentDeltaEvent(type="content.delta", delta="So", snapshot="So", parsed=None), "So"),
        (ContentDoneEvent(type="content.done", content="So on.", parsed=None), ""),  # all of it once more
        (AIMessageChunk("So"), "So"),
        (AIMessageChunk([{"type": "text", "text": "So", "index": 0}]), "So"),
        ({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "So"}}, "So"),
        ({"message": {"role": "assistant", "content": "So"}, "done": False}, "So"),
        (SimpleNamespace(delta="So", message=SimpleNamespace(content="And so")), "So"),
        ({"label": "refund", "score": 0.5}, None),
        (0.5, None),
        (SimpleNamespace(type="row", content="So"), None),  # a record of the user's own
    ],
)
def test_a_piece_says_its_text(item: Any, text: str | None) -> None:
    assert pieces.text_of(item) == text


def test_of_a_long_text_the_beginning_is_kept_with_a_mark_and_the_hash_of_all_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pieces, "MOST_TEXT", 4)
    short, long = pieces.Text(), pieces.Text()
    for said in ("So ", "", "on.", ""):
        short.add(said)
    assert (type(short.all()), short.all()) == (str, "So on.")
    for said in ("Sö ", "on", " and", " on."):
        long.add(said)
    found = long.all()
    assert isinstance(found, pieces.Beginning)
    assert (found, found.whole) == ("Sö on…", ids.text("Sö on and on."))
