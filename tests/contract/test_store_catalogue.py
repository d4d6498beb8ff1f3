"""What every store promises about labels, the glossary and the search."""

import json
from typing import Any

from tests.described import describe

from driftline.event.label import Attached, Block, Description, Matches, Owner, Tag, TagKind, Term
from driftline.event.lineage import Dataset, Job, RunShape, Touched, Version
from driftline.store import Store
from driftline.store import finder as finding
from driftline.store.finder import Wanted

NODE = "dataset:db:shop.orders"
EMAIL = "datasetField:db:shop.orders:email"
START = 1_700_000_000_000_000


def tell(store: Store, name: str, *, at: int = 0, type_: str = "DATASET", kind: str = "", **facets: Any) -> None:
    """Fold what an event says of a dataset or a job; None: its facet is deleted."""
    held = {key: b"" if value is None else json.dumps(value).encode() for key, value in facets.items()}
    with store.transaction():
        describe(store, type_, "db", name, (START + at, 0, b"e%d" % at), held, kind)
        store.lineage.put([])
        store.index.follow()


def schema(*columns: str) -> dict[str, Any]:
    return {"fields": [{"name": name, "description": f"the {name}"} for name in columns]}


def find(store: Store, text: str = "", **wanted: str) -> Matches:
    return store.finder.find(Wanted(text, **wanted), {}, 20, 0)


def nodes(found: Matches) -> list[str]:
    return [hit.node for hit in found.hits]


def orders(store: Store) -> None:
    tell(
        store,
        "shop.orders",
        kind="table",
        schema=schema("id", "email"),
        documentation={"description": "Everything that was sold"},
        tags={"tags": [{"key": "gold", "value": "1"}, {"key": "pii", "value": "yes", "field": "email"}]},
        ownership={"owners": [{"name": "team:shop"}]},
    )


def test_labels_come_back_as_they_were_given(store: Store) -> None:
    tag = Tag(name="pii", value="high", attributes={"law": "gdpr"}, propagates=False, expires_us=9, by="ann", at_us=5)
    store.labels.tag(NODE, tag)
    store.labels.own(NODE, Owner(name="bo", type="STEWARD", by="ann", at_us=6))
    store.labels.describe(NODE, Description(text="sold", by="ann", at_us=7))
    store.labels.attach(NODE, Attached(name="Order", by="ann", at_us=8))
    held = store.labels.of([NODE, "dataset:db:other"])[NODE]
    assert held.tags == (tag,)
    assert held.owners == (Owner(name="bo", type="STEWARD", by="ann", at_us=6),)
    assert held.descriptions == (Description(text="sold", by="ann", at_us=7),)
    assert held.terms == (Attached(name="Order", by="ann", at_us=8),)


def test_a_label_said_again_replaces_and_the_past_stays_as_it_was(store: Store) -> None:
    store.labels.tag(NODE, Tag(name="tier", value="1", at_us=10))
    store.labels.tag(NODE, Tag(name="tier", value="2", at_us=20))
    assert store.labels.remove(NODE, "TAG", "tier", "ann", 30)
    assert not store.labels.remove(NODE, "TAG", "tier", "ann", 31)
    values = {
        at: [tag.value for held in store.labels.of([NODE], at).values() for tag in held.tags] for at in (9, 10, 20, 30)
    }
    assert values == {9: [], 10: ["1"], 20: ["2"], 30: []}


def test_tags_of_many_nodes_are_read_together(store: Store) -> None:
    places = {f"dataset:db:t{number}": number for number in range(50)}
    for node in (NODE, "dataset:db:t7", "dataset:db:t9"):
        store.labels.tag(node, Tag(name="pii", at_us=1))
    assert sorted(place for place, _ in store.labels.tagged(places, 5)) == [7, 9]
    assert sorted(place for place, _ in store.labels.tagged({"dataset:db:t7": 7}, 5)) == [7]


def test_blocks_hold_until_they_are_lifted(store: Store) -> None:
    block = Block(source=NODE, target="dataset:db:b", tag="pii", by="ann", at_us=10)
    store.labels.block(block)
    store.labels.block(block)
    assert store.labels.blocks() == [block]
    assert store.labels.unblock(block, "bo", 20)
    assert not store.labels.unblock(block, "bo", 21)
    assert [store.labels.blocks(at) for at in (9, 15, 20)] == [[], [block], []]


def test_what_tags_mean_and_the_glossary_are_kept_by_name(store: Store) -> None:
    kind = TagKind(name="pii", description="personal", sensitive=True)
    term = Term(name="Order", definition="a sale", synonyms=("purchase",))
    store.labels.put_kind(kind)
    store.glossary.put(Term(name="Order"))
    store.glossary.put(term)
    assert store.labels.kinds() == {"pii": kind}
    assert store.glossary.get("Order") == term
    assert store.glossary.all() == {"Order": term}
    assert store.glossary.remove("Order")
    assert not store.glossary.remove("Order")


