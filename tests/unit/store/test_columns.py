from driftline.event.lineage import ColumnEdge, Dataset
from driftline.store.columns import by_target, kind, spans
from driftline.store.connection import OPEN

A, B = Dataset("n", "a"), Dataset("n", "b")
X, Y = ColumnEdge(A, "x", B, "x"), ColumnEdge(A, "y", B, "", "INDIRECT", "JOIN")


def test_an_edge_holds_from_the_first_word_to_the_first_word_without_it() -> None:
    """By hand: x said at 1 and 2, not at 3, again at 5; y said at 2 and from then on."""
    held = spans([(1, (X,)), (2, (X, Y)), (3, (Y,)), (5, (X, Y))])
    assert held == {X: [(1, 3), (5, OPEN)], Y: [(2, OPEN)]}


def test_no_words_hold_nothing() -> None:
    assert spans([]) == {}


def test_edges_are_grouped_by_target_without_regard_to_order_or_repetition() -> None:
    back = ColumnEdge(B, "x", A, "x")
    one, two = by_target([Y, X, back, X]), by_target([back, X, Y])
    assert one == two
    assert list(one) == [A, B]
    assert one == {**by_target([back]), **by_target([X, Y])}


def test_a_kind_names_the_subtype_where_there_is_one() -> None:
    assert kind(Y) == "INDIRECT:JOIN"
    assert kind(X) == "DIRECT"
