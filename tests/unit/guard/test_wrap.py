"""A guarded function is the function: signature, laziness and exceptions kept, called once at most."""

import asyncio
import functools
import inspect
import pickle
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import driftline
from driftline.errors import BadInput, BadPolicy, Blocked, MissingFile
from driftline.event.current import Draft, current_answer
from driftline.guard import counters
from driftline.guard.switch import SwitchState, publish
from driftline.guard.wrap import Checked, checked, guard

LINEAGE = {"id": "lineage", "check": "quarantine", "action": "fallback"}
CAP = {"id": "cap", "check": "money", "limit": 100, "action": "block"}
Act = Callable[[], None]


def stated(*rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"endpoint": "refund-desk", "rules": list(rules), **more}


class Desk:
    """Counts its calls and pays 300."""

    def __init__(self) -> None:
        self.calls = 0

    def answer(self, claim: str, *, tier: int = 2) -> dict[str, Any]:
        """Decide a claim."""
        self.calls += 1
        return {"claim": claim, "tier": tier, "money": 300.0}

    def manual(self, claim: str, *, tier: int = 2) -> str:
        return f"a person reads {claim} of tier {tier}"


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_signature_name_docstring_and_arguments_are_kept(desk: Desk, home: str) -> None:
    guarded = guard(desk.answer, policy=stated(), home=home)
    assert inspect.signature(guarded) == inspect.signature(desk.answer)
    assert (guarded.__name__, guarded.__doc__) == ("answer", "Decide a claim.")
    assert guarded("c", tier=3) == {"claim": "c", "tier": 3, "money": 300.0}
    assert desk.calls == 1


def test_it_decorates_functions_and_methods(home: str) -> None:
    class Clerk:
        @guard(policy=stated(CAP, mode="observe"), home=home)
        def decide(self, money: float) -> dict[str, float]:
            return {"money": money}

    assert Clerk().decide(money=500.0) == {"money": 500.0}


def test_a_healthy_answer_is_the_very_object_and_its_verdict_says_allow(desk: Desk, home: str, draft: Draft) -> None:
    thing = object()
    assert guard(lambda: thing, policy=stated(LINEAGE), fallback=desk.manual, home=home)() is thing
    assert draft.verdict is not None
    assert (draft.verdict.action, draft.verdict.mode, draft.verdict.error) == ("allow", "enforce", "")
    assert len(draft.verdict.policy) == 32


def test_a_quarantine_known_before_spares_the_call(desk: Desk, home: str, draft: Draft, quarantined: Act) -> None:
    quarantined()
    guarded = guard(desk.answer, policy=stated(LINEAGE, estimate=150), fallback=desk.manual, home=home)
    assert guarded("c", tier=1) == "a person reads c of tier 1"
    assert desk.calls == 0
    assert draft.verdict is not None
    assert (draft.verdict.action, draft.verdict.money_avoided) == ("fallback", 150.0)
    assert draft.verdict.reasons[0].evidence[0] == "inc1"


def test_a_policy_can_have_the_answer_made_first_so_that_the_money_is_known(
    desk: Desk, home: str, draft: Draft, quarantined: Act
) -> None:
    quarantined()
    rule = {**LINEAGE, "when": "after"}
    guarded = guard(desk.answer, policy=stated(rule, estimate=150), fallback=desk.manual, home=home)
    assert guarded("c") == "a person reads c of tier 2"
    assert desk.calls == 1
    assert draft.verdict is not None
    assert draft.verdict.money_avoided == 300.0
    assert counters.total("driftline_guard_money_avoided_total", endpoint="refund-desk") == 300.0


def test_a_source_that_is_named_during_the_call_is_judged_after_it(home: str, draft: Draft, quarantined: Act) -> None:
    quarantined()
    sources = list(draft.sources)
    draft.sources.clear()

    def answer() -> str:
        found = current_answer.get()
        assert found is draft
        found.sources.extend(sources)
        found.decision, found.money, found.text = "refund", 300.0, "We pay."
        return "We pay."

    guarded = guard(answer, policy=stated({**LINEAGE, "action": "abstain"}, abstain="Please wait."), home=home)
    assert guarded() == "Please wait."
    assert draft.verdict is not None
    assert (draft.verdict.action, draft.verdict.money_avoided) == ("abstain", 300.0)
    assert (draft.decision, draft.money, draft.text) == ("", 0.0, "")  # nothing of it went out
    assert draft.sources == sources


