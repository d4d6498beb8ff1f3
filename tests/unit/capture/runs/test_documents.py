"""Rows of documents in the forms that people have them."""

from typing import Any, NamedTuple

import pytest

import driftline
from driftline.capture.ground import fault
from driftline.capture.runs import documents
from driftline.event import ids
from driftline.event.lineage import Dataset, Touched
from driftline.testing import MemorySink

FILE = Touched(dataset=Dataset("file", "refunds.pdf"), version="7")


class Page(NamedTuple):
    page_content: str
    metadata: dict[str, Any]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("a", {"documents": {ids.text("a"): ""}}),
        ({"id": "p#1", "text": "a"}, {"documents": {ids.text("a"): "p#1"}}),
        ({"id": 7, "content": "a"}, {"documents": {ids.text("a"): "7"}}),
        (
            {"id": "u1", "text": "a", "document": "p"},
            {"documents": {ids.text("a"): "u1"}, "parts": {"u1": "p"}},
        ),
        (
            {"id": "p", "text": "a", "source": FILE, "column": "body"},
            {
                "documents": {ids.text("a"): "p"},
                "origins": {"p": {"node": "dataset:file:refunds.pdf#7", "column": "body", "content": ids.text("a")}},
            },
        ),
        (
            Page("a", {"id": "p#2", "source": "s3://kb/p.pdf"}),
            {"documents": {ids.text("a"): "p#2"}, "origins": {"p": {"node": "dataset:s3://kb:p.pdf"}}},
        ),
        (
            {"id": "p#3", "content": "a", "meta": {"file_path": "s3://kb/p.pdf"}},  # Haystack's word
            {"documents": {ids.text("a"): "p#3"}, "origins": {"p": {"node": "dataset:s3://kb:p.pdf"}}},
        ),
    ],
)
def test_a_row_says_what_it_is_and_where_it_came_from(sink: MemorySink, row: Any, expected: dict[str, Any]) -> None:
    assert documents.facet([row]) == expected


@pytest.mark.parametrize("rows", [None, [], "text", [{"number": 1}], {"text": ["a"]}, iter(["a"])])
def test_what_holds_no_documents_has_no_facet(rows: Any) -> None:
    assert documents.facet(rows) == {}


def test_an_index_that_is_written_with_its_chunks_says_so_by_itself(sink: MemorySink) -> None:
    with driftline.run("build") as run:
        run.write("index", kind="index", data=[{"id": "p#1", "text": "a"}])
        run.write("table", kind="table", data=[{"id": "p#1", "text": "a"}])
    driftline.flush()
    index, table = sink.decoded()[-1].outputs
    assert b"p#1" in bytes(index.facets["driftline_documents"])
    assert "driftline_documents" not in table.facets


def test_batches_add_up_and_too_many_are_a_gap(sink: MemorySink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST", 3)
    with driftline.run("build") as run:
        index = run.write("index", version="1", kind="index")
        run.documents(index, ["a", "b"])
        run.documents(index, ["b", "c", "d", "e"], source=FILE)
    driftline.flush()
    event = sink.decoded()[-1]
    body = bytes(event.outputs[0].facets["driftline_documents"]).decode()
    assert [ids.text(text) in body for text in "abcde"] == [True, True, True, False, False]
    assert b'"documents":2' in bytes(event.run.facets["driftline_gaps"])


def test_a_version_that_the_run_does_not_know_is_a_counted_failure(sink: MemorySink) -> None:
    with driftline.run("build") as run:
        run.documents(FILE, ["a"])
    assert fault.counts() == {"documents": 1}


class Passage:
    """As frameworks make them: an object, which is no row of a table."""

    def __init__(self, name: str, text: str) -> None:
        self.id, self.page_content, self.metadata = name, text, {"source": FILE}


@pytest.mark.parametrize("kind", ["index", "documents"])
def test_objects_of_a_framework_are_documents_and_make_a_version_of_their_contents(sink: MemorySink, kind: str) -> None:
    def written(*texts: str) -> Any:
        with driftline.run("build") as run:
            return run.write("index", kind=kind, data=[Passage(f"p#{n}", text) for n, text in enumerate(texts)])

    first, again, other = written("a", "b"), written("a", "b"), written("a", "c")
    assert first.version == again.version != other.version
    assert first.rows == 2
    driftline.flush()
    (index,) = sink.decoded()[1].outputs
    facet = bytes(index.facets["driftline_documents"])
    assert ids.text("b").encode() in facet
    assert b"dataset:file:refunds.pdf#7" in facet


def test_only_a_sequence_of_documents_has_rows_of_them() -> None:
    assert documents.plain([Passage("p#0", "a"), "b"]) == [{"id": "p#0", "text": "a"}, {"id": "", "text": "b"}]
    assert documents.plain(object()) == documents.plain([object()]) == documents.plain("a") == []


class Node:
    """As LlamaIndex answers: a node, with a score beside it."""

    def __init__(self, node: Passage, score: float) -> None:
        self.node, self.score = node, score


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("a", ("a", "", None)),
        (("a", 0.5), ("a", "", 0.5)),
        ({"id": "p", "text": "a", "score": 0.5}, ("a", "p", 0.5)),
        (Passage("p", "a"), ("a", "p", None)),
        ((Passage("p", "a"), 1), ("a", "p", 1)),
        (Node(Passage("p", "a"), 0.5), ("a", "p", 0.5)),
        ({"source": "p.md"}, ("", "p.md", None)),
        (7, None),
        ("", None),
        (object(), None),
    ],
)
def test_a_document_is_found_in_whatever_holds_it(item: Any, expected: Any) -> None:
    assert documents.found(item) == expected


def test_an_answer_takes_documents_in_all_of_these_forms(sink: MemorySink) -> None:
    given = [Passage("p", "a"), ("b", 0.5), {"id": "c", "text": "c"}, Node(Passage("d", "d"), 0.25)]
    driftline.record_answer("desk", retrieved=given)
    with driftline.answer("desk") as answer:
        answer.retrieved(*given)
    with driftline.answer("desk") as answer:
        answer.retrieved(given)  # a list of them, too
    assert answer.draft.passages == [*"abcd"]
    driftline.flush()
    expected = [("p", "a", 0.0), ("", "b", 0.5), ("c", "c", 0.0), ("d", "d", 0.25)]
    for recorded in sink.recorded:
        assert [(one.document, one.content, one.score) for one in recorded.documents] == [
            (name, ids.text(text), score) for name, text, score in expected
        ]
    assert len(sink.recorded) == 3
    assert fault.counts() == {}
