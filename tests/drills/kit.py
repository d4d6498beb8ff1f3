"""What a piece of users' work gets: a folder, and Driftline's public functions or ones that do nothing.

Enters: nothing. Leaves: ``Kit``, which also notes what the user sees: exceptions, and how often functions ran.
"""

import contextlib
import os
import signal
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from opentelemetry.sdk.trace import SpanProcessor

ROWS = 60
PATIENCE = 30.0  # seconds that a child may take


class Custom(Exception):
    """An exception of the user's own, with state."""

    def __init__(self, code: int) -> None:
        super().__init__(f"code {code}")
        self.code = code


class Kit:
    """What a workload gets."""

    def __init__(
        self,
        api: Any,
        folder: Path,
        passes: Callable[[BaseException], bool] = lambda _: False,
        quiet: Callable[[], Any] = contextlib.nullcontext,
        begin: Callable[[int], None] = lambda _: None,
        heard: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.api = api
        self.folder = folder
        self.calls: dict[str, int] = {}
        self.quiet = quiet  # no faults inside
        self._passes = passes
        self._begin, self._heard = begin, heard

    def called(self, name: str) -> None:
        """Count a call of a function of the user's."""
        self.calls[name] = self.calls.get(name, 0) + 1

    def caught(self, act: Callable[[], Any], expected: BaseException | None = None) -> Any:
        """What ``act`` raises: class, message, state, notes, cause, and whether it is the very object expected."""
        try:
            value = act()
        except BaseException as error:
            if self._passes(error):
                raise
            same = expected is None or error is expected
            return (type(error).__name__, str(error), error.args, same, repr(error.__cause__), repr(error.__context__))
        return ("returned", value)

    def apart(self, act: Callable[[], Any]) -> int:
        """Have ``act`` done in a forked child, and return its exit code; one that does not end is killed."""
        reading, writing = os.pipe()
        self._begin(writing)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                act()
                code = 0
            except SystemExit as error:
                code = error.code if isinstance(error.code, int) else 1
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        os.close(writing)
        late = threading.Timer(PATIENCE, os.kill, (child, signal.SIGKILL))
        late.start()
        with os.fdopen(reading) as told:
            self._heard(told.read())
        late.cancel()
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class Nothing:
    """In place of a run, an answer or a guard: does nothing, whatever it is asked."""

    inputs = outputs = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: self

    def __call__(self, function: Any) -> Any:
        return function


class Plain:
    """Driftline's functions where there is no Driftline."""

    def step(self, function: Any = None, **_: Any) -> Any:
        return (lambda one: one) if function is None else function

    retriever = step

    def guard(self, function: Any, **_: Any) -> Any:
        return function

    def asgi(self, app: Any, **_: Any) -> Any:
        return app

    def serve(self, model: Any, *_: Any, **__: Any) -> Any:
        return model

    def run(self, *_: Any, **__: Any) -> Any:
        return Nothing()

    answer = deploy = evaluate = record_answer = gate = watch = unwatch = probe = run

    def span_processor(self, *_: Any, **__: Any) -> Any:
        return SpanProcessor()

    def current_answer(self) -> None:
        return None


def frame() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    return pd.DataFrame({
        "id": range(ROWS), "x": rng.normal(size=ROWS), "g": [f"g{n % 5}" for n in range(ROWS)],
        "b": [n % 3 == 0 for n in range(ROWS)],
    })  # fmt: skip
