"""``sys.exit`` and ``SystemExit.code`` are as before, and the interpreter's own question is heard."""

import gc
import subprocess
import sys
import weakref
from collections.abc import Callable
from typing import Any

import pytest

import driftline
from driftline.capture.hooks import exits
from driftline.capture.watching import process
from driftline.testing import MemorySink


@pytest.mark.parametrize("given", [(), (0,), (3,), ("message",)])
def test_an_exit_is_as_before(watched: MemorySink, given: tuple[object, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        sys.exit(*given)
    assert ended.value.code == (given[0] if given else None)
    ended.value.code = 7
    assert (ended.value.code, ended.value.args) == (7, given)
    del ended.value.code
    assert ended.value.code is None


def test_a_code_that_a_program_asks_for_ends_nothing(watched: MemorySink, monkeypatch: pytest.MonkeyPatch) -> None:
    driftline.watch("job")
    monkeypatch.delattr(sys, "last_value", raising=False)
    with pytest.raises(SystemExit) as ended:
        sys.exit(3)
    assert ended.value.code == 3
    assert process.died_of() is None


def test_a_code_that_the_interpreter_ends_with_is_what_the_run_dies_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(sys, "last_value", raising=False)
    monkeypatch.setattr(process._Ending, "code", 3)
    error = process.died_of()
    assert isinstance(error, SystemExit)
    assert error.code == 3


def test_python_has_its_own_back_once_nothing_is_watched(watched: MemorySink) -> None:
    assert "Code" in type(SystemExit.__dict__["code"]).__name__
    driftline.unwatch()
    assert type(SystemExit.__dict__["code"]).__name__ == "member_descriptor"
    assert sys.exit.__name__ == "exit"


# Expected: what Python itself says of the same line without Driftline.
@pytest.mark.parametrize(
    "end",
    [
        "raise SystemExit",
        "raise SystemExit(5)",
        "sys.exit('words')",
        "sys.exit(True)",
        "sys.exit([1])",
        "exit(4)",
        "1/0",
    ],
)
def test_status_and_words_of_a_process_are_those_that_python_gives_it(end: str) -> None:
    plain, watched = (
        subprocess.run([sys.executable, "-c", f"{line}import sys\n{end}"], capture_output=True, text=True, check=False)
        for line in ("", "from driftline.capture.hooks import exits; import sys; exits.install(sys)\n")
    )
    assert plain.returncode == watched.returncode
    assert plain.stderr.splitlines()[-1:] == watched.stderr.splitlines()[-1:]


@pytest.mark.parametrize(
    "before",
    [
        "",
        "try: sys.exit(2)\nexcept SystemExit as error: print(error.code)",
        "class Own(SystemExit): pass\ntry: raise Own(2)\nexcept SystemExit as error: print(error.code)",
    ],
    ids=["nobody", "its own", "that of a class"],
)
def test_the_end_is_heard_whoever_has_asked_for_a_code_before(
    before: str, script: Callable[..., list[dict[str, Any]]]
) -> None:
    """Python remembers where it has found an attribute of a class, and of the classes below it."""
    last = "raise Own(3)" if "Own" in before else "sys.exit(3)"
    (event,) = script(f"import sys\n{before}\nimport driftline\ndriftline.watch('job')\n{last}\n", status=3)
    assert event["eventType"] == "FAIL"
    assert "3" in event["run"]["facets"]["errorMessage"]["message"]


def test_what_python_may_remember_stays_where_it_was_not_told_of_a_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python holds no reference to an attribute that it has found: one that is gone would crash the process."""
    made = exits._listen()
    listening = weakref.ref(gc.get_referents(SystemExit.__dict__)[0]["code"])
    with monkeypatch.context() as failing:
        failing.setattr(exits, "_renew", lambda: None)
        for one in made:
            one.undo()
    gc.collect()
    assert listening() is not None
    exits._renew()
