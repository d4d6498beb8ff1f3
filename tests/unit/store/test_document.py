from driftline.event.label import Attached, Description, Owner, Tag, TagKind, Term
from driftline.event.said import Said
from driftline.store import document
from driftline.store.document import COLUMN, EXACT, LABEL, LAST, NAME, PLACE, TEXT, Labelled, Meanings

ORDERS = ("DATASET", "db", "shop.orders")
NODE = "dataset:db:shop.orders"


def test_a_dataset_and_each_of_its_columns_are_documents() -> None:
    said = Said(columns=("id", "email"), column_tags={"email": (Tag(name="pii"),)})
    found = document.of_node(ORDERS, "table", said, {}, ["email", "old"], Meanings())
    assert [one.node for one in found] == [
        NODE,
        "datasetField:db:shop.orders:id",
        "datasetField:db:shop.orders:email",
        "datasetField:db:shop.orders:old",
    ]
    assert [one.marks for one in found] == [(), (), ("tag=pii",), ()]
    assert found[2].sensitive


def test_a_word_has_the_rank_of_the_best_place_where_it_stands() -> None:
    said = Said(columns=("orders", "email"), description=Description(text="What was ordered by email"))
    terms = document.of_node(ORDERS, "", said, {}, [], Meanings())[0].terms
    assert terms["orders"] == NAME  # also a column
    assert terms["email"] == COLUMN  # also in the text
    assert terms["ordered"] == TEXT
    assert terms["db"] == PLACE
    assert (terms["^shop/orders"], terms["^orders"]) == (EXACT, LAST)


def test_labels_of_people_and_of_events_are_both_found() -> None:
    said = Said(tags=(Tag(name="gold", origin="event"),), owners=(Owner(name="team:a", origin="event"),))
    labels = {
        NODE: Labelled(
            tags=(Tag(name="PII", value="high", attributes={"law": "gdpr"}),),
            owners=(Owner(name="ann"),),
            descriptions=(Description(text="Sold things"),),
            terms=(Attached(name="Order"),),
        )
    }
    meanings = Meanings({}, {"Order": Term(name="Order", synonyms=("purchase",))})
    (one,) = document.of_node(ORDERS, "", said, labels, [], meanings)
    assert one.marks == ("tag=PII", "tag=gold", "owner=ann", "owner=team:a", "term=Order")
    expected = ("gold", "high", "gdpr", "ann", "purchase")
    assert {word: one.terms[word] for word in expected} == dict.fromkeys(expected, LABEL)
    assert one.terms["tag=pii"] == EXACT
    assert one.terms["sold"] == TEXT


def test_what_is_sensitive_follows_what_was_said_of_the_tag() -> None:
    kinds = {"pii": TagKind(name="pii", sensitive=False), "vip": TagKind(name="vip", sensitive=True)}
    meanings = Meanings(kinds)
    assert [meanings.sensitive(tag) for tag in ("pii", "vip", "PHI", "gold")] == [False, True, True, False]


def test_the_hash_changes_with_what_is_indexed_and_with_nothing_else() -> None:
    def of(kind: str, *columns: str) -> int:
        return document.of_node(ORDERS, kind, Said(columns=columns), {}, [], Meanings())[0].hash

    assert of("table", "a") == of("table", "a")
    assert len({of("table", "a"), of("view", "a"), of("table", "b")}) == 3


def test_a_term_is_found_by_its_synonyms_and_its_definition() -> None:
    one = document.of_term(
        Term(name="On time", definition="within 15 minutes", synonyms=("punctual",), related=("delay",))
    )
    assert one.node == "term:On time"
    assert (one.terms["punctual"], one.terms["delay"], one.terms["minutes"]) == (NAME, LABEL, TEXT)
