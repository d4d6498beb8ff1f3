"""Calls that wait for a span around them. Which span tells of which call is worked out by hand from when they were."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.spans import CHAIN, HTTP, LLM, TRACE, Tracing, recorded, retriever

import driftline
from driftline.capture.answering import held, spans
from driftline.capture.answering.dialects import Ended, Span
from driftline.capture.answering.held import Held, Waiting
from driftline.capture.answering.spans import Spans
from driftline.capture.sending.sender import Sender
from driftline.config import Settings
from driftline.event import ids
from driftline.testing import MemorySink

CALL = {"openinference.span.kind": "LLM", "llm.model_name": "m", "output.value": "Yes.", "llm.token_count.prompt": 7}


def ended(start: int, end: int, scope: str = "framework", said: str = "Yes.") -> Ended:
    return Ended("", "", Span("span", {**CALL, "output.value": said}, (), start, False, scope, end))


def call(start: int, end: int, said: str = "Yes.") -> Held:
    root = ended(start, end, "client", said)
    return Held(root, [root], ([], []), Sender(Settings(), lambda: MemorySink()))


def test_a_span_tells_of_one_call_and_the_others_go_on_waiting_for_theirs() -> None:
    waiting, first, second = Waiting(), call(11, 19), call(13, 18)
    waiting.add(first, (1, 2))
    waiting.add(second, (1, 2))
    assert waiting.ended(2, ended(12, 20)) == (second, [])  # the first one had begun before it
    assert waiting.ended(1, ended(10, 21)) == (first, [])
    assert waiting.all() == []


def test_of_two_calls_with_the_same_words_a_span_takes_the_one_that_began_first() -> None:
    waiting, first, second = Waiting(), call(11, 19), call(13, 18)
    waiting.add(second, (1,))
    waiting.add(first, (1,))
    assert waiting.ended(1, ended(10, 21)) == (first, [second])


def test_a_call_that_no_span_tells_of_is_over_with_the_last_one_that_it_waited_for() -> None:
    waiting, other = Waiting(), call(11, 19, "No.")
    waiting.add(other, (1, 2))
    assert waiting.ended(1, ended(10, 20)) == (None, [])
    assert waiting.ended(3, ended(10, 20)) == (None, [])
    assert waiting.ended(2, None) == (None, [other])
    assert waiting.late() == []


def test_a_call_waits_for_some_seconds_only(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(held, "_now", lambda: now)
    waiting, one = Waiting(), call(11, 19)
    waiting.add(one, (1,))
    now += held.SECONDS
    assert waiting.late() == []
    now += 0.1
    assert waiting.late() == [one]
    assert waiting.ended(1, ended(10, 20)) == (None, [])  # too late


def test_nothing_is_kept_of_calls_that_no_longer_wait_for_a_span_that_is_still_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr(held, "_now", lambda: now)
    waiting, told = Waiting(), call(11, 19)
    waiting.add(told, (1, 2))
    assert waiting.ended(2, ended(10, 20)) == (told, [])
    for _ in range(50):
        waiting.add(call(11, 19), (1,))
        now += 1
        waiting.late()
    assert {key: len(calls) for key, calls in waiting._for.items()} == {1: 10}  # those of the last ten seconds
    waiting.all()
    assert waiting._for == {}


def test_all_that_wait_are_given_out_once() -> None:
    waiting, one = Waiting(), call(11, 19)
    waiting.add(one, (1, 2))
    assert waiting.all() == [one]
    assert (waiting.all(), waiting.ended(1, ended(10, 20))) == ([], (None, []))


COUNTED = {**LLM, "llm.token_count.prompt": 7, "llm.token_count.completion": 2}


def nested(tracing: Tracing, request: int = 0, **inner: Any) -> None:
    """A framework calls a client, and its span is not current meanwhile: that of the client has no parent there."""
    chain = tracing.start(request)
    model = tracing.start(chain)
    client = tracing.start(request, scope="openinference.client")
    begun = tracing.now
    tracing.now += 2
    tracing.end(client, {**COUNTED, **inner}, "openinference.client")
    span = Span("model", COUNTED, (), begun, False, "openinference.x", tracing.now + 2)
    tracing.spans.end(model, Ended(TRACE, f"{model:016x}", span))
    tracing.now += 3
    tracing.end(chain, CHAIN)


@pytest.mark.parametrize("served", [False, True])
def test_a_call_that_a_framework_and_its_client_tell_of_in_traces_of_their_own_is_one_answer(
    sink: MemorySink, served: bool
) -> None:
    tracing = Tracing()
    nested(tracing, tracing.start(scope="http") if served else 0)
    (answer,) = recorded(sink)
    assert (answer.text, answer.tokens_in, answer.question) == ("Soon.", 7, ids.text("When?"))


def test_another_call_of_a_client_while_a_framework_works_is_an_answer_of_its_own(sink: MemorySink) -> None:
    tracing = Tracing()
    nested(tracing, **{"output.value": "Never."})
    assert sorted(answer.text for answer in recorded(sink)) == ["Never.", "Soon."]


def test_a_call_below_another_request_is_none_that_a_framework_tells_of(sink: MemorySink) -> None:
    tracing = Tracing()
    here, there = tracing.start(scope="http"), tracing.start(scope="http")
    model, client = tracing.start(here), tracing.start(there, scope="openinference.client")
    tracing.end(client, COUNTED, "openinference.client")
    assert len(recorded(sink)) == 1  # it has not waited
    tracing.end(model, COUNTED)
    assert len(recorded(sink)) == 2


def test_a_call_that_waits_for_a_span_is_recorded_at_the_latest_when_the_spans_are_over(sink: MemorySink) -> None:
    tracing = Tracing()
    tracing.start()
    tracing.end(tracing.start(scope="openinference.client"), COUNTED, "openinference.client")
    assert (driftline.flush(), sink.recorded, driftline.status()["queued"]) == (False, [], 1)
    tracing.spans.reborn()  # a forked child leaves it to its parent
    tracing.spans.release()
    assert sink.recorded == []
    tracing.end(tracing.start(scope="openinference.client"), COUNTED, "openinference.client")
    tracing.spans.release()
    tracing.spans.release()
    driftline.flush()
    assert len(sink.recorded) == 1


def test_a_call_waits_no_longer_though_no_other_span_ends(sink: MemorySink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "SECONDS", 0.1)
    tracing = Tracing()
    tracing.start()
    tracing.end(tracing.start(scope="openinference.client"), COUNTED, "openinference.client")
    end = time.monotonic() + 20
    while not driftline.flush() and time.monotonic() < end:
        time.sleep(0.05)
    assert len(recorded(sink)) == 1


KILLED = """
import os, sys, time
from tests.spans import LLM, Tracing
import driftline

