"""A guarded function whose guard fails itself does what its rules do when they fail."""

import asyncio
import contextvars
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.unit.guard.test_wrap import CAP, LINEAGE, Desk, stated

import driftline
from driftline.errors import Blocked
from driftline.event.current import Draft, current_answer
from driftline.guard import counters
from driftline.guard.wrap import guard


@pytest.fixture(autouse=True)
def _from_zero() -> None:
    counters.reset()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def home(tmp_path: Path) -> str:
    return str(tmp_path / "home")


@pytest.fixture
def draft() -> Iterator[Draft]:
    found = Draft(endpoint="refund-desk")
    token = current_answer.set(found)
    yield found
    current_answer.reset(token)


class Unshowable(Exception):
    """Fails at being shown."""

    def __str__(self) -> str:
        raise LookupError("no message")


def failing(*_: Any, **__: Any) -> Any:
    raise Unshowable


@pytest.fixture(params=["shared", "judge.judge", "judge.effective", "judge.joined", "counters.add", "turn.Subject"])
def broken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """One piece of the guard's own machinery, which fails at each use."""
    piece = str(request.param)
    place = f"wrap.{piece}" if piece == "shared" else piece.replace("counters.", "turn.counters.")
    monkeypatch.setattr(f"driftline.guard.{place}", failing)
    return piece


def test_whatever_of_a_guard_that_observes_fails_the_answer_comes_untouched_and_once(
    desk: Desk, home: str, draft: Draft, broken: str
) -> None:
    guarded = guard(desk.answer, policy=stated(LINEAGE, CAP, mode="observe"), fallback=desk.manual, home=home)
    assert guarded("c") == {"claim": "c", "tier": 2, "money": 300.0}
    assert desk.calls == 1
    if broken != "counters.add":
        assert counters.total("driftline_guard_errors_total", endpoint="refund-desk", rule="") >= 1
        assert draft.verdict is not None


def test_whatever_of_a_guard_that_was_told_to_fail_open_fails_the_answer_comes_untouched_and_once(
    desk: Desk, home: str, draft: Draft, broken: str
) -> None:
    rules = [{**LINEAGE, "on_error": "open"}, {**CAP, "limit": 1000, "on_error": "open"}]
    assert guard(desk.answer, policy=stated(*rules), fallback=desk.manual, home=home)("c")["money"] == 300.0
    assert desk.calls == 1
    if broken in ("shared", "judge.judge"):  # nothing was judged, and the verdict says so
        assert draft.verdict is not None
        assert (draft.verdict.action, draft.verdict.mode) == ("allow", "enforce")
        assert draft.verdict.error == "the guard: Unshowable: (it cannot be shown); open"
        assert counters.total("driftline_guard_fail_open_total", rule="") == 2  # before the call, and after it


def test_an_enforced_guard_that_fails_does_what_its_rules_do_when_they_fail(
    desk: Desk, home: str, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("driftline.guard.wrap.shared", failing)
    by_hand = guard(desk.answer, policy=stated(LINEAGE, CAP), fallback=desk.manual, home=home)
    assert by_hand("c") == "a person reads c of tier 2"
    assert desk.calls == 0  # a rule that is judged before the call failed closed, as if it had found something
    assert counters.total("driftline_guard_errors_total", rule="", on_error="fallback") == 1
    with pytest.raises(Blocked, match=r"refund-desk: the guard: Unshowable: \(it cannot be shown\); closed"):
        guard(desk.answer, policy=stated(CAP), home=home)("c")
    assert desk.calls == 1
    assert counters.total("driftline_guard_errors_total", rule="", on_error="closed") == 1


def test_settings_that_cannot_be_used_are_a_guard_that_fails(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, draft: Draft
) -> None:
    monkeypatch.setenv("DRIFTLINE_ENABLED", "maybe")
    monkeypatch.setattr("driftline.guard.switch._settings", None)
    assert guard(desk.answer, policy=stated(CAP, mode="observe"))("c")["money"] == 300.0
    with pytest.raises(Blocked, match="BadSetting"):
        guard(desk.answer, policy=stated(CAP))("c")


def test_a_result_that_cannot_be_asked_for_its_class_goes_through(home: str) -> None:
    class Proxy:
        @property
        def __class__(self) -> Any:
            raise Unshowable

    proxy = Proxy()
    assert guard(lambda: proxy, policy=stated({**CAP, "action": "flag"}), home=home)() is proxy


def test_a_coroutine_that_goes_on_in_another_context_gives_its_answer(home: str) -> None:
    @types.coroutine
    def pause() -> Any:
        yield

    async def answer() -> str:
        await pause()
        return "yes"

    coroutine = guard(answer, policy=stated(CAP, mode="observe"), home=home)()
    contextvars.copy_context().run(coroutine.send, None)
    with pytest.raises(StopIteration) as ended:
        contextvars.copy_context().run(coroutine.send, None)
    assert ended.value.value == "yes"


@pytest.mark.parametrize(("mode", "expected"), [("observe", "yes"), ("enforce", None)])
def test_where_no_thread_can_be_started_the_failure_modes_apply(
    home: str, monkeypatch: pytest.MonkeyPatch, mode: str, expected: str | None
) -> None:
    async def answer() -> str:
        return "yes"

    policy = stated({**LINEAGE, "action": "abstain"}, mode=mode)
    monkeypatch.setattr(asyncio, "to_thread", failing)
    with driftline.guard.inject("hang", rule="lineage"):
        assert asyncio.run(guard(answer, policy=policy, home=home)()) == expected
