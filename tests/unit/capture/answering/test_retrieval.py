"""Retrievers. Hashes are those of ``ids.text`` over the texts that stand here."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, NamedTuple

import pytest

import driftline
from driftline.capture.ground import fault
from driftline.event import ids
from driftline.event.answer import Answer, Retrieved
from driftline.event.lineage import Dataset, Version
from driftline.testing import MemorySink


def recorded(sink: MemorySink) -> Answer:
    assert driftline.flush()
    (answer,) = sink.recorded
    return answer


class Framework(NamedTuple):
    """As LangChain's documents look."""

    page_content: str
    metadata: dict[str, Any]


class Node:
    """As LlamaIndex's nodes look."""

    node_id = "n7"

    def get_content(self) -> str:
        return "d"


class Scored:
    node, score = Node(), 0.5


FOUND = [
    "a",
    ("b", 0.9),
    {"text": "c", "id": "refunds.md#3", "score": 0.8},
    Framework("e", {"source": "delays.md"}),
    Scored(),
    Retrieved("xxh3:1", "ready", 0.1),
    7,
]
EXPECTED = [
    Retrieved(ids.text("a")),
    Retrieved(ids.text("b"), "", 0.9),
    Retrieved(ids.text("c"), "refunds.md#3", 0.8),
    Retrieved(ids.text("e"), "delays.md", 0.0, Version(Dataset("file", "delays.md"), "")),
    Retrieved(ids.text("d"), "n7", 0.5),
    Retrieved("xxh3:1", "ready", 0.1),
]


def test_what_is_returned_is_part_of_the_answer_in_order_and_untouched(sink: MemorySink) -> None:
    @driftline.retriever
    def search(question: str) -> list[Any]:
        return FOUND

    with driftline.answer("desk") as made:
        assert search("why") is FOUND
        assert made.draft.passages == ["a", "b", "c", "e", "d"]
    assert list(recorded(sink).documents) == EXPECTED


def test_a_coroutine_and_generators_are_retrievers_too(sink: MemorySink) -> None:
    @driftline.retriever
    async def later() -> list[str]:
        return ["a"]

    @driftline.retriever
    def one_by_one() -> Iterator[str]:
        yield "b"
        yield "c"

    @driftline.retriever
    async def stream() -> AsyncIterator[str]:
        yield "d"

    async def run() -> None:
        with driftline.answer("desk"):
            assert await later() == ["a"]
            assert next(one_by_one()) == "b"  # and no more of it
            assert [item async for item in stream()] == ["d"]

    asyncio.run(run())
    assert [one.content for one in recorded(sink).documents] == [ids.text(text) for text in "abd"]


def test_the_index_is_what_the_answer_stands_on(sink: MemorySink) -> None:
    @driftline.retriever(index="policy-index", version="7")
    def search() -> list[str]:
        return ["a"]

    with driftline.answer("desk"):
        search()
        search()
    answer = recorded(sink)
    assert [(one.role, one.version.node) for one in answer.sources] == [("index", "dataset:file:policy-index#7")]
    assert len(answer.documents) == 2


@pytest.mark.parametrize(
    "result",
    [
        {"documents": [["a", "b"]], "ids": [["1", "2"]], "distances": [[0.1, 0.2]]},
        {"documents": [{"content": "a", "id": "1"}, {"content": "b", "id": "2"}]},
        {"matches": [{"text": "a", "id": "1"}, {"metadata": {"text": "b"}, "id": "2"}]},
    ],
)
def test_results_of_vector_stores_are_read(sink: MemorySink, result: Any) -> None:
    with driftline.answer("desk"):
        driftline.retriever(lambda: result)()
    assert [(d.content, d.document) for d in recorded(sink).documents] == [(ids.text("a"), "1"), (ids.text("b"), "2")]


def test_lazy_results_are_not_used_up(sink: MemorySink) -> None:
    lazy = iter(["a"])
    with driftline.answer("desk"):
        assert driftline.retriever(lambda: lazy)() is lazy
    assert list(lazy) == ["a"]
    assert recorded(sink).documents == ()


def test_outside_of_an_answer_and_with_an_exception_it_is_the_function(sink: MemorySink) -> None:
    @driftline.retriever
    def search(question: str) -> list[str]:
        """Search."""
        raise KeyError(question)

    assert (search.__name__, search.__doc__) == ("search", "Search.")
    with pytest.raises(KeyError, match="why"):
        search("why")
    with pytest.raises(KeyError, match="why"), driftline.answer("desk"):
        search("why")
    assert recorded(sink).decision == "error"


def test_a_document_that_cannot_be_read_reaches_nobody(sink: MemorySink) -> None:
    class Odd:
        @property
        def text(self) -> str:
            raise RuntimeError("on purpose")

    result = [Odd()]
    with driftline.answer("desk"):
        assert driftline.retriever(lambda: result)() is result
    assert recorded(sink).documents == ()
    assert fault.counts() == {"retriever": 1}


def test_of_very_many_documents_the_first_are_recorded_and_the_rest_is_counted(
    sink: MemorySink, caplog: pytest.LogCaptureFixture
) -> None:
    search = driftline.retriever(lambda: [f"text {n}" for n in range(1_003)])
    with driftline.answer("desk"):
        assert len(search()) == 1_003
    driftline.flush()
    assert len(sink.recorded[0].documents) == 1_000
    assert fault.counts() == {"unrecorded documents": 3}
    assert "of 1003 documents of one retrieval the first 1000 are recorded" in caplog.text


def read(sink: MemorySink, function: Callable[[], Any]) -> list[str]:
    """Return the contents that an answer has read, in which a function is called."""
    sink.recorded.clear()
    with driftline.answer("desk"), contextlib.suppress(ValueError):
        function()
    assert driftline.flush()
    return [document.content for document in sink.recorded[-1].documents]


@driftline.retriever
def all_three() -> list[str]:
    return ["a", "b", "c"]


def test_of_a_retriever_inside_of_another_one_counts_what_that_gives_out(sink: MemorySink) -> None:
    @driftline.retriever
    def best() -> list[str]:
        return all_three()[1:2]

    @driftline.retriever
    def one_by_one() -> Iterator[str]:
        yield from all_three()[::-1][:2]

    @driftline.retriever
    async def awaited() -> list[str]:
        return best() + (await asyncio.to_thread(all_three))[:1]

    @driftline.retriever
    def none() -> list[str]:
        return all_three()[:0]

    a, b, c = (ids.text(text) for text in "abc")
    assert read(sink, best) == [b]
    assert read(sink, lambda: list(one_by_one())) == [c, b]
    assert read(sink, lambda: asyncio.run(awaited())) == [b, a]
    assert read(sink, none) == []
    assert read(sink, lambda: (best(), all_three())) == [b, a, b, c]  # beside each other, each counts


def test_a_retriever_that_does_not_say_what_it_gives_out_has_what_was_found_inside_of_it(sink: MemorySink) -> None:
    @driftline.retriever
    def lazily() -> Any:
        return iter(all_three())

    @driftline.retriever
    def failing() -> Any:
        all_three()
        raise ValueError

    every = [ids.text(text) for text in "abc"]
    assert read(sink, lazily) == every
    assert read(sink, failing) == every


def test_what_an_answer_inside_of_a_retriever_has_read_is_its_own(sink: MemorySink) -> None:
    @driftline.answer("inner")
    def rewritten() -> str:
        return all_three()[0]

    @driftline.retriever
    def search() -> list[str]:
        return [rewritten()]

    assert read(sink, search) == [ids.text("a")]
    assert [len(answer.documents) for answer in sink.recorded] == [3, 1]
