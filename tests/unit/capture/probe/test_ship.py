"""A function that was carried does in another process what it does here."""

import functools
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from driftline.capture.probe import ship
from driftline.capture.probe.ship import NotShippable, pack, unpack

RATE = 0.5
TABLE = {"a": 1, "b": [2, 3]}
SEEN: list[int] = []


class Mine:
    """A class of the user."""


MINE = Mine()


def helper(value: float) -> float:
    return value * RATE if value > 0 else again(value)


def again(value: float) -> float:
    return helper(-value)


def with_helpers(value: float, more: int = 2, *, last: float = 1.0) -> float:
    return helper(value) + math.sqrt(more) + TABLE["b"][0] + last


def with_numpy(values: Any) -> Any:
    return np.log1p(values).sum()


def with_class_of_mine() -> Any:
    return MINE


def changing() -> None:
    global RATE
    RATE = 1.0


def test_it_runs_in_another_process_without_importing_the_script(tmp_path: Path) -> None:
    (tmp_path / "packed").write_bytes(pack(with_helpers))
    code = (
        "import pathlib, sys; from driftline.capture.probe.ship import unpack; "
        "f = unpack(pathlib.Path('packed').read_bytes()); print(f(-3.0, last=0.25), 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(with_helpers(-3.0, last=0.25)), "False"]


def test_closures_defaults_and_names_come_along() -> None:
    def outer(scale: int) -> Callable[[int], int]:
        def inner(value: int, offset: int = 7) -> int:
            return value * scale + offset

        return inner

    made = unpack(pack(outer(3)))
    assert (made(2), made.__name__) == (13, "inner")
    assert unpack(pack(with_numpy))([0.0]) == 0.0
    assert unpack(pack(functools.lru_cache(helper)))(4.0) == 2.0


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (with_class_of_mine, "MINE is of class Mine"),
        (changing, "it changes the global RATE"),
        (len, "builtin_function_or_method is no plain function"),
        (MINE.__class__, "type is no plain function"),
        (functools.partial(helper, 1), "partial is no plain function"),
    ],
)
def test_what_cannot_be_carried_is_refused_with_the_reason(function: Callable[..., Any], reason: str) -> None:
    with pytest.raises(NotShippable, match=reason):
        pack(function)


def test_coroutines_and_generators_are_refused() -> None:
    async def later() -> None: ...

    def items() -> Any:
        yield 1

    for function in (later, items):
        with pytest.raises(NotShippable, match="coroutine or a generator"):
            pack(function)


def test_the_fingerprint_changes_with_code_and_constants_and_not_with_its_place() -> None:
    def made(text: str, **names: Any) -> str:
        space: dict[str, Any] = dict(names)
        exec(compile(text, "somewhere.py", "exec"), space)
        return ship.fingerprint(space["f"])

    plain = made("def f(x):\n    return x + K\n", K=1)
    assert made("\n\n\ndef f(x):\n    return x + K\n", K=1) == plain
    assert made("def f(x):\n    return x + K\n", K=2) != plain
    assert made("def f(x):\n    return x - K\n", K=1) != plain
    assert made("def f(x):\n    return h(x)\ndef h(x):\n    return 1\n") != made(
        "def f(x):\n    return h(x)\ndef h(x):\n    return 2\n"
    )
