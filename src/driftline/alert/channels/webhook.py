"""The channel ``webhook``: a signed HTTP POST, one CloudEvent per message.

Enters: a message. Leaves: CloudEvents 1.0 JSON (structured mode), whose id is also the ``Idempotency-Key``: equal in
every retry, so that a receiver can drop what it had. ``X-Driftline-Signature: sha256=…`` is the HMAC-SHA256 of the body
under the shared secret. The whole exchange has one deadline. Redirects are not followed: a signed body goes only where
it was sent. Sources: github.com/cloudevents/spec (JSON format 1.0.2), RFC 2104.
"""

import contextlib
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from driftline import clock, later
from driftline.alert.channels.channel import NotDelivered
from driftline.alert.message import Message
from driftline.config import Settings
from driftline.errors import BadSetting

if TYPE_CHECKING:
    from http import client
else:
    client = later.module("http.client")  # with ssl and email, for those who set an address

TIMEOUT_SECONDS = 3.0
SIGNATURE = "X-Driftline-Signature"
_LONGEST_WAIT = 3600.0


class Webhook:
    """Posts to one address.

    Raises:
        BadSetting: the address is not one of HTTP or HTTPS.
    """

    def __init__(self, url: str, secret: str = "", *, timeout: float = TIMEOUT_SECONDS) -> None:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise BadSetting(f"webhook_url {url!r}: {error}") from error
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadSetting(f"webhook_url {url!r}: it must begin with http:// or https:// and name a host")
        self._kind = client.HTTPSConnection if parts.scheme == "https" else client.HTTPConnection
        self._host, self._port = parts.hostname, port
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._secret = secret.encode()
        self._timeout = timeout

    def send(self, message: Message, delivery: str) -> None:
        """Post ``message``; any answer but 2xx within the deadline is a failure."""
        body = encode(message, delivery)
        headers = {
            "Content-Type": "application/cloudevents+json; charset=utf-8",
            "Idempotency-Key": delivery,
            "User-Agent": "driftline",
        }
        if self._secret:
            headers[SIGNATURE] = sign(self._secret, body)
        connection = self._kind(self._host, self._port, timeout=self._timeout)
        cut = threading.Timer(self._timeout, _cut, [connection])
        cut.daemon = True
        cut.start()
        try:
            connection.request("POST", self._path, body, headers)
            with connection.getresponse() as answer:
                status, wait = answer.status, _wait(answer.getheader("Retry-After"))
        except (OSError, client.HTTPException) as error:
            raise NotDelivered(f"{type(error).__name__}: {error}".removesuffix(": ")) from error
        finally:
            cut.cancel()
            connection.close()
        if not 200 <= status < 300:
            raise NotDelivered(f"HTTP status {status}", wait_seconds=wait)


def encode(message: Message, delivery: str) -> bytes:
    """Return ``message`` as a CloudEvent."""
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": delivery,
            "source": "/driftline/incidents",
            "type": f"com.github.driftline.incident.{message.state}",
            "subject": message.key,
            "time": clock.iso(message.time_us),
            "datacontenttype": "application/json",
            "data": message,
        }
    )


def sign(secret: bytes, body: bytes) -> str:
    """Return the value of the signature header for ``body``."""
    import hashlib
    import hmac

    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


def _cut(connection: "client.HTTPConnection") -> None:
    """End an exchange whose deadline has passed, however slowly the other side still drips."""
    if connection.sock is not None:
        import socket

        with contextlib.suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)


def _wait(header: str | None) -> float:
    try:
        return min(max(0.0, float(header or 0)), _LONGEST_WAIT)
    except ValueError:  # a date: the back-off will do
        return 0.0


def open_channel(settings: Settings) -> Webhook | None:
    """Return the webhook, or None where no address is set."""
    return Webhook(settings.webhook_url, settings.webhook_secret) if settings.webhook_url else None
