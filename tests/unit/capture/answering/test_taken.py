"""What documents were taken from. Versions are the XXH3-64 of the bytes: ``ids.text`` of the texts that stand here."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest

import driftline
from driftline.capture.answering import making
from driftline.event import ids
from driftline.event.answer import Answer, Retrieved
from driftline.event.lineage import Dataset, Touched, Version
from driftline.testing import MemorySink

TEXT = "Refunds are paid within seven days.\nCompensation is due after three hours.\n"
CHUNK = "Refunds are paid within seven days."


class Framework(NamedTuple):
    """As LangChain's documents look once a vector store has them."""

    id: str
    page_content: str
    metadata: dict[str, Any]


class Node(NamedTuple):
    """As LlamaIndex's nodes look: what was found is around them."""

    node: Framework
    score: float = 0.5


def chunk(source: Any, name: str = "source") -> Framework:
    return Framework("7c6d1902", CHUNK, {name: source})


def recorded(sink: MemorySink) -> Answer:
    assert driftline.flush()
    (answer,) = sink.recorded
    return answer


def test_an_answer_that_is_recorded_at_once_knows_what_its_documents_were_taken_from(sink: MemorySink) -> None:
    with driftline.run("chat") as run:
        known = run.read("refunds.md")
        driftline.record_answer("desk", retrieved=[(chunk("refunds.md"), 0.5), "Anything."])
    first, second = recorded(sink).documents
    assert (first.document, first.score, first.source) == ("7c6d1902", 0.5, Version(known.dataset, known.version))
    assert (second.content, second.source) == (ids.text("Anything."), None)


def test_without_a_run_the_version_of_what_a_document_was_taken_from_is_not_known(sink: MemorySink) -> None:
    driftline.record_answer("desk", retrieved=[chunk("refunds.md")])
    assert recorded(sink).documents[0].source == Version(FILE, "")


def test_a_path_is_not_that_of_another_file_where_the_program_goes_elsewhere(
    sink: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driftline.record_answer("desk", retrieved=[chunk("refunds.md"), Retrieved("xxh3:1", "a", source=READ)])
    (tmp_path / "b").mkdir()
    monkeypatch.chdir(tmp_path / "b")
    assert [one.source for one in recorded(sink).documents] == [Version(FILE, ""), READ]


def test_a_path_that_led_nowhere_is_not_that_of_a_file_where_the_program_goes(
    sink: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driftline.record_answer("desk", retrieved=[chunk("b.md"), chunk(str(tmp_path / "refunds.md"))])
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "b.md").write_text(TEXT)
    monkeypatch.chdir(tmp_path / "b")
    assert [one.source for one in recorded(sink).documents] == [None, Version(FILE, "")]


def test_a_record_whose_id_is_not_ascii_keeps_what_it_was_taken_from(sink: MemorySink) -> None:
    driftline.record_answer("desk", retrieved=[Retrieved(ids.text(CHUNK), "Rückgabe#1", 0.5, READ)])
    assert recorded(sink).documents == (Retrieved(ids.text(CHUNK), "Rückgabe#1", 0.5, READ),)


def origin(sink: MemorySink, *given: Any) -> Version | None:
    with driftline.answer("desk") as made:
        made.retrieved(*given)
    return recorded(sink).documents[-1].source


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "refunds.md").write_text(TEXT)
    return tmp_path / "refunds.md"


FILE = Dataset("file", "refunds.md")
READ = Version(FILE, ids.text(TEXT))


@pytest.mark.parametrize("name", ["source", "file_path", "path", "url"])
@pytest.mark.parametrize("around", [lambda one: one, lambda one: (one, 0.5), Node])
def test_a_document_with_an_id_says_what_it_was_taken_from_too(sink: MemorySink, name: str, around: Any) -> None:
    with driftline.run("chat") as run:
        known = run.read("refunds.md")
        with driftline.answer("desk") as made:
            made.retrieved(around(chunk("refunds.md", name)))
    (one,) = recorded(sink).documents
    assert (one.content, one.document) == (ids.text(CHUNK), "7c6d1902")
    assert one.source == Version(known.dataset, known.version)


def test_what_a_retriever_returns_says_it_as_well(sink: MemorySink) -> None:
    found = {"ids": [["u1"]], "documents": [[CHUNK]], "metadatas": [[{"source": "refunds.md"}]]}  # as Chroma answers
    with driftline.run("chat") as run, driftline.answer("desk"):
        run.read("refunds.md")
        driftline.retriever(lambda: found)()
    assert recorded(sink).documents == (Retrieved(ids.text(CHUNK), "u1", 0.0, READ),)


def test_where_the_run_has_not_read_it_no_version_is_said(sink: MemorySink) -> None:
    with driftline.run("chat"):
        assert origin(sink, chunk("refunds.md")) == Version(FILE, "")


def test_where_the_run_has_read_it_in_two_versions_none_is_said(sink: MemorySink, file: Path) -> None:
    with driftline.run("chat") as run:
        run.read("refunds.md")
        file.write_text("Refunds are paid within nine days.\n")
        run.read("refunds.md")
        assert origin(sink, chunk("refunds.md")) == Version(FILE, "")


def test_of_one_file_of_many_days_no_version_is_said(sink: MemorySink, tmp_path: Path) -> None:
    """Each day is a part of one dataset: which one was read last is not which one this was taken from."""
    for day in ("2013-01-30", "2013-01-31"):
        (tmp_path / "feed").mkdir(exist_ok=True)
        (tmp_path / "feed" / f"{day}.md").write_text(day)
    with driftline.run("chat") as run:
        run.read("feed/2013-01-31.md")
        assert origin(sink, chunk("feed/2013-01-30.md")) == Version(Dataset("file", "feed"), "")


def test_what_read_returned_is_a_version_already(sink: MemorySink) -> None:
    said = Touched(dataset=FILE, version="3")
    assert origin(sink, {"id": "7", "text": CHUNK, "source": said}) == Version(FILE, "3")


@pytest.mark.parametrize("given", ["a text", chunk(""), chunk(7), chunk(None), Retrieved("xxh3:1", "refunds.md#1")])
def test_what_does_not_say_it_has_none(sink: MemorySink, given: Any) -> None:
    assert origin(sink, given) is None


def test_an_address_is_called_as_a_reader_calls_it(sink: MemorySink) -> None:
    assert origin(sink, chunk("s3://desk/refunds.md")) == Version(Dataset("s3://desk", "refunds.md"), "")


def test_a_source_that_breaks_costs_itself_only() -> None:
    class Odd(dict[str, Any]):
        def get(self, *_: Any) -> Any:
            raise OSError("the metadata is elsewhere")

    assert making.document(Framework("7", CHUNK, Odd())) == Retrieved(ids.text(CHUNK), "7")
