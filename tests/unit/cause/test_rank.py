"""Small scenes whose right answer is known by construction; belief is worked out by hand where it is asserted."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from driftline.cause import Scene, rank
from driftline.event import names
from driftline.event.finding import Change, ChangeKind, Finding
from driftline.event.lineage import Dataset, Link, Node, Subgraph

DAY = 86_400_000_000
NOW = 400 * DAY


def dataset(name: str) -> str:
    return names.dataset_id("file", name)


def job(name: str) -> str:
    return names.job_id("desk", name)


def chain(*ids: str) -> tuple[Link, ...]:
    return tuple(Link(source=a, target=b, kind="READ" if b.startswith("job") else "WRITE") for a, b in pairwise(ids))


def cone(*links: Link) -> Subgraph:
    ids = dict.fromkeys(end for link in links for end in (link.source, link.target))
    kind = {"dataset": "DATASET", "job": "JOB"}
    nodes = tuple(Node(id=i, type=kind[i.partition(":")[0]], label=i) for i in ids)
    return Subgraph(nodes=nodes, edges=links)


def columns(*pairs: tuple[str, str]) -> Subgraph:
    def field(text: str) -> str:
        return names.column_id("file", *text.split("."))

    return Subgraph(edges=tuple(Link(source=field(a), target=field(b), kind="DIRECT:IDENTITY") for a, b in pairs))


def finding(name: str, column: str = "", size: float = 10.0, detector: str = "range", time_us: int = NOW) -> Finding:
    return Finding(
        id=f"{name}.{column}.{detector}",
        dataset=Dataset("file", name),
        version="v9",
        column=column,
        detector=detector,
        kind="location",
        statistic="x",
        size=size,
        severity="alarm" if size >= 3 else "warn",
        time_us=time_us,
        sentence=f"{name}.{column} moved.",
    )


def change(node: str, kind: ChangeKind, time_us: int = NOW) -> Change:
    return Change(id=f"{node}{kind}", kind=kind, node=node, time_us=time_us, sentence=f"{node} got new {kind}.")


PIPE = cone(
    *chain(dataset("flights"), job("join"), dataset("features")),
    *chain(dataset("weather"), job("join")),
)
DELAY = columns(("flights.delay", "features.delay"))


def test_a_drifted_source_is_the_cause_and_its_heir_is_not() -> None:
    symptom = finding("features", "delay")
    scene = Scene(
        symptom=symptom, findings=(finding("flights", "delay"), symptom), changes=(), cone=PIPE, columns=DELAY
    )
    ranking = rank(scene)
    assert ranking.causes[0].node == dataset("flights")
    assert ranking.causes[0].kind == "feed"
    assert ranking.causes[0].path == (dataset("flights"), job("join"), dataset("features"))
    assert "arrives from outside" in ranking.causes[0].sentence
    heir = next(c for c in ranking.causes if c.node == dataset("features"))
    assert "inherited" in heir.sentence
    assert heir.score < 0.02


def test_new_code_over_sound_inputs_is_the_cause() -> None:
    symptom = finding("features", detector="link")
    scene = Scene(symptom=symptom, findings=(symptom,), changes=(change(job("join"), "code"),), cone=PIPE)
    first = rank(scene).causes[0]
    assert (first.node, first.kind) == (job("join"), "code")
    assert "What it reads did not move so." in first.sentence


def test_a_harmless_deploy_beside_a_drifted_source_is_not_blamed() -> None:
    symptom = finding("features", "delay")
    scene = Scene(
        symptom=symptom,
        findings=(finding("flights", "delay"), symptom),
        changes=(change(job("join"), "code"),),
        cone=PIPE,
        columns=DELAY,
    )
    assert rank(scene).causes[0].node == dataset("flights")


def test_a_louder_harmless_move_on_an_unrelated_column_is_not_blamed() -> None:
    symptom = finding("features", "delay", size=4)
    decoy = finding("weather", "temp", size=50)
    scene = Scene(
        symptom=symptom,
        findings=(finding("flights", "delay", size=4), symptom, decoy),
        changes=(),
        cone=PIPE,
        columns=DELAY,
    )
    assert rank(scene).causes[0].node == dataset("flights")


def test_a_job_that_began_to_read_another_source_is_the_cause_when_its_texts_were_replaced() -> None:
    graph = cone(*chain(dataset("corpus/staging"), job("index"), dataset("policy-index")))
    symptom = finding("policy-index", detector="documents", size=8)
    scene = Scene(symptom=symptom, findings=(symptom,), changes=(change(job("index"), "source"),), cone=graph)
    assert rank(scene).causes[0].kind == "source"


def test_without_any_evidence_belief_stays_with_unknown() -> None:
    symptom = finding("features", "delay", size=1.0)
    ranking = rank(Scene(symptom=symptom, findings=(), changes=(), cone=Subgraph()))
    assert ranking.causes == ()
    assert ranking.unknown == 1.0


def test_what_lies_off_the_path_is_hardly_believed() -> None:
    elsewhere = finding("elsewhere", "x", size=50)
    symptom = finding("features", "delay")
    graph = Subgraph(nodes=(*PIPE.nodes, Node(id=dataset("elsewhere"), type="DATASET", label="")), edges=PIPE.edges)
    ranking = rank(Scene(symptom=symptom, findings=(symptom, elsewhere), changes=(), cone=graph, columns=DELAY))
    assert ranking.causes[0].node == job("join")
    assert next(c.path for c in ranking.causes if c.node == dataset("elsewhere")) == ()


def test_an_old_change_fades() -> None:
    symptom = finding("features", detector="link")
    fresh = Scene(symptom=symptom, findings=(symptom,), changes=(change(job("join"), "code"),), cone=PIPE)
    old = Scene(symptom=symptom, findings=(symptom,), changes=(change(job("join"), "code", NOW - 9 * DAY),), cone=PIPE)
    assert rank(fresh).causes[0].score > rank(old).causes[0].score


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["flights", "weather", "features"]),
            st.sampled_from(["delay", "temp", ""]),
            st.floats(0, 1e6),
        ),
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_beliefs_are_shares_and_do_not_depend_on_the_order_of_evidence(
    found: list[tuple[str, str, float]], random: object
) -> None:
    findings = [finding(name, column, size) for name, column, size in found]
    findings = list({f.id: f for f in findings}.values())
    symptom = finding("features", "delay", size=5)
    shuffled = list(findings)
    random.shuffle(shuffled)
    rankings = [
        rank(Scene(symptom=symptom, findings=tuple(order), changes=(), cone=PIPE, columns=DELAY))
        for order in (findings, shuffled)
    ]
    assert rankings[0] == rankings[1]
    total = sum(cause.score for cause in rankings[0].causes) + rankings[0].unknown
    assert 0.0 < total <= 1.001