tracing = Tracing()
driftline.record_answer("desk")
tracing.start()
tracing.end(tracing.start(scope="openinference.client"), LLM, "openinference.client")
if sys.argv[1] == "killed":
    while driftline.status()["delivered"] < 1:
        driftline.flush()
    print("ready", flush=True)
    time.sleep(60)
if sys.argv[1] == "at once":
    os._exit(0)
"""


def test_a_call_that_waits_is_counted_where_the_process_is_killed(tmp_path: Path) -> None:
    root = Path(__file__).parents[4]
    lines = f"import sys; sys.path.insert(0, {str(root)!r})\n{KILLED}"
    with subprocess.Popen([sys.executable, "-c", lines, "killed"], cwd=tmp_path, stdout=subprocess.PIPE) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == b"ready\n"
        killed.terminate()
    assert killed.returncode == -signal.SIGTERM
    read = "import driftline; driftline.record_answer('desk'); driftline.flush(); print(driftline.status()['lost'])"
    done = subprocess.run([sys.executable, "-c", read], cwd=tmp_path, capture_output=True, timeout=60, check=True)
    assert done.stdout == b"1\n"  # the first answer had been delivered


def test_calls_that_wait_are_delivered_before_other_settings_come_into_force(sink: MemorySink) -> None:
    tracing = Tracing()
    tracing.start()
    tracing.end(tracing.start(scope="openinference.client"), COUNTED, "openinference.client")
    driftline.configure()
    assert len(sink.recorded) == 1


@pytest.mark.parametrize("how", ["at once", "orderly"])
def test_a_process_that_ends_has_recorded_the_calls_that_wait(tmp_path: Path, how: str) -> None:
    root = Path(__file__).parents[4]
    lines = f"import sys; sys.path.insert(0, {str(root)!r})\n{KILLED}"
    subprocess.run([sys.executable, "-c", lines, how], cwd=tmp_path, check=True, timeout=60)
    read = "import driftline; print(len(driftline.answers()))"
    done = subprocess.run([sys.executable, "-c", read], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "2\n"


def test_what_goes_on_in_a_chain_that_is_over_stands_on_what_the_chain_has_found(sink: MemorySink) -> None:
    """As LlamaIndex streams the answer of a chat, and keeps it in a span that only says that it is of a model."""
    tracing = Tracing()
    chain = tracing.start()
    tracing.once(retriever("a"), chain)
    streamed(tracing, chain)
    found = [(one.text, [document.content for document in one.documents], one.perhaps) for one in recorded(sink)]
    assert found == [("Soon.", [ids.text("a")], 0)]


def streamed(tracing: Tracing, chain: int, *, ends: bool = True) -> None:
    """The chain is over, and inside of it the model says what it has to say."""
    streaming, keeping = tracing.start(chain), tracing.start(chain)
    tracing.end(chain, {**CHAIN, "input.value": "Asked?"})
    tracing.now += 1
    tracing.once(LLM, streaming)
    if ends:
        tracing.end(streaming, CHAIN)
        tracing.end(keeping, {"openinference.span.kind": "LLM", "input.value": "{}"})


def condensed(tracing: Tracing, parent: int = 0) -> int:
    """A chat that asks a model first what is asked for."""
    chain = tracing.start(parent)
    tracing.now += 1
    tracing.once({**LLM, "output.value": "What of a?"}, chain)
    tracing.now += 1
    tracing.once(retriever("a"), chain)
    return chain


def test_a_stream_that_goes_on_when_its_chain_is_over_is_part_of_the_answer_of_the_chain(sink: MemorySink) -> None:
    tracing = Tracing()
    chain = condensed(tracing)
    streamed(tracing, chain)
    (answer,) = recorded(sink)
    assert (answer.text, answer.endpoint, answer.question) == ("Soon.", f"span {chain}", ids.text("Asked?"))
    assert [one.content for one in answer.documents] == [ids.text("a")]


def test_a_call_that_ends_after_the_chain_around_it_is_part_of_the_answer_of_the_chain(sink: MemorySink) -> None:
    """Spans end out of order; where no model is called after all, there is no answer."""
    for attributes in (LLM, CHAIN):
        tracing = Tracing()
        request = tracing.start(scope="http")
        tracing.once(retriever("a"), request)
        chain = tracing.start(request)
        tracing.once(retriever("b"), chain)
        call = tracing.start(chain)
        tracing.end(chain, {**CHAIN, "input.value": "Asked?"})
        tracing.end(call, attributes)
        tracing.end(request, HTTP)
    (answer,) = recorded(sink)
    assert (answer.endpoint, answer.question, answer.text) == (f"span {chain}", ids.text("Asked?"), "Soon.")
    assert {one.content for one in answer.documents} == {ids.text("a"), ids.text("b")}


def test_a_stream_deep_below_a_chain_is_part_of_its_answer(sink: MemorySink) -> None:
    """The spans between the stream and the chain end one by one, from the inside."""
    tracing = Tracing()
    request = tracing.start(scope="http")
    chain = condensed(tracing, request)
    between = tracing.start(chain)
    inner = tracing.start(between)
    streaming = tracing.start(inner)
    for over in (inner, between, chain):
        tracing.end(over, CHAIN)
    tracing.now += 1
    tracing.once(LLM, streaming)
    tracing.end(streaming, CHAIN)
    tracing.end(request, HTTP)
    (answer,) = recorded(sink)
    assert (answer.text, answer.endpoint, len(answer.documents)) == ("Soon.", f"span {chain}", 1)


def test_a_stream_that_nobody_reads_to_its_end_does_not_keep_its_answer_back(
    sink: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is recorded where the process may end, where it has waited too long, and where it would be forgotten."""
    tracing = Tracing()
    streamed(tracing, condensed(tracing), ends=False)
    assert not driftline.flush()
    tracing.spans.release()
    assert len(recorded(sink)) == 1
    streamed(tracing, condensed(tracing), ends=False)
    monkeypatch.setattr(tracing.spans._streams, "_seconds", -1.0)
    tracing.spans.announce()
    assert not tracing.spans._streams
    tracing = Tracing(Spans("other", {}))
    streamed(tracing, condensed(tracing), ends=False)
    monkeypatch.setattr(spans, "OPEN", 1)
    tracing.start()
    assert not tracing.spans._streams
    assert len(recorded(sink)) == 3


