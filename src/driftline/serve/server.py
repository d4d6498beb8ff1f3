"""The process that listens.

Enters: settings. Leaves: when it was told to stop, with everything acknowledged on disk. The address is taken
first, so that a port in use is told before the store is touched. SIGINT and SIGTERM end open requests and
live streams in peace.
"""

import errno
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.errors import BadSetting, DriftlineError, PortInUse
from driftline.serve.app import create_app
from driftline.serve.live import Live

GRACE_SECONDS = 5
DELIVERY_SECONDS = 5.0  # between two looks at messages that are due
_BACKLOG = 2048


class _Server(uvicorn.Server):
    """Ends live streams first, which never end by themselves, and returns instead of dying of the signal."""

    def __init__(self, config: uvicorn.Config, live: Live) -> None:
        super().__init__(config)
        self._live = live

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._live.close()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield  # signals reach the main thread only; whoever started this one sets ``should_exit``
            return
        stops = (signal.SIGINT, signal.SIGTERM)
        former = {number: signal.signal(number, self.handle_exit) for number in stops}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there; port 0 = any free one.

    Raises:
        PortInUse: another program listens there.
        BadSetting: there is no such address on this machine, or it may not be used.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        place = socket.socket(family, socket.SOCK_STREAM)
    except (OSError, OverflowError) as error:
        raise BadSetting(f"cannot listen on {host}:{port} ({error})") from error
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        place.bind((host, port))
        place.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        place.close()
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise PortInUse(f"{host}:{port}") from error
        raise BadSetting(f"cannot listen on {host}:{port} ({error})") from error
    return place


def address(place: socket.socket) -> str:
    """Return the address of a listening socket, as a browser takes it."""
    host, port = place.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - shown, not bound
    return f"http://{shown}:{port}"


def announce(listening: str) -> None:
    """Print where the server listens."""
    sys.stdout.write(f"Driftline listens on {listening}. Ctrl-C stops it.\n")
    sys.stdout.flush()


def serve(settings: Settings, ready: Callable[[str], None] = announce) -> None:
    """Serve the store of ``settings`` until SIGINT or SIGTERM.

    Args:
        settings: ``host``, ``port`` and ``token`` are used here, the rest by the engine.
        ready: called once with the address, when connections are taken.

    Raises:
        PortInUse, BadSetting: see ``listen``; the store was not touched.
        StoreTooNew, StoreUnusable: the store cannot be served.
    """
    with listen(settings.host, settings.port) as place, Engine.open(settings) as engine:
        engine.take_charge()
        app = create_app(engine, token=settings.token)
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
            backlog=_BACKLOG,
        )
        ready(address(place))
        with _delivering(engine):
            _Server(config, app.state.live).run(sockets=[place])


@contextmanager
def _delivering(engine: Engine) -> Iterator[None]:
    """Try messages again that a channel did not take, for as long as the block lasts."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(DELIVERY_SECONDS):
            try:
                engine.deliver()
            except DriftlineError as error:
                logging.getLogger("driftline").warning("messages wait: %s", error.message)

    worker = threading.Thread(target=work, name="driftline-delivery", daemon=True)
    worker.start()
    try:
        yield
    finally:
        over.set()
        worker.join()
