import pytest

from driftline.cli import tree
from driftline.event.lineage import Link, Node, Subgraph


def node(name: str, depth: int, **more: str) -> Node:
    return Node(id=f"dataset:file:{name}", type="DATASET", label=name, depth=depth, **more)


def link(source: str, target: str, **more: object) -> Link:
    return Link(source=f"dataset:file:{source}", target=f"dataset:file:{target}", kind="DERIVED", **more)


def drawn(capsys: pytest.CaptureFixture[str], graph: Subgraph, *, up: bool = True, down: bool = True) -> list[str]:
    tree.draw("dataset:file:a", graph, up=up, down=down, depth=5)
    return capsys.readouterr().out.splitlines()


def test_a_diamond_is_drawn_once_and_named_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    # d feeds b and c, both feed a; e feeds d
    nodes = (node("a", 0), node("b", -1), node("c", -1), node("d", -2), node("e", -3))
    links = (link("b", "a"), link("c", "a"), link("d", "b"), link("d", "c"), link("e", "d"))
    lines = drawn(capsys, Subgraph(nodes=nodes, edges=links), down=False)
    assert lines[0] == "a has 4 upstream within 5 steps."
    assert sum(line.rstrip().endswith(" e  no lineage known") for line in lines) == 1
    assert sum("d (drawn elsewhere)" in line for line in lines) == 1


def test_a_cycle_ends(capsys: pytest.CaptureFixture[str]) -> None:
    graph = Subgraph(nodes=(node("a", 0), node("b", 1)), edges=(link("a", "b"), link("b", "a")))
    assert any("a (drawn elsewhere)" in line for line in drawn(capsys, graph, up=False))


def test_a_status_has_a_sign_and_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    graph = Subgraph(nodes=(node("a", 0), node("b", 1, status="quarantined")), edges=(link("a", "b"),))
    assert any("b  ■ quarantined" in line for line in drawn(capsys, graph))


def test_a_link_that_is_not_sure_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    edge = link("a", "b", provenance="cartesian", confidence=0.5)
    assert any("cartesian, 50% sure" in line for line in drawn(capsys, Subgraph(nodes=(node("b", 1),), edges=(edge,))))


def test_many_neighbours_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"n{index}" for index in range(20)]
    graph = Subgraph(nodes=tuple(node(name, 1) for name in names), edges=tuple(link("a", name) for name in names))
    assert any("+8 more; --all draws them" in line for line in drawn(capsys, graph))


def test_all_of_400_neighbours_are_drawn_where_they_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"n{index}" for index in range(400)]
    nodes = (node("a", 0), *(node(name, -1) for name in names))
    graph = Subgraph(nodes=nodes, edges=tuple(link(name, "a") for name in names))
    few = drawn(capsys, graph, down=False)
    assert len(few) < 24
    assert "+388 more; --all draws them" in few[-1]
    tree.draw("dataset:file:a", graph, up=True, down=False, depth=5, every=True)
    every = capsys.readouterr().out.splitlines()
    assert [name for name in names if not any(f" {name} " in f"{line} " for line in every)] == []
    assert not any("more" in line for line in every)


@pytest.mark.parametrize(
    ("up", "down", "word"), [(True, True, "yet"), (True, False, "upstream"), (False, True, "down")]
)
def test_not_knowing_is_said(capsys: pytest.CaptureFixture[str], up: bool, down: bool, word: str) -> None:
    [line] = drawn(capsys, Subgraph(nodes=(node("a", 0),)), up=up, down=down)
    assert line.startswith("No lineage of a is known")
    assert word in line


def through_job(confidence: float) -> Subgraph:
    """b to the job j to a, where b fed a as surely as said; j also reads c, of which nobody says that it fed a."""
    ids = {name: f"dataset:file:{name}" for name in "abc"} | {"j": "job:n:j"}
    nodes = (node("a", 0), Node(id=ids["j"], type="JOB", label="j", depth=-1), node("b", -2), node("c", -2))
    pairs = (("b", "j", "READ"), ("c", "j", "READ"), ("j", "a", "WRITE"))
    links = [Link(source=ids[one], target=ids[other], kind=kind) for one, other, kind in pairs]
    sum_ = {"provenance": "cartesian", "confidence": confidence}
    links.append(Link(source=ids["b"], target=ids["a"], kind="DERIVED", via=ids["j"], **sum_))
    return Subgraph(nodes=nodes, edges=tuple(links))


