from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.labels import OUT, RAW, RUN, event

from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.errors import BadInput, NotFound
from driftline.event.lineage import Dataset
from driftline.store.finder import Wanted


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine.open(Settings(home=str(tmp_path), console=False)) as found:
        found.ingest(event(1))
        yield found


def names(engine: Engine, node: str) -> list[str]:
    return [one.tag.name for one in engine.tags(node)]


def found(engine: Engine, text: str = "", **wanted: str) -> list[str]:
    return [hit.node for hit in engine.catalogue.search(Wanted(text, **wanted)).hits]


def test_a_tag_says_who_put_it_there_and_is_inherited(engine: Engine) -> None:
    engine.tag("raw", "pii", by="ann")
    own, inherited = engine.tags("raw"), engine.tags("out")
    assert [(one.tag.by, one.source, one.path) for one in own] == [("ann", RAW, ())]
    assert [(one.source, one.path) for one in inherited] == [(RAW, (RAW, OUT))]
    engine.untag("raw", "pii")
    assert engine.tags("out") == []


def test_a_tag_can_be_searched_for_at_once_and_no_more_when_it_is_gone(engine: Engine) -> None:
    engine.tag("raw", "pii")
    assert found(engine, tag="pii") == [RAW]
    engine.untag("raw", "pii")
    assert found(engine, tag="pii") == []


def test_a_tag_that_would_have_expired_already_is_refused(engine: Engine) -> None:
    with pytest.raises(BadInput, match="expired already"):
        engine.catalogue.tag("raw", "brief", expires_us=engine.house.now())


def test_a_tag_of_a_run_or_a_version_stays_there(engine: Engine) -> None:
    (version,) = engine.house.store.lineage.versions(Dataset("db", "out"))
    for node in (f"run:{RUN.format(1)}", version.node):
        assert not engine.catalogue.tag(node, "looked at", propagates=True).propagates
        assert names(engine, node) == ["looked at"]
    assert names(engine, "out") == []


def test_a_tag_that_has_expired_is_not_searched_for_nor_counted(engine: Engine) -> None:
    house = engine.house
    start = house.now()
    house.now = lambda: start
    engine.catalogue.tag("raw", "brief", expires_us=start + 10)
    engine.catalogue.tag("out", "long", expires_us=start + 20)
    assert (found(engine, tag="brief"), found(engine, tag="long")) == ([RAW], [OUT])
    for later, brief, long in ((10, [], [OUT]), (20, [], [])):
        house.now = lambda later=later: start + later
        assert (found(engine, "brief"), found(engine, tag="brief"), found(engine, tag="long")) == (brief, brief, long)
    assert engine.catalogue.search(Wanted()).facets["tag"] == {}


def test_a_kind_says_whether_a_tag_spreads_where_nobody_does(engine: Engine) -> None:
    engine.catalogue.explain_tag("local", "stays", propagates=False)
    engine.catalogue.tag(RAW, "local")
    engine.catalogue.tag(RAW, "wide")
    assert names(engine, OUT) == ["wide"]
    assert [(kind.name, kind.propagates) for kind in engine.catalogue.tag_kinds()] == [
        ("local", False),
        ("wide", False),
    ]
    engine.catalogue.tag(RAW, "local", propagates=True)
    assert names(engine, OUT) == ["local", "wide"]


def test_a_block_is_put_up_and_lifted(engine: Engine) -> None:
    engine.tag(RAW, "pii")
    engine.catalogue.block("raw", "out", "pii", by="ann")
    assert names(engine, OUT) == []
    assert [(one.source, one.target, one.tag) for one in engine.catalogue.blocks()] == [(RAW, OUT, "pii")]
    engine.catalogue.unblock("raw", "out", "pii")
    assert names(engine, OUT) == ["pii"]
    with pytest.raises(NotFound):
        engine.catalogue.unblock("raw", "out", "pii")
    with pytest.raises(BadInput):
        engine.catalogue.block("raw", "raw")


def test_a_term_is_defined_attached_found_and_forgotten(engine: Engine) -> None:
    engine.catalogue.define("Arrival", "when it lands", synonyms=("landing",))
    engine.catalogue.attach("out.x", "Arrival")
    column = "datasetField:db:out:x"
    assert engine.catalogue.standing_for("Arrival") == [column]
    assert found(engine, "landing") == ["term:Arrival", column]
    assert found(engine, term="Arrival") == [column]
    engine.catalogue.detach("out.x", "Arrival")
    engine.catalogue.attach("out", "Arrival")
    engine.catalogue.forget_term("Arrival")
    assert found(engine, "landing") == []
    assert engine.catalogue.labels("out").terms == ()
    with pytest.raises(NotFound, match="term"):
        engine.catalogue.attach("out", "Arrival")


def test_a_description_is_replaced_and_taken_away(engine: Engine) -> None:
    engine.catalogue.describe("out", "first words")
    engine.catalogue.describe("out", "other words")
    assert [text.text for text in engine.catalogue.labels("out").descriptions] == ["other words"]
    assert (found(engine, "first"), found(engine, "other")) == ([], [OUT])
    engine.catalogue.describe("out", "")
    assert engine.catalogue.labels("out").descriptions == ()


def test_what_is_quarantined_is_marked_and_ranked_first_by_risk(engine: Engine) -> None:
    engine.quarantine("out", "bad")
    hits = engine.catalogue.search(Wanted("", type="DATASET", sort="risk")).hits
    assert [(hit.node, hit.status) for hit in hits] == [(OUT, "quarantined"), (RAW, "")]


def test_hand_made_labels_are_no_part_of_the_canonical_state(engine: Engine) -> None:
    before = engine.house.store.canonical.digest()
    engine.tag(RAW, "pii")
    engine.catalogue.define("T", "t")
    engine.catalogue.attach(RAW, "T")
    engine.catalogue.block(RAW, OUT)
    assert engine.catalogue.reindex() == 3
    assert engine.house.store.canonical.digest() == before


@pytest.mark.parametrize("name", ["", "  ", "a\x07b", "n" * 201])
def test_a_tag_needs_a_name_that_can_be_printed(engine: Engine, name: str) -> None:
    with pytest.raises(BadInput):
        engine.tag(RAW, name)


def test_nothing_can_be_said_of_what_is_not_known(engine: Engine) -> None:
    with pytest.raises(NotFound):
        engine.tag("nowhere", "pii")
    with pytest.raises(NotFound):
        engine.catalogue.labels("raw.nothing")
