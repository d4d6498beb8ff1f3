import asyncio
import gzip
from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
import pytest
from starlette.requests import Request
from starlette.types import Message

from driftline.errors import BadInput, DriftlineError, TooLarge, WrongMediaType
from driftline.serve import body

LIMIT = 1_000


def read(parts: Sequence[bytes], packing: str = "", *, breaks: bool = False) -> bytes:
    """Read a request whose body arrives in ``parts``."""
    messages: list[Message] = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages.append({"type": "http.disconnect"} if breaks else {"type": "http.request", "body": b""})
    messages.reverse()

    async def receive() -> Message:
        return messages.pop()

    headers = [(b"content-encoding", packing.encode())] if packing else []
    request = Request({"type": "http", "method": "POST", "headers": headers}, receive)
    return asyncio.run(body.read(request, LIMIT))


@pytest.mark.parametrize("packing", ["", "identity"])
def test_a_plain_body_is_joined(packing: str) -> None:
    assert read([b"ab", b"", b"c"], packing) == b"abc"


def test_a_body_of_exactly_the_limit_is_taken() -> None:
    assert len(read([b"x" * LIMIT])) == LIMIT
    assert len(read([gzip.compress(b"x" * LIMIT)], "gzip")) == LIMIT


def test_gzip_in_pieces_and_in_several_members_is_unpacked() -> None:
    packed = gzip.compress(b"first ") + gzip.compress(b"second")
    assert read([packed[:5], packed[5:]], "GZIP") == b"first second"


def test_the_old_name_of_gzip_and_zeros_after_its_end_are_taken() -> None:
    assert read([gzip.compress(b"abc") + b"\0" * 600], "x-gzip") == b"abc"


@pytest.mark.parametrize(
    ("parts", "packing", "kind"),
    [
        pytest.param([b"x" * 600, b"x" * 600], "", TooLarge, id="too large"),
        pytest.param([gzip.compress(b"x" * 1_001)], "gzip", TooLarge, id="too large once unpacked"),
        pytest.param([gzip.compress(b"0" * 50_000_000)], "gzip", TooLarge, id="a bomb"),
        pytest.param([b"no gzip"], "gzip", BadInput, id="no gzip"),
        pytest.param([gzip.compress(b"abc" * 50)[:-9]], "gzip", BadInput, id="gzip that breaks off"),
        pytest.param([gzip.compress(b"abc") + b"tail"], "gzip", BadInput, id="gzip with a tail"),
        pytest.param([b"abc"], "br", WrongMediaType, id="another packing"),
    ],
)
def test_a_body_that_cannot_be_taken_is_refused(parts: list[bytes], packing: str, kind: type[DriftlineError]) -> None:
    with pytest.raises(kind):
        read(parts, packing)


def test_a_request_that_breaks_off_is_no_server_error() -> None:
    with pytest.raises(BadInput, match="broke off"):
        read([b"abc"], breaks=True)


def test_a_record_of_another_shape_is_refused_with_the_place() -> None:
    assert body.decode(b"[1, 2]", list[int]) == [1, 2]
    with pytest.raises(BadInput, match=r"\$\[1\]"):
        body.decode(b'[1, "2"]', list[int])


def test_what_is_refused_is_answered_with_what_may_stand_there() -> None:
    class Shape(msgspec.Struct, forbid_unknown_fields=True):
        way: Annotated[Literal["up", "down", ""], msgspec.Meta(description="Whither.")] = "up"
        depth: int = 5

    said = {b'{"wy": "up"}': "Known fields are way, depth.", b'{"way": "left"}': "way is one of up, down."}
    for sent, hint in said.items():
        with pytest.raises(BadInput) as caught:
            body.decode(sent, Shape)
        assert caught.value.hint == hint
    with pytest.raises(BadInput) as caught:
        body.decode(b'{"depth": "x"}', Shape)
    assert caught.value.hint == BadInput.hint
