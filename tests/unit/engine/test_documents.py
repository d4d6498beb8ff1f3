"""From a retrieved chunk to its source. The ways are worked out by hand from what the runs say."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import driftline
from driftline.capture.sending import client
from driftline.config import load
from driftline.engine import documents
from driftline.engine.engine import Engine
from driftline.errors import NotFound
from driftline.event import ids
from driftline.event.answer import Answer, Retrieved, Source
from driftline.event.lineage import Dataset, Version
from driftline.event.report import Perhaps, Trail
from driftline.store.ledger import Ledger
from driftline.store.lineage import Lineage

PAGE = "Refunds are paid within seven days. Compensation is due after three hours."
CHUNKS = ("Refunds are paid within seven days.", "Compensation is due after three hours.")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    driftline.configure(home=str(tmp_path / ".driftline"), console=False)
    yield tmp_path
    client.forget()


def asked(*chunks: str) -> tuple[Trail, ...]:
    with driftline.answer("desk") as made:
        made.uses("index", "policy-index", "7")
        made.retrieved(*chunks)
        made.decide("refund", money=300.0)
    return driftline.why(made).documents


def test_a_chunk_leads_to_its_page_to_the_run_that_cut_it_and_to_the_run_that_parsed_the_file(home: Path) -> None:
    (home / "refunds.pdf").write_text("as it came")
    with driftline.run("parse") as parse:
        file = parse.read("refunds.pdf")
        rows = [{"id": "refunds", "text": PAGE, "source": file, "column": "body"}]
        pages = parse.write("pages", kind="documents", data=rows)
    with driftline.run("build_index") as build:
        build.read(pages)
        cut = [{"id": f"refunds#{number}", "text": text} for number, text in enumerate(CHUNKS)]
        build.write("policy-index", version="7", kind="index", data=cut)
    (trail,) = asked(CHUNKS[1])
    assert trail.content == ids.text(CHUNKS[1])
    assert [(step.node, step.document, step.content, step.run, step.job) for step in trail.steps] == [
        ("dataset:file:policy-index#7", "refunds#1", ids.text(CHUNKS[1]), build.id, "build_index"),
        (f"dataset:file:pages#{pages.version}", "refunds", ids.text(PAGE), parse.id, "parse"),
        (f"dataset:file:refunds.pdf#{file.version}", "refunds", ids.text(PAGE), "", ""),
    ]
    assert trail.steps[2].column == "body"
    for named in ("refunds.pdf", "dataset:file:refunds.pdf", f"dataset:file:refunds.pdf#{file.version}"):
        assert len(driftline.answers(document=named)) == 1  # by the file at the end of its trail
    assert driftline.answers(document="unds.pdf") == ()
    assert "1 answer retrieved it" in driftline.impact("document:refunds").sentence


def test_of_what_an_answer_has_perhaps_read_the_trail_says_so(home: Path) -> None:
    engine = Engine.open(load({"home": str(home / ".driftline")}))
    documents = tuple(Retrieved(ids.text(chunk)) for chunk in CHUNKS)
    engine.record([Answer(id=ids.uuid7(1), time_us=1, endpoint="desk", documents=documents, perhaps=1)])
    (kept,) = engine.answers()
    assert [trail.sure for trail in engine.why(kept.id).documents] == [True, False]
    engine.close()


def test_answers_that_have_perhaps_read_a_document_are_counted_apart(home: Path) -> None:
    """By hand: the first two answers have the first chunk for sure, the third one perhaps; only the second has both."""
    engine = Engine.open(load({"home": str(home / ".driftline")}))
    one, other = (Retrieved(ids.text(chunk), f"{name}.md#0") for name, chunk in zip("ab", CHUNKS, strict=True))
    given = (("desk", (one,), 0, 1.0), ("desk", (other, one), 0, 20.0), ("chat", (other, one), 1, 300.0))
    engine.record(
        Answer(id=ids.uuid7(n + 1), time_us=n + 1, endpoint=at, documents=documents, perhaps=perhaps, money=money)
        for n, (at, documents, perhaps, money) in enumerate(given)
    )

    def told(document: str) -> tuple[int, float, tuple[str, ...], Perhaps | None]:
        found = engine.touched_by(document)
        return found.answers, found.money, found.endpoints, found.perhaps

    for compacted in (False, True):
        if compacted:
            engine.house.store.ledger.compact()
        for named in (ids.text(CHUNKS[0]), "a.md#0", "a.md"):
            assert told(named) == (2, 21.0, ("desk",), Perhaps(answers=1, money=300.0, endpoints=("chat",)))
        assert told("b.md") == (2, 320.0, ("chat", "desk"), None)
    assert engine.touched_by("a.md").sentence.endswith(
        "2 answers retrieved it and paid 21.00 USD; 1 more may have, and paid 300.00 USD."
    )
    engine.close()


def test_without_further_words_a_chunk_of_a_page_leads_to_the_file_of_that_name(home: Path) -> None:
    (home / "corpus").mkdir()
    for name in ("refunds.md", "delays.md"):
        (home / "corpus" / name).write_text(PAGE)
    with driftline.run("build_index") as build:
        build.read("corpus")
        data = [{"passage": "refunds.md#1", "text": CHUNKS[0]}]
        build.write("policy-index", version="7", kind="index", data=data)
    (trail,) = asked(CHUNKS[0])
    assert [step.node.partition("#")[0] for step in trail.steps] == [
        "dataset:file:policy-index",
        "dataset:file:corpus/refunds.md",
    ]


def test_chunks_with_ids_of_their_own_are_followed_by_the_document_that_they_name(home: Path) -> None:
    with driftline.run("ingest") as ingest:
        index = ingest.write("policy-index", version="7", kind="index")
        for number, text in enumerate(CHUNKS):  # batch by batch
            ingest.documents(index, [{"id": f"u{number}", "text": text, "document": "kb/12"}], source="s3://kb/dump")
    (trail,) = asked(CHUNKS[1])
    assert [(step.node, step.document) for step in trail.steps] == [
        ("dataset:file:policy-index#7", "u1"),
        ("dataset:s3://kb:dump", "kb/12"),  # which no run has read, but which was said
    ]
    found = driftline.impact("kb/12")
    assert (found.answers, found.money, found.endpoints) == (1, 300.0, ("desk",))


def test_what_the_index_does_not_hold_has_no_trail(home: Path) -> None:
    with driftline.run("build_index") as build:
        build.write("policy-index", version="7", kind="index", data=[{"id": "a#1", "text": CHUNKS[0]}])
    known, unknown = asked(CHUNKS[0], "something else")
    assert (len(known.steps), unknown.steps) == (1, ())


@pytest.mark.parametrize("named", [ids.text(CHUNKS[0]), "a#1", "a", "document:a"])
def test_the_answers_that_retrieved_a_document_are_counted(home: Path, named: str) -> None:
    with driftline.run("build_index") as build:
        build.write("policy-index", version="7", kind="index", data=[{"id": "a#1", "text": CHUNKS[0]}])
    asked(CHUNKS[0])
    asked(CHUNKS[1])
    asked(CHUNKS[1], CHUNKS[0])
    found = driftline.impact(named)
    assert (found.answers, found.money, len(found.newest)) == (2, 600.0, 2)
    assert "dataset:file:policy-index#7" in {node.id for node in found.graph.nodes}


def test_a_document_that_nobody_knows_is_not_found(home: Path) -> None:
    asked(CHUNKS[0])
    for named in ("nothing.md", "document:nothing.md"):
        with pytest.raises(NotFound):
            driftline.impact(named)


def test_a_document_that_no_answer_retrieved_is_known_all_the_same(home: Path) -> None:
    """By its id, its whole, its content and its file; also of an index that says no kind; nobody has paid anything."""
    (home / "rules.txt").write_text(CHUNKS[0])
    with driftline.run("build_index") as build:
        file = build.read("rules.txt")
        index = build.write("plain-index", version="1")
        build.documents(index, [{"id": "rules#1", "text": CHUNKS[1], "source": "other.txt"}])
    asked("something else")
    for named in ("rules#1", "rules", ids.text(CHUNKS[1]), "other.txt"):
        found = driftline.impact(f"document:{named}")
        assert (found.answers, found.money, found.newest) == (0, 0.0, ()), named
        assert "0 answers retrieved it and paid 0.00 USD" in found.sentence
        assert index.dataset.node + "#1" in {node.id for node in found.graph.nodes}
    for named in ("rules.txt", ids.text(CHUNKS[0])):  # a whole file, which no collection or index holds
        found = driftline.impact(f"document:{named}")
        assert (found.answers, found.money) == (0, 0.0)
        assert f"dataset:file:rules.txt#{file.version}" in {node.id for node in found.graph.nodes}


def test_an_index_is_found_among_a_thousand_others(home: Path) -> None:
    with driftline.run("load") as load:
        for number in range(1_001):
            load.write(f"a{number}", version="1", kind="table")
        load.write("z-index", version="1", kind="index", data=[{"id": "rules#1", "text": CHUNKS[1]}])
    assert driftline.impact("document:rules").answers == 0


def test_a_document_that_only_old_versions_hold_is_found(home: Path) -> None:
    """By hand: the first two of 60 versions hold the page, neither of them among the newest 50."""
    for number in range(60):
        page = "removed" if number < 2 else f"page {number}"
        rows = [{"id": f"{page}#0", "text": page, "source": f"{page}.md"}]
        with driftline.run("build", at=1_000_000 * (number + 1)) as build:
            build.write("wiki", version=str(number), kind="index", data=rows)
    with driftline.answer("chat") as made:
        made.retrieved("removed")
    for named in ("removed#0", "removed", "removed.md"):
        assert driftline.impact(f"document:{named}").sentence.startswith("2 versions of indexes, collections and files")
        assert [answer.id for answer in driftline.answers(document=named)] == [made.id]
    with pytest.raises(NotFound, match="then older ones"):
        driftline.impact("document:never")


def test_answers_that_retrieved_a_document_are_found_without_adding_up_all_that_did(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sum looks into each answer, which takes twenty seconds of ten million; the newest lie in the index."""
    with driftline.answer("chat") as made:
        made.retrieved({"id": "note#1", "text": "held by no version"})
    monkeypatch.setattr(Ledger, "totals", None)
    for named in ("note#1", "note", "held by nobody"):
        found = [answer.id for answer in driftline.answers(document=named)]
        assert found == ([] if named == "held by nobody" else [made.id])


