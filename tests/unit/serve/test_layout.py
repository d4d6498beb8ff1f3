from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.serve import layout

CHAIN = ["a", "b", "c"]


def crossings(places: dict[str, tuple[float, float]], links: list[tuple[str, str]]) -> int:
    """Count straight links between the same two columns that cross: the definition, by all pairs."""
    found = 0
    for (a, b), (c, d) in combinations(links, 2):
        if places[a][0] == places[c][0] and places[b][0] == places[d][0] == places[a][0] + 1:
            found += (places[a][1] - places[c][1]) * (places[b][1] - places[d][1]) < 0
    return found


def test_a_chain_stands_in_one_row_from_left_to_right() -> None:
    assert layout.place(CHAIN, [("a", "b"), ("b", "c")]) == {"a": (0.0, 0.0), "b": (1.0, 0.0), "c": (2.0, 0.0)}


def test_a_node_stands_right_of_everything_that_feeds_it() -> None:
    # by hand: d is fed over a-b-d (two links) and a-d (one): the longest path counts
    places = layout.place(["a", "b", "d"], [("a", "d"), ("a", "b"), ("b", "d")])
    assert [places[node][0] for node in ("a", "b", "d")] == [0.0, 1.0, 2.0]


def test_a_source_stands_right_before_what_it_feeds() -> None:
    # by hand: weather feeds only the last node of a chain of three
    places = layout.place([*CHAIN, "weather"], [("a", "b"), ("b", "c"), ("weather", "c")])
    assert places["weather"][0] == 1.0


def test_crossed_pairs_are_uncrossed() -> None:
    # by hand: two chains listed in opposite orders need no crossing
    links = [("a", "y"), ("b", "x"), ("y", "p"), ("x", "q")]
    places = layout.place(["a", "b", "x", "y", "p", "q"], links)
    assert crossings(places, links) == 0


def test_the_two_by_two_grid_keeps_its_one_crossing() -> None:
    # K(2,2) drawn in two columns has exactly one crossing
    links = [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")]
    assert crossings(layout.place(["a", "b", "x", "y"], links), links) == 1


def test_a_cycle_is_drawn_all_the_same() -> None:
    places = layout.place(CHAIN, [("a", "b"), ("b", "c"), ("c", "a")])
    assert sorted(x for x, _ in places.values()) == [0.0, 1.0, 2.0]


def test_a_loop_and_a_link_to_a_node_that_is_not_shown_are_passed_over() -> None:
    assert layout.place(["a"], [("a", "a"), ("a", "z"), ("z", "a")]) == {"a": (0.0, 0.0)}


def test_nothing_is_placed_for_an_empty_graph() -> None:
    assert layout.place([], []) == {}


def test_a_thousand_nodes_are_placed_without_recursion_trouble() -> None:
    nodes = [f"n{index}" for index in range(3_000)]
    places = layout.place(nodes, pairwise(nodes))
    assert places["n2999"] == (2999.0, 0.0)


graphs = st.integers(1, 12).flatmap(
    lambda size: st.tuples(
        st.just([str(index) for index in range(size)]),
        st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=30).map(
            lambda pairs: [(str(a), str(b)) for a, b in pairs]
        ),
    )
)


@settings(max_examples=60, deadline=None)
@given(graphs)
def test_no_two_nodes_share_a_place_and_the_picture_is_repeatable(
    graph: tuple[list[str], list[tuple[str, str]]],
) -> None:
    nodes, links = graph
    places = layout.place(nodes, links)
    assert set(places) == set(nodes)
    assert len(set(places.values())) == len(nodes)
    assert layout.place(nodes, list(reversed(links))) == places


@settings(max_examples=60, deadline=None)
@given(graphs)
def test_links_of_an_acyclic_graph_all_lead_to_the_right(graph: tuple[list[str], list[tuple[str, str]]]) -> None:
    nodes, links = graph
    forward = [(a, b) for a, b in links if int(a) < int(b)]
    places = layout.place(nodes, forward)
    assert all(places[a][0] < places[b][0] for a, b in forward)