def test_a_fallback_fills_the_draft_anew(home: str, draft: Draft, quarantined: Act) -> None:
    quarantined()

    def by_hand() -> str:
        draft.decision, draft.money = "voucher", 20.0
        return "voucher"

    rule = {**LINEAGE, "when": "after"}
    assert guard(lambda: "refund", policy=stated(rule), fallback=by_hand, home=home)() == "voucher"
    assert (draft.decision, draft.money) == ("voucher", 20.0)


def test_block_raises_with_reason_and_hint(desk: Desk, home: str, draft: Draft) -> None:
    draft.money = 0.0
    with pytest.raises(Blocked, match=r"refund-desk: 300\.00 \(rule cap\)") as caught:
        guard(desk.answer, policy=stated(CAP), home=home)("c")
    assert "quarantine" in caught.value.hint
    assert draft.verdict is not None
    assert (draft.verdict.action, draft.verdict.money_avoided) == ("block", 300.0)


def test_escalate_holds_the_answer_and_flag_does_not(desk: Desk, home: str, draft: Draft) -> None:
    assert guard(desk.answer, policy=stated({**CAP, "action": "escalate"}, abstain="later"), home=home)("c") == "later"
    draft.verdict = None
    answer = guard(desk.answer, policy=stated({**CAP, "action": "flag"}), home=home)("c")
    assert answer["money"] == 300.0
    assert draft.verdict is not None
    assert draft.verdict.action == "flag"


def test_observe_holds_nothing_back_and_says_what_it_would_have_done(
    desk: Desk, home: str, draft: Draft, quarantined: Act
) -> None:
    quarantined()
    policy = stated(LINEAGE, CAP, mode="observe")
    assert guard(desk.answer, policy=policy, fallback=desk.manual, home=home)("c")["money"] == 300.0
    assert draft.verdict is not None
    assert (draft.verdict.action, draft.verdict.mode) == ("block", "observe")
    assert draft.verdict.money_avoided == 0.0


@pytest.mark.parametrize("where", ["policy", "switch"])
def test_off_judges_nothing(desk: Desk, home: str, draft: Draft, where: str) -> None:
    publish(home, SwitchState(mode="off" if where == "switch" else "enforce"))
    policy = stated(CAP, mode="off" if where == "policy" else "enforce")
    assert guard(desk.answer, policy=policy, home=home)("c")["money"] == 300.0
    assert draft.verdict is None


def test_the_switch_weakens_every_guard_without_a_restart(desk: Desk, home: str) -> None:
    guarded = guard(desk.answer, policy=stated(CAP), home=home)
    with pytest.raises(Blocked):
        guarded("c")
    publish(home, SwitchState(mode="observe"))
    time.sleep(0.005)
    assert guarded("c")["money"] == 300.0


def test_a_policy_file_is_followed_and_a_bad_edit_changes_nothing(desk: Desk, home: str, tmp_path: Path) -> None:
    path = tmp_path / "desk.yaml"
    path.write_text("rules: [{id: cap, check: money, limit: 100, action: block}]")
    guarded = guard(desk.answer, policy=path, home=home)
    with pytest.raises(Blocked):
        guarded("c")
    path.write_text("rules: [{id: cap, check: money, limt: 1000, action: block}]")
    time.sleep(0.005)
    with pytest.raises(Blocked):
        guarded("c")
    path.write_text("rules: [{id: cap, check: money, limit: 1, action: fallback}]")  # there is no fallback
    time.sleep(0.005)
    with pytest.raises(Blocked):
        guarded("c")
    path.write_text("rules: [{id: cap, check: money, limit: 1000, action: block}]")
    time.sleep(0.005)
    assert guarded("c")["money"] == 300.0
    assert counters.total("driftline_guard_file_errors_total", file="policy") == 2


def test_the_users_exception_passes_untouched(home: str, draft: Draft, quarantined: Act) -> None:
    error = KeyError("mine")
    calls = []

    def answer() -> None:
        calls.append(1)
        raise error

    with pytest.raises(KeyError) as caught:
        guard(answer, policy=stated(CAP), home=home)()
    assert caught.value is error
    assert calls == [1]


