"""Guards around what users call: that observe, that fail open, that fail closed, with files that cannot be used.

With one that observes, or that was told to fail open, the user sees what there is without it. One that fails closed may
hold an answer back whenever something fails; what it must not do is to let out what is quarantined, to raise anything
but ``Blocked``, or to call twice.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

from tests.drills.kit import Custom, Kit, Plain

from driftline.errors import Blocked
from driftline.event.answer import Source
from driftline.event.current import Draft, current_answer
from driftline.event.lineage import Dataset, Version
from driftline.guard.switch import Entry, SwitchState, publish

_LINEAGE = {"id": "lineage", "check": "quarantine", "action": "block"}
_CAP = {"id": "cap", "check": "money", "limit": 1, "action": "block"}
_NAMED = {"id": "named", "check": "contract", "action": "block", "features": {"amount": {"type": "number"}}}
_NUMBERS = {"id": "numbers", "check": "numbers", "action": "flag"}
OBSERVING = {"endpoint": "desk", "mode": "observe", "rules": [_LINEAGE, _CAP, _NAMED, _NUMBERS]}
OPEN = {  # what its rules find is nothing: they hold back nothing but what is quarantined, and nothing is
    "endpoint": "desk", "mode": "enforce", "rules": [
        {**_LINEAGE, "on_error": "open"}, {**_CAP, "limit": 100, "on_error": "open"},
        {"id": "sure", "check": "score", "action": "abstain", "at_least": 0.1, "on_error": "open"},
        {"id": "may", "check": "decision", "action": "escalate", "allowed": ["refund", ""], "on_error": "open"},
    ],
}  # fmt: skip
PASSING = {**OPEN, "stream": "pass"}
CLOSED = {"endpoint": "desk", "mode": "enforce", "rules": [_LINEAGE]}
FALLING = {"endpoint": "desk", "mode": "enforce", "rules": [{**_LINEAGE, "action": "fallback"}]}
FEATURES = Version(Dataset("file", "features"), "xxh3:02")
_LOOK = 0.004  # seconds, after which a file is looked at again


def guarded(kit: Kit) -> Any:
    return _plain(kit, OBSERVING)


def guarded_open(kit: Kit) -> Any:
    return _plain(kit, OPEN), _plain(kit, PASSING)


def guarded_async(kit: Kit) -> Any:
    return _async(kit, OBSERVING), _async(kit, OPEN), _async(kit, PASSING)


def _plain(kit: Kit, policy: dict[str, Any]) -> Any:
    expected = Custom(9)

    def reply(question: str) -> dict[str, Any]:
        kit.called("reply")
        if question == "bad":
            raise expected
        return {"text": f"{question} 7!", "money": 5.0, "score": 0.5, "decision": "refund"}

    def streaming(question: str) -> Iterator[str]:
        kit.called("streaming")
        try:
            got = yield "a"
            yield f"{question} {got}"
        finally:
            kit.called("closed")
        return "end"

    with kit.quiet():  # a guard that cannot be built says so, by contract
        made = kit.api.guard(reply, policy=policy, endpoint="desk")
        stream = kit.api.guard(streaming, policy=policy)
        later = kit.api.guard(lambda question: streaming(question), policy=policy)
    with kit.api.answer("desk", question="a") as answer:
        answer.uses("features", "features", "1")
        answer.features(amount=3, odd="n")
        answer.retrieved("a text of 7")
        inside = made("a")
        answer.decide("refund", money=5.0, score=0.5, text="a 7!")
        again = made("again")
    kit.api.gate("features")
    lazy = stream("d")
    first = next(lazy)
    lazy.close()
    bad = kit.caught(lambda: made("bad"), expected)
    return inside, again, made("b"), bad, list(stream("c")), list(later("e")), first, made.__name__


def _async(kit: Kit, policy: dict[str, Any]) -> Any:
    expected = Custom(10)

    async def reply(question: str) -> str:
        kit.called("reply")
        await asyncio.sleep(0)
        if question == "bad":
            raise expected
        return f"{question}!"

    async def streaming(question: str) -> AsyncIterator[str]:
        kit.called("streaming")
        try:
            got = yield "a"
            try:
                yield f"b {got}"
            except Custom as error:
                yield f"threw {error.code}"
            yield question
        finally:
            kit.called("closed")

    with kit.quiet():
        made = kit.api.guard(reply, policy=policy, endpoint="desk")
        stream = kit.api.guard(streaming, policy=policy)

    async def main() -> Any:
        with kit.api.answer("desk", question="a"):
            inside = await made("a")
        together = await asyncio.gather(*(made(str(number)) for number in range(3)))
        lazy = stream("d")
        first = await anext(lazy)
        await lazy.aclose()
        driven = stream("e")
        if policy is not OPEN:  # where pieces are held back until the whole is judged, nothing can be sent meanwhile
            first = first, await anext(driven), await driven.asend("x"), await driven.athrow(Custom(11))
        return inside, together, [one async for one in stream("c")], first, [one async for one in driven]

    return asyncio.run(main()), kit.caught(lambda: asyncio.run(made("bad")), expected)


def injected(kit: Kit) -> Any:
    """Rules that break on purpose, in a guard that observes and in one that fails open: nobody notices."""
    inject: Callable[[str], Any] = getattr(kit.api.guard, "inject", lambda _: contextlib.nullcontext())
    rules = [{**rule, "deadline_ms": 2, "on_error": "open"} for rule in (_LINEAGE, _CAP)]

    def reply(question: str) -> str:
        kit.called("reply")
        return f"{question}!"

    async def later(question: str) -> str:
        kit.called("later")
        return f"{question}!"

    with kit.quiet():
        both = [
            (kit.api.guard(reply, policy=policy), kit.api.guard(later, policy=policy))
            for policy in ({"mode": "observe", "rules": rules}, {"mode": "enforce", "rules": rules})
        ]
        faults = [inject(fault) for fault in ("raise", "hang", "nan")]
    found = []
    for fault in faults:
        with kit.quiet():
            fault.__enter__()
        try:
            found += [(made("a"), asyncio.run(waiting("b"))) for made, waiting in both]
        finally:
            with kit.quiet():
                fault.__exit__(None, None, None)
    return found


def files_of_guards(kit: Kit) -> Any:
    """A switch and a policy that are missing, whole, half written, a folder, gone: a guard that observes goes on."""
    home = kit.folder / "home"
    home.mkdir()
    policy = kit.folder / "desk.yaml"
    policy.write_text("mode: observe\nrules: [{id: cap, check: money, limit: 1, action: block}]\n")

    def reply(question: str) -> dict[str, Any]:
        kit.called("reply")
        return {"text": question, "money": 7}

    with kit.quiet():
        made = kit.api.guard(reply, policy=policy, endpoint="desk", home=str(home))
    found = [made("missing")]
    whole = '{"sequence": 3, "entries": [{"id": "q1", "node": "dataset:file:features", "reason": "so"}]}'
    for content in (whole, whole[:40], "\x00", '{"entries": 7}', ""):
        (home / "guard.json").write_text(content)
        time.sleep(_LOOK)
        found.append(made("switch"))
    (home / "guard.json").unlink()
    (home / "guard.json").mkdir()
    time.sleep(_LOOK)
    found.append(made("a folder"))
    for content in ("mode: obs", "mode: [", "\x00", "rules: [{id: cap, check: money, limt: 1}]"):
        policy.write_text(content)
        time.sleep(_LOOK)
        found.append(made("policy"))
    policy.unlink()
    time.sleep(_LOOK)
    return [*found, made("gone")]


def guarded_closed(kit: Kit) -> Any:
    """What is quarantined never gets out, whatever fails; what is not is answered or held back, and that is all."""
    if isinstance(kit.api, Plain):
        return ["held"] * 8, ["as told"] * 4, True
    home = kit.folder.parent / "switch"
    calls: list[str] = []
    with kit.quiet():
        entry = Entry(id="q1", node="dataset:file:features#xxh3:02", reason="seconds, not minutes")
        publish(home, SwitchState(entries=(entry,)))
        every = [*_closed(kit, calls, home, CLOSED), *_closed(kit, calls, home, FALLING)]
        for ask in every:  # so that the switch has been read
            _seen(ask)
    bad = Draft(endpoint="desk", sources=[Source(role="features", version=FEATURES)])
    calls.clear()
    held = [_with(bad, ask) for ask in every]
    once = not calls  # it is known before the call
    with kit.api.answer("desk", question="a"):
        told = [_seen(ask) for ask in every[:4]]
    return (
        ["held" if one == "held" else f"got out: {one}" for one in held],
        ["as told" if one in ("held", "yes") else one for one in told],
        once and len(calls) <= len(told),
    )


def _with(draft: Draft, ask: Callable[[], Any]) -> Any:
    token = current_answer.set(draft)
    try:
        return _seen(ask)
    finally:
        current_answer.reset(token)


def _seen(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except Blocked:
        return "held"


def _closed(kit: Kit, calls: list[str], home: Path, policy: dict[str, Any]) -> list[Callable[[], Any]]:
    """One function of each sort, each of which answers yes."""

    def plain() -> str:
        calls.append("plain")
        return "yes"

    async def later() -> str:
        calls.append("later")
        return "yes"

    def stream() -> Iterator[str]:
        calls.append("stream")
        yield from ("y", "es")

    async def streaming() -> AsyncIterator[str]:
        calls.append("streaming")
        yield "y"
        yield "es"

    async def all_of(pieces: AsyncIterator[str]) -> str:
        return "".join([one async for one in pieces])

    def guard(answer: Any) -> Any:
        return kit.api.guard(answer, policy=policy, fallback=lambda: "held", endpoint="desk", home=str(home))

    made, waiting, lazy, lazier = map(guard, (plain, later, stream, streaming))
    return [
        made, lambda: asyncio.run(waiting()), lambda: "".join(lazy()), lambda: asyncio.run(all_of(lazier())),
    ]  # fmt: skip
