"""Documents that are whole files, by the hash of their bytes. What must be found is worked out by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import driftline
from driftline.capture.sending import client
from driftline.config import load
from driftline.engine.engine import Engine
from driftline.event import ids

OLD, NEW = "Refunds within 30 days.\n", "Refunds within 10 days.\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    driftline.configure(home=str(tmp_path / ".driftline"), console=False)
    yield tmp_path
    client.forget()


START = 1_700_000_000_000_000


def answered(text: str, *files: str, later_us: int = 0) -> str:
    with driftline.run("chat", at=START + later_us) as run, driftline.answer("chat") as made:
        for file in files:
            Path(file).write_text(text)
            run.read(file)
        made.retrieved(text)
    return made.id


def test_a_text_that_is_a_whole_file_comes_from_it_and_what_changed_there_is_told(home: Path) -> None:
    first, second = answered(OLD, "refunds.md"), answered(NEW, "refunds.md", later_us=1)
    found = driftline.why(second)
    (trail,) = found.documents
    assert [step.node for step in trail.steps] == [f"dataset:file:refunds.md#{ids.text(NEW)}"]
    assert [(one.before, one.after) for one in found.data] == [(ids.text(OLD), ids.text(NEW))]
    assert found.sentence.startswith("It stood on document refunds.md. No alarm upstream; what changed first is")
    (earlier,) = driftline.why(first).documents
    assert [step.node for step in earlier.steps] == [f"dataset:file:refunds.md#{ids.text(OLD)}"]
    assert {one.id for one in driftline.answers(document="refunds.md")} == {first, second}
    assert driftline.impact("document:refunds.md").answers == 2
    for node, answers in (("refunds.md", 2), (f"dataset:file:refunds.md#{ids.text(OLD)}", 1)):
        found = driftline.impact(node)
        assert found.answers == answers
        assert "retrieved its content and paid" in found.sentence


def test_answers_that_stood_on_a_file_and_those_that_retrieved_its_content_count_each_once(home: Path) -> None:
    """By hand: one did the first, two the second, one both; of two endpoints."""
    Path("refunds.md").write_text(OLD)
    with driftline.run("other", at=START) as run:
        file = run.read("refunds.md")
        for endpoint, money, uses, reads in (
            ("desk", 1.25, True, False),
            ("desk", 2.5, False, True),
            ("desk", 4.0, True, True),
            ("shop", 8.0, False, True),
            ("shop", 16.0, False, False),
        ):
            with driftline.answer(endpoint) as made:
                made.decide("refund", money=money)
                if uses:
                    made.uses("policy", file)
                if reads:
                    made.retrieved(OLD)
    found = driftline.impact("refunds.md")
    assert (found.answers, found.money) == (4, 15.75)
    assert "4 answers stood on it or retrieved its content and paid 15.75" in found.sentence


def test_of_several_files_with_one_content_those_count_that_were_there(home: Path) -> None:
    early = answered(OLD, "b.md", "a.md")
    late = answered(OLD, "c.md", later_us=1)
    assert [trail.steps[0].node.split("#")[0] for trail in driftline.why(early).documents] == [
        "dataset:file:a.md", "dataset:file:b.md",
    ]  # fmt: skip
    assert len(driftline.why(late).documents) == 3


def test_a_part_of_a_file_comes_from_nowhere(home: Path) -> None:
    with driftline.run("chat") as run, driftline.answer("chat") as made:
        Path("refunds.md").write_text(OLD)
        run.read("refunds.md")
        made.retrieved(OLD.strip())
    found = driftline.why(made)
    assert found.documents[0].steps == ()
    assert found.sentence.startswith("It stood on nothing recorded")
    assert driftline.answers(document="refunds.md") == ()


def test_a_chunk_with_an_id_of_its_own_comes_from_the_file_that_it_names(home: Path) -> None:
    """As LangChain's vector stores give it out: an id that means nothing, and the path of what it was cut from."""
    made = []
    for place, days in enumerate(("seven", "nine")):
        Path("refunds.md").write_text(f"Paid within {days} days.\nSent by mail.\n")
        with driftline.run("chat", at=START + place) as run, driftline.answer("chat") as answer:
            file = run.read("refunds.md")
            answer.retrieved(
                {"id": f"u{place}", "text": f"Paid within {days} days.", "metadata": {"source": "refunds.md"}}
            )
        made.append((answer.id, file.version))
    (_, old), (id_, new) = made
    found = driftline.why(id_)
    (trail,) = found.documents
    assert [(step.node, step.document, step.content) for step in trail.steps] == [
        (f"dataset:file:refunds.md#{new}", "u1", ""),
    ]
    assert [(one.before, one.after) for one in found.data] == [(old, new)]
    assert found.sentence.startswith("It stood on document refunds.md. No alarm upstream; what changed first is")
    for node, answers in (
        ("refunds.md", 2),
        (f"dataset:file:refunds.md#{old}", 1),
        (f"dataset:file:refunds.md#{new}", 1),
    ):
        assert driftline.impact(node).answers == answers
        assert len(driftline.answers(node=node if ":" in node else f"dataset:file:{node}")) == answers
    engine = Engine.open(load({"home": str(home / ".driftline")}))
    for _ in ("waiting", "in a segment"):
        assert {one.id for one in driftline.answers(document="refunds.md")} == {one for one, _ in made}
        assert driftline.impact("document:refunds.md").answers == 2
        assert driftline.answers(document="other.md") == ()
        engine.house.store.ledger.compact()
    engine.close()


def test_a_source_that_no_run_has_spoken_of_leads_nowhere(home: Path) -> None:
    with driftline.answer("chat") as made:
        made.retrieved({"id": "u1", "text": "Paid within seven days.", "source": "a wiki"})
    found = driftline.why(made)
    assert [trail.steps for trail in found.documents] == [()]
    assert found.sentence == "It stood on nothing recorded."
