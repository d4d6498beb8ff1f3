"""The webhook against a real HTTP server: a signed CloudEvent, one deadline, and failures that say why."""

import json
import socket
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from driftline.alert.channels.channel import NotDelivered
from driftline.alert.channels.webhook import Webhook, sign
from driftline.alert.message import Message
from driftline.errors import BadSetting

Receiver = Callable[..., AbstractContextManager[Any]]
MESSAGE = Message(
    key="inc-7f3a",
    revision="r1",
    state="open",
    severity="page",
    subject="arr_delay moved",
    sentence="Bad data reaches refund-desk – 75,000 €.",
    time_us=1_372_636_800_000_000,
)


def test_the_body_is_a_cloudevent_with_the_message_in_it(receiver: Receiver) -> None:
    with receiver(202) as server:
        Webhook(server.url, "secret").send(MESSAGE, "inc-7f3a:r1")
    (got,) = server.received
    event = json.loads(got.body)
    # required and optional attributes of CloudEvents 1.0.2, section "Context Attributes"
    assert {key: event[key] for key in event if key != "data"} == {
        "specversion": "1.0",
        "id": "inc-7f3a:r1",
        "source": "/driftline/incidents",
        "type": "com.github.driftline.incident.open",
        "subject": "inc-7f3a",
        "time": "2013-07-01T00:00:00Z",
        "datacontenttype": "application/json",
    }
    assert event["data"]["sentence"] == MESSAGE.sentence
    assert got.path == "/hook?team=data"
    assert got.headers["Content-Type"] == "application/cloudevents+json; charset=utf-8"
    assert got.headers["Idempotency-Key"] == "inc-7f3a:r1"
    assert got.headers["X-Driftline-Signature"] == sign(b"secret", got.body)


def test_the_signature_is_hmac_sha256() -> None:
    # RFC 4231, test case 2
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert sign(b"Jefe", b"what do ya want for nothing?") == f"sha256={expected}"


def test_without_a_secret_nothing_is_signed(receiver: Receiver) -> None:
    with receiver() as server:
        Webhook(server.url).send(MESSAGE, "d")
    assert "X-Driftline-Signature" not in server.received[0].headers


@pytest.mark.parametrize(("status", "wait"), [(500, 0.0), (404, 0.0), (302, 0.0), (503, 7.0)])
def test_any_other_status_is_a_failure_and_redirects_are_not_followed(
    receiver: Receiver, status: int, wait: float
) -> None:
    with receiver(status) as server, pytest.raises(NotDelivered, match=f"HTTP status {status}") as caught:
        Webhook(server.url).send(MESSAGE, "d")
    assert caught.value.wait_seconds == wait
    assert len(server.received) == 1


@pytest.mark.parametrize("way", ["hang", "drip"])
def test_the_whole_exchange_has_one_deadline(receiver: Receiver, way: str) -> None:
    start = time.monotonic()
    with receiver(way) as server, pytest.raises(NotDelivered):
        Webhook(server.url, timeout=0.3).send(MESSAGE, "d")
    assert time.monotonic() - start < 2.0


def test_a_server_that_does_not_speak_http_is_a_failure(receiver: Receiver) -> None:
    with receiver("garbage") as server, pytest.raises(NotDelivered, match="BadStatusLine"):
        Webhook(server.url).send(MESSAGE, "d")


def test_a_refused_connection_is_a_failure() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(NotDelivered, match="ConnectionRefused"):
        Webhook(f"http://127.0.0.1:{port}").send(MESSAGE, "d")


@pytest.mark.parametrize("url", ["example.org", "ftp://example.org", "http://", "http://h:port/"])
def test_an_address_that_cannot_work_is_refused_at_once(url: str) -> None:
    with pytest.raises(BadSetting, match="webhook_url"):
        Webhook(url)