def test_what_a_model_is_asked_when_the_chain_has_answered_is_not_its_answer(sink: MemorySink) -> None:
    """As a title that is made for a chat, while the answer is on its way."""
    tracing = Tracing()
    chain = condensed(tracing)
    title = tracing.start(chain)
    tracing.end(chain, {**CHAIN, "output.value": "Now."})
    tracing.now += 10
    tracing.once({**LLM, "output.value": "A title"}, title)
    tracing.end(title, CHAIN)
    assert [answer.text for answer in recorded(sink)] == ["What of a?"]


def test_an_answer_that_ends_before_its_stream_is_read_waits_for_it(sink: MemorySink) -> None:
    """One call of the user, though the block is over; what was said in the block stands."""
    tracing = Tracing()
    with driftline.answer("desk") as made:
        chain = condensed(tracing)
        streaming = tracing.start(chain)
        tracing.end(chain, {**CHAIN, "input.value": "Asked?"})
        made.decide("refund", money=300.0)
    assert made.over
    assert not driftline.flush()
    tracing.now += 1
    tracing.once({**LLM, "llm.token_count.prompt": 5}, streaming)
    tracing.end(streaming, CHAIN)
    (answer,) = recorded(sink)
    assert (answer.id, answer.decision, answer.money) == (made.id, "refund", 300.0)
    assert (answer.text, answer.question, answer.tokens_in) == ("Soon.", ids.text("Asked?"), 5)
    assert [one.content for one in answer.documents] == [ids.text("a")]