def test_how_sure_it_is_that_a_dataset_fed_another_stands_at_the_dataset_behind_the_job(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = [line.strip(" └─├│") for line in drawn(capsys, through_job(0.5), down=False)]
    assert "job j" in lines
    assert "b  cartesian, 50% sure  no lineage known" in lines
    assert lines[-1] == "+1 more that it read, not known to have fed this"  # c
    assert "b  no lineage known" in [line.strip(" └─├│") for line in drawn(capsys, through_job(1.0), down=False)]


def test_a_job_is_drawn_anew_for_each_of_the_datasets_whose_sources_it_knows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By hand: j makes b of c, and a of b; of c nobody knows where it is from, though j has read b."""
    ids = {name: f"dataset:file:{name}" for name in "abc"} | {"j": "job:n:j"}
    nodes = (node("a", 0), Node(id=ids["j"], type="JOB", label="j", depth=-1), node("b", -2), node("c", -2))
    reads = [Link(source=ids[one], target=ids["j"], kind="READ") for one in "bc"]
    writes = [Link(source=ids["j"], target=ids[one], kind="WRITE") for one in "abc"]
    sums = [Link(source=ids[one], target=ids[two], kind="DERIVED", via=ids["j"]) for one, two in ("cb", "ba")]
    lines = drawn(capsys, Subgraph(nodes=nodes, edges=(*reads, *writes, *sums)), down=False)
    more = "+1 more that it read, not known to have fed this"  # b, which did not feed c; c, which did not feed a
    found = [line.strip(" └─├│") for line in lines[lines.index("Comes from") + 1 :]]
    assert found == ["a", "job j", "b", "job j", "c", "job j", more, more]


def test_of_many_sources_the_surest_are_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    """By hand: of 20 sources of a, all but the last one are guesses; 12 are drawn."""
    job, names = "job:n:j", [f"s{number:02}" for number in range(20)]
    nodes = (node("a", 0), Node(id=job, type="JOB", label="j", depth=-1), *(node(name, -2) for name in names))
    ids = [f"dataset:file:{name}" for name in names]
    links = [Link(source=one, target=job, kind="READ") for one in ids]
    links.append(Link(source=job, target="dataset:file:a", kind="WRITE"))
    guess = {"provenance": "cartesian", "confidence": 0.5}
    links += [Link(source=one, target="dataset:file:a", kind="DERIVED", via=job, **guess) for one in ids[:-1]]
    links.append(Link(source=ids[-1], target="dataset:file:a", kind="DERIVED", via=job))
    lines = drawn(capsys, Subgraph(nodes=nodes, edges=tuple(links)), down=False)
    found = [line.strip(" └─├│").split()[0] for line in lines if "─ s" in line]
    assert found == ["s19", *names[:11]]
    assert any("+8 more" in line for line in lines)


def test_what_is_stated_to_have_no_upstream_is_told_from_what_has_no_known_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    alone = Subgraph(nodes=(node("a", 0, no_upstream="job:n:j"),))
    assert drawn(capsys, alone) == ["a has no upstream, as stated by j."]
    assert drawn(capsys, alone, up=False) == ["No lineage of a is known downstream."]
    nodes = (node("a", 0), node("b", -1, no_upstream="job:n:j"), node("c", -1), node("d", -5))
    lines = drawn(capsys, Subgraph(nodes=nodes, edges=(link("b", "a"), link("c", "a"), link("d", "a"))), down=False)
    said = [line.strip(" └─├│") for line in lines]
    assert "b  no upstream, as stated by j" in said
    assert "c  no lineage known" in said
    assert "d  …" in said  # five steps away: what is behind it was not asked


def test_a_tree_that_ends_because_of_the_depth_or_the_limit_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    nodes, links = (node("a", 0), node("b", -1), node("c", -5)), (link("b", "a"), link("c", "a"))
    lines = drawn(capsys, Subgraph(nodes=nodes, edges=links), down=False)
    assert [line.split()[-1] for line in lines if "─ c" in line] == ["…"]
    assert [line.split(maxsplit=2)[-1].rstrip() for line in lines if "─ b" in line] == ["no lineage known"]
    assert lines[-1] == "… was not looked behind; --depth takes more steps."
    cut = drawn(capsys, Subgraph(nodes=nodes, edges=links, truncated=True), down=False)
    assert not any("no lineage known" in line for line in cut)  # nobody looked
    assert cut[-1] == "… was not looked behind; --limit takes more nodes."


def test_behind_a_job_at_the_end_of_the_walk_nothing_is_said_of_what_it_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By hand: j makes b and c of d; c is four steps away, so that what fed it was not asked, though d is known."""
    ids = {name: f"dataset:file:{name}" for name in "abcd"} | {"j": "job:n:j"}
    nodes = (
        node("a", 0),
        node("b", -1),
        node("c", -4),
        node("d", -3),
        Node(id=ids["j"], type="JOB", label="j", depth=-2),
    )
    links = [link("b", "a"), link("c", "a"), Link(source=ids["d"], target=ids["j"], kind="READ")]
    links += [Link(source=ids["j"], target=ids[one], kind="WRITE") for one in "bc"]
    links.append(Link(source=ids["d"], target=ids["b"], kind="DERIVED", via=ids["j"]))
    lines = drawn(capsys, Subgraph(nodes=nodes, edges=tuple(links)), down=False)
    found = [line.strip(" └─├│") for line in lines[lines.index("Comes from") + 1 :]]
    assert found == [
        "a",
        "b",
        "job j",
        "d  no lineage known",
        "c",
        "job j  …",
        "… was not looked behind; --depth takes more steps.",
    ]


def test_what_a_job_wrote_and_read_again_is_not_drawn_as_its_own_source(capsys: pytest.CaptureFixture[str]) -> None:
    job, a = Node(id="job:d:j", type="JOB", label="j", depth=-1), "dataset:file:a"
    links = (Link(source=a, target=job.id, kind="READ"), Link(source=job.id, target=a, kind="WRITE"))
    lines = [line.strip() for line in drawn(capsys, Subgraph(nodes=(node("a", 0), job), edges=links), down=False)]
    assert lines[-2:] == ["a", "└── job j  no lineage known"]


def test_a_job_whose_newest_run_failed_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    lines = drawn(capsys, tree.with_failures(through_job(1.0), ["job:n:j"]), down=False)
    assert any(line.endswith("job j  ▲ failed") for line in lines)


def test_what_shapes_all_rows_of_a_dataset_is_drawn_once_and_not_at_each_column(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def field(name: str, depth: int) -> Node:
        return Node(id=f"datasetField:file:{name}", type="FIELD", label=name, depth=depth)

    def reaches(source: str, target: str, kind: str) -> Link:
        whole = target if target == "dataset:file:a" else f"datasetField:file:{target}"
        return Link(source=f"datasetField:file:{source}", target=whole, kind=kind)

    nodes = (node("a", 0), field("a:x", 0), field("a:y", 0), field("b:k", -1), field("b:x", -1))
    links = (
        reaches("b:k", "dataset:file:a", "INDIRECT:FILTER"),
        reaches("b:k", "a:x", "INDIRECT:FILTER"),
        reaches("b:x", "a:x", "DIRECT:IDENTITY"),
        reaches("b:k", "a:y", "INDIRECT:FILTER"),
        reaches("b:k", "a:y", "DIRECT:IDENTITY"),
    )
    lines = drawn(capsys, Subgraph(nodes=nodes, edges=links), down=False)
    assert sum("INDIRECT:FILTER" in line for line in lines) == 1  # at the dataset
    assert sum("DIRECT:IDENTITY" in line for line in lines) == 2
    assert sum("and what shapes all rows, as above" in line for line in lines) == 2