def test_everything_that_is_said_of_a_dataset_finds_it(store: Store) -> None:
    orders(store)
    tell(store, "shop.returns", schema=schema("id"))
    for text in ("orders", "shop orders", "ord", "SOLD", "gold", "team:shop", "sold email"):
        assert nodes(find(store, text))[0] == NODE, text
    assert nodes(find(store, "nothing")) == []
    assert nodes(find(store, "orders returns")) == []


def test_a_column_is_found_by_its_name_and_beside_its_dataset(store: Store) -> None:
    orders(store)
    assert nodes(find(store, "email")) == [EMAIL, NODE]
    assert nodes(find(store, "orders email", type="FIELD")) == [EMAIL]


def test_the_exact_name_comes_before_a_beginning_a_column_and_a_text(store: Store) -> None:
    tell(store, "a", documentation={"description": "about flights"})
    tell(store, "b", schema=schema("flights"))
    tell(store, "flightsOld")
    tell(store, "feed/flights")
    tell(store, "flights")
    found = nodes(find(store, "flights", type="DATASET"))
    assert found == [f"dataset:db:{name}" for name in ("flights", "feed/flights", "flightsOld", "b", "a")]


def test_facets_count_everything_and_filters_narrow(store: Store) -> None:
    orders(store)
    tell(store, "load", type_="JOB", documentation={"description": "loads orders"})
    found = find(store, "orders")
    assert found.total == 4  # the dataset, two columns, the job
    assert found.facets["type"] == {"FIELD": 2, "DATASET": 1, "JOB": 1}
    assert found.facets["tag"] == {"gold": 1, "pii": 1}
    assert found.facets["owner"] == {"team:shop": 1}
    assert found.facets["kind"] == {"table": 3}
    assert nodes(find(store, "orders", type="JOB")) == ["job:db:load"]
    assert nodes(find(store, tag="PII")) == [EMAIL]
    assert nodes(find(store, owner="team:shop")) == [NODE]
    assert nodes(find(store, "orders", tag="gold", kind="table")) == [NODE]
    assert nodes(find(store, "orders", tag="gold", kind="view")) == []
    assert find(store, "orders", namespace="elsewhere").total == 0


def test_an_event_that_says_nothing_new_writes_nothing_to_the_index(store: Store) -> None:
    orders(store)
    before = store._connection.rows("entries_of", ids="[1]")
    wrote: list[Any] = []
    store.index._write = wrote.append
    tell(store, "shop.orders", at=1, schema=schema("id", "email"))
    assert wrote == []
    assert store._connection.rows("entries_of", ids="[1]") == before


def test_a_newer_facet_takes_away_what_the_older_one_said(store: Store) -> None:
    orders(store)
    tell(store, "shop.orders", at=1, tags=None, schema=schema("id"), documentation={"description": "All returns"})
    assert nodes(find(store, "gold")) == []
    assert nodes(find(store, "sold")) == []
    assert nodes(find(store, "returns")) == [NODE]
    assert nodes(find(store, tag="pii")) == []


def test_an_older_event_that_comes_late_changes_nothing(store: Store) -> None:
    tell(store, "shop.orders", at=5, documentation={"description": "new"})
    tell(store, "shop.orders", at=1, documentation={"description": "old"})
    assert (find(store, "new").total, find(store, "old").total) == (1, 0)


def test_labels_and_terms_are_found_once_they_are_refreshed(store: Store) -> None:
    orders(store)
    store.labels.tag(NODE, Tag(name="VIP", at_us=1))
    store.labels.attach(NODE, Attached(name="Order", at_us=1))
    store.index.refresh([NODE])
    assert nodes(find(store, "vip")) == [NODE]
    store.glossary.put(Term(name="Order", synonyms=("purchase",)))
    store.index.refresh_term("Order")
    assert nodes(find(store, "purchase")) == ["term:Order", NODE]
    store.glossary.remove("Order")
    store.index.refresh_term("Order")
    assert nodes(find(store, "purchase")) == []


def test_nodes_that_were_written_unseen_are_caught_up_with(store: Store) -> None:
    describe(store, "DATASET", "db", "unseen", (START, 0, b"e"), {})
    store.lineage.put([])
    store.index.forget()  # as if older code had written it
    assert store.index.behind()
    store.index.catch_up()
    assert not store.index.behind()
    assert nodes(find(store, "unseen")) == ["dataset:db:unseen"]


def test_the_index_made_anew_finds_the_same(store: Store) -> None:
    orders(store)
    store.glossary.put(Term(name="Order", definition="sold"))
    store.index.refresh_term("Order")
    texts = ("sold", "email", "gold", "")
    before = [find(store, text) for text in texts]
    assert store.index.rebuild() == 1
    assert [find(store, text) for text in texts] == before


def test_what_is_undone_is_not_indexed(store: Store) -> None:
    try:
        with store.transaction():
            describe(store, "DATASET", "db", "gone", (START, 0, b"e"), {})
            store.lineage.put([])
            store.index.follow()
            raise KeyError
    except KeyError:
        pass
    assert nodes(find(store, "gone")) == []
    tell(store, "kept")
    assert nodes(find(store, "kept")) == ["dataset:db:kept"]