def test_what_was_never_seen_is_an_error_that_says_what_to_do(home: Path) -> None:
    with driftline.run("build_index") as build:
        build.write("policy-index", version="7", kind="index", data=[{"id": "a#1", "text": CHUNKS[0]}])
    asked(CHUNKS[0])
    for named, hint in (("", "run.documents"), ("b#1", "run.documents"), ("policy-index", "without 'document:'")):
        with pytest.raises(NotFound) as raised:
            driftline.impact(f"document:{named}")
        assert hint in raised.value.hint


def test_money_of_several_currencies_is_never_added_up(tmp_path: Path) -> None:
    given = ((10.0, "USD", 0), (20.0, "EUR", 0), (1.0, "USD", 0), (3.0, "JPY", 1))
    model = Source("model", Version(Dataset("file", "m"), "1"))
    with Engine.open(load({"home": str(tmp_path / "apart")})) as engine:
        engine.record(
            Answer(
                id=str(n), time_us=n, endpoint="desk", money=money, currency=currency, perhaps=perhaps,
                documents=(Retrieved("", "rules"),), sources=(model,),
            )
            for n, (money, currency, perhaps) in enumerate(given)
        )  # fmt: skip
        found, seen = engine.touched_by("document:rules"), engine.overview()
        assert (found.money, found.currency, found.others) == (11.0, "USD", {"EUR": 20.0})
        assert found.perhaps == Perhaps(answers=1, others={"JPY": 3.0})
        assert found.sentence.endswith("paid 11.00 USD and 20.00 EUR; 1 more may have, and paid 3.00 JPY.")
        assert (seen.money, seen.currency, seen.others) == (11.0, "USD", {"EUR": 20.0, "JPY": 3.0})


def test_a_version_is_asked_for_once_however_many_documents_an_answer_has(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten thousand documents took 1.7 s where each asked for the run that wrote the index."""
    rows = [{"id": f"a#{number}", "text": f"text {number}"} for number in range(50)]
    with driftline.run("build_index") as build:
        build.write("policy-index", version="7", kind="index", data=rows)
    assert driftline.flush()
    asked_for: list[Version] = []
    writers = Lineage.writers

    def counted(self: Lineage, version: Version, limit: int = 100) -> list[str]:
        asked_for.append(version)
        return writers(self, version, limit)

    monkeypatch.setattr(Lineage, "writers", counted)
    with Engine.open(load({"home": str(home / ".driftline")})) as engine:
        engine.catch_up()
        found = tuple(Retrieved(ids.text(row["text"])) for row in rows)
        index = Source("index", Version(Dataset("file", "policy-index"), "7"))
        answer = Answer(id="a", time_us=1, endpoint="desk", documents=found, sources=(index,))
        assert [len(trail.steps) for trail in documents.trails(engine.house, answer)] == [1] * 50
    assert asked_for == [index.version]