def test_an_answer_waits_for_all_streams_in_it(sink: MemorySink) -> None:
    tracing = Tracing()
    with driftline.answer("desk"):
        streams = []
        for _ in range(2):
            chain = tracing.start()
            streams.append(tracing.start(chain))
            tracing.end(chain, CHAIN)
    for number, streaming in enumerate(streams):
        assert not driftline.flush()
        tracing.once({**LLM, "output.value": f"Said {number}."}, streaming)
        tracing.end(streaming, CHAIN)
    assert [(answer.endpoint, answer.text) for answer in recorded(sink)] == [("desk", "Said 1.")]


def test_an_answer_whose_stream_was_read_or_is_never_read_is_recorded(sink: MemorySink) -> None:
    tracing = Tracing()
    with driftline.answer("read"):
        streamed(tracing, condensed(tracing))
    assert [(answer.endpoint, answer.text) for answer in recorded(sink)] == [("read", "Soon.")]
    with driftline.answer("never") as made:
        streamed(tracing, condensed(tracing), ends=False)
        made.decide("deny")
    assert not driftline.flush()
    tracing.spans.release()
    assert [(answer.endpoint, answer.decision) for answer in recorded(sink)][1:] == [("never", "deny")]
    with driftline.answer("failed") as made:
        streamed(tracing, condensed(tracing), ends=False)
        made.decide("error")
    assert [(answer.endpoint, answer.decision) for answer in recorded(sink)][2:] == [("failed", "error")]


def test_of_what_waits_no_longer_nothing_is_kept_behind_a_stream_that_nobody_reads() -> None:
    waiting = Waiting(600.0)
    waiting.add(call(0, 1), [1])
    for key in range(2, 100):
        waiting.add(call(0, 1), [key])
        waiting.ended(key, None)
    assert len(waiting._every) == 1