def test_trouble_is_counted_narrowed_to_and_ranked(store: Store) -> None:
    tell(store, "a_flights")
    tell(store, "b_flights")
    trouble = {"dataset:db:b_flights": "drift"}
    found = store.finder.find(Wanted("flights"), trouble, 20, 0)
    assert nodes(found) == ["dataset:db:b_flights", "dataset:db:a_flights"]
    assert found.facets["status"] == {"drift": 1}
    assert nodes(store.finder.find(Wanted("flights", status="drift"), trouble, 20, 0)) == ["dataset:db:b_flights"]
    assert nodes(store.finder.find(Wanted("flights", sort="name"), trouble, 20, 0))[0] == "dataset:db:a_flights"


def test_pages_add_up_to_everything(store: Store) -> None:
    for number in range(7):
        tell(store, f"part_{number}")
    pages = [nodes(store.finder.find(Wanted("part"), {}, 3, offset)) for offset in (0, 3, 6, 9)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert sorted(node for page in pages for node in page) == [f"dataset:db:part_{number}" for number in range(7)]


def test_words_that_are_all_common_are_looked_for_together(store: Store, monkeypatch: Any) -> None:
    monkeypatch.setattr(finding, "MOST", 3)
    for number in range(6):
        tell(store, f"alpha_{number}", documentation={"description": "alpha"})
        tell(store, f"beta_{number}")
        tell(store, f"gamma_{number}")
    tell(store, "gamma_beta_alpha")
    for text in ("alpha beta", "beta gamma alpha", "gamma beta"):
        assert nodes(find(store, text)) == ["dataset:db:gamma_beta_alpha"], text
    assert find(store, "alpha").more


def test_hand_made_labels_are_no_part_of_the_canonical_state(store: Store) -> None:
    orders(store)
    before = store.canonical.digest()
    store.labels.tag(NODE, Tag(name="VIP", at_us=1))
    store.glossary.put(Term(name="Order"))
    store.labels.block(Block(source=NODE, target="x", at_us=1))
    store.index.refresh([NODE])
    assert store.canonical.digest() == before


def test_what_events_say_is_read_as_it_stood_by_a_moment(store: Store) -> None:
    orders(store)
    assert [tag.name for tag in store.tellings.of("DATASET", "db", "shop.orders", START).tags] == ["gold"]
    assert store.tellings.of("DATASET", "db", "shop.orders", START - 1).tags == ()
    (told,) = store.tellings.tagged([1, 2, 3], START)
    assert (told.id, told.name) == (1, "shop.orders")


RUN = "0190aaaa-0000-7000-8000-000000000001"


def build(store: Store) -> tuple[str, str]:
    """Return a run and the version that it wrote."""
    written = Touched(dataset=Dataset("db", "mart"), version="v7", kind="table")
    store.lineage.put_shape(RunShape(run=RUN, job=Job("etl", "nightly"), started_us=START, outputs=(written,)))
    return f"run:{RUN}", Version(written.dataset, "v7").node


def test_runs_and_versions_are_found_once_something_is_said_of_them(store: Store) -> None:
    run, version = build(store)
    store.index.catch_up()
    assert {hit.type for hit in find(store).hits} == {"DATASET", "JOB"}
    store.labels.tag(run, Tag(name="suspect", by="ann", at_us=START))
    store.labels.describe(version, Description(text="loaded twice by mistake", by="ann", at_us=START))
    store.labels.own(version, Owner(name="ann", by="ann", at_us=START))
    store.index.refresh([run, version])
    [hit] = find(store, tag="suspect").hits
    assert (hit.node, hit.type, hit.name, hit.namespace) == (run, "RUN", f"nightly {RUN}", "etl")
    assert (
        nodes(find(store, "mistake"))
        == nodes(find(store, owner="ann"))
        == nodes(find(store, type="VERSION"))
        == [version]
    )
    assert nodes(find(store, RUN)) == [run]
    assert run in nodes(find(store, "nightly"))
    tell(store, "mart", at=5)  # the dataset is indexed anew, its version stays
    assert nodes(find(store, "mistake")) == [version]
    found = {hit.node for hit in find(store).hits}
    store.index.rebuild()
    assert {hit.node for hit in find(store).hits} == found
    store.labels.remove(run, "TAG", "suspect", "ann", START + 1)
    store.index.refresh([run])
    assert find(store, tag="suspect").hits == ()
    store.lineage.drop({RUN})
    store.index.review()
    assert nodes(find(store, type="VERSION")) == []


def test_what_was_said_of_runs_before_they_were_indexed_is_caught_up_with_once(store: Store) -> None:
    run, _ = build(store)
    store.labels.tag(run, Tag(name="suspect", by="ann", at_us=START))
    store.index.catch_up()
    assert nodes(find(store, tag="suspect")) == [run]