def test_without_an_answer_in_the_making_the_context_is_left_as_it_was(desk: Desk, home: str) -> None:
    seen = []
    guard(lambda: seen.append(current_answer.get()), policy=stated({**CAP, "action": "flag"}), home=home)()
    assert isinstance(seen[0], Draft)
    assert current_answer.get() is None


@pytest.mark.parametrize(
    ("fn", "fallback", "error"),
    [
        ("no function", len, BadInput),
        (len, "no function", BadInput),
        (len, None, BadPolicy),
        (len, asyncio.sleep, BadInput),
    ],
)
def test_what_cannot_work_is_refused_when_it_is_wrapped(fn: Any, fallback: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        guard(fn, policy=stated(LINEAGE), fallback=fallback)


def test_a_missing_policy_is_refused_when_it_is_wrapped(tmp_path: Path) -> None:
    with pytest.raises(MissingFile):
        guard(len, policy=tmp_path / "none.yaml")


def test_callable_objects_and_partials_can_be_guarded(desk: Desk, home: str) -> None:
    class Model:
        weight = 3

        def __call__(self, x: int) -> int:
            return x * self.weight

    assert guard(Model(), policy=stated(), home=home)(2) == 6
    assert guard(functools.partial(desk.answer, tier=9), policy=stated(), home=home)("c")["tier"] == 9


def test_checked_gives_value_and_verdict_and_a_block_does_not_raise(desk: Desk, home: str) -> None:
    value, verdict = checked(guard(desk.answer, policy=stated(CAP), home=home), "c")
    assert (value, verdict.action, verdict.reasons[0].rule) == (None, "block", "cap")
    assert checked(guard(desk.answer, policy=stated(), home=home), "c").verdict.action == "allow"


# Coroutines


def test_a_coroutine_function_stays_one(home: str, draft: Draft, quarantined: Act) -> None:
    quarantined()
    calls = []

    async def answer(x: int) -> int:
        calls.append(x)
        await asyncio.sleep(0)
        return x

    async def by_hand(x: int) -> int:
        return -x

    for rule, expected in ((LINEAGE, []), ({**LINEAGE, "when": "after"}, [5])):
        for fallback in (by_hand, lambda x: -x):
            calls.clear()
            guarded = guard(answer, policy=stated(rule), fallback=fallback, home=home)
            assert inspect.iscoroutinefunction(guarded)
            assert asyncio.run(guarded(5)) == -5
            assert calls == expected
    assert checked(len, "abc") == Checked(3, checked(len, "abc").verdict)


def test_tasks_at_once_do_not_see_each_others_drafts(home: str) -> None:
    async def answer(money: float) -> float:
        found = current_answer.get()
        assert found is not None
        found.money = money
        await asyncio.sleep(0.001)
        assert found.money == money
        assert current_answer.get() is found
        return money

    guarded = guard(answer, policy=stated({**CAP, "action": "abstain"}), home=home)

    async def all_at_once() -> list[Any]:
        return await asyncio.gather(*(checked(guarded, money) for money in (50.0, 150.0, 70.0, 250.0)))

    found = asyncio.run(all_at_once())
    assert [(c.value, c.verdict.money_avoided) for c in found] == [(50.0, 0), (None, 150.0), (70.0, 0), (None, 250.0)]


def test_a_plain_function_that_returns_a_coroutine_is_judged_when_that_ends(home: str) -> None:
    async def later() -> dict[str, float]:
        return {"money": 300.0}

    with pytest.raises(Blocked):
        asyncio.run(guard(lambda: later(), policy=stated(CAP), home=home)())


def test_an_object_with_an_asynchronous_call_is_guarded_as_such(home: str) -> None:
    class Model:
        async def __call__(self) -> dict[str, float]:
            return {"money": 300.0}

    with pytest.raises(Blocked):
        asyncio.run(guard(Model(), policy=stated(CAP), home=home)())


def test_the_room_can_be_called_and_still_has_its_files() -> None:
    from driftline.guard.policy import load

    assert driftline.guard(len, policy={})("abc") == 3
    assert driftline.guard.policy.load is load
    assert driftline.guard.checked is checked
    assert pickle.loads(pickle.dumps(load)) is load
    with pytest.raises(AttributeError, match="has no attribute 'guards'"):
        driftline.guard.guards  # noqa: B018 - looking it up is the test
