from driftline.event.lineage import Link, Node, Subgraph
from driftline.graph import drawn
from driftline.store.walks import Line


def test_drawn_plainly_a_link_that_sums_up_others_is_left_out() -> None:
    nodes = tuple(Node(id=name, type="DATASET", label=name) for name in ("a", "b", "view"))
    direct = Link(source="b", target="view", kind="DERIVED")
    links = (
        Link(source="a", target="job", kind="READ"),
        Link(source="job", target="b", kind="WRITE"),
        Link(source="a", target="b", kind="DERIVED", via="job"),
        direct,
    )
    graph = drawn.plainly(Subgraph(nodes=nodes, edges=links, truncated=True))
    assert [link.kind for link in graph.edges] == ["READ", "WRITE", "DERIVED"]
    assert direct in graph.edges
    assert graph.truncated is True


def test_a_drawing_keeps_the_nearest_node_and_the_surest_link() -> None:
    drawing = drawn.Drawing("up")
    for far in (3, 1, 2):
        drawing.node(Node(id="a", type="DATASET", label="a"), far)
    drawing.node(Node(id="b", type="DATASET", label="b"), 0)
    for sure in (0.5, 0.9, 0.8):
        drawing.link("a", "b", "DERIVED", Line(1, 2, 0, 1, "", "sql", sure))
    drawing.link("a", "nobody", "DERIVED", Line(1, 3, 0, 1, "", "sql", 1.0))
    graph = drawing.graph(truncated=False)
    assert {node.id: node.depth for node in graph.nodes} == {"a": -1, "b": 0}
    assert [link.confidence for link in graph.edges] == [0.9]
