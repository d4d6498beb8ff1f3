"""Two more views of the graph: what the last run of each job did, and what one run did.

Enters: a node id. Leaves: a ``Subgraph``. The last view walks datasets and jobs as ``walk`` does, but goes through a
job only along what its last execution read and wrote; links that no job stands behind (another name, a view, a word
on the datasets themselves) hold in it as ever. The view of one run is that execution with those that it started:
versions and runs, and nothing else. Asks about all places at one distance together.
"""

from collections.abc import Iterable, Sequence

from driftline.event import names
from driftline.event.lineage import Link, Node, Subgraph
from driftline.graph import drawn
from driftline.store import Store
from driftline.store.catalogue import Found
from driftline.store.line import FLOW
from driftline.store.views import Step
from driftline.store.walks import Direction, Line, walk

READ, WRITE = 0, 1
PARENT = "PARENT"  # kind of a link from a run to one that it started


class Last:
    """What the last execution of each job read and wrote, asked for once."""

    def __init__(self, store: Store, as_of_us: int) -> None:
        self._store = store
        self._as_of_us = as_of_us
        self._runs: dict[int, int] = {}
        self._asked: set[int] = set()
        self.steps: dict[int, list[Step]] = {}  # by job
        self.touched: dict[int, set[tuple[int, int]]] = {}  # job -> (role, dataset)

    def learn(self, jobs: Iterable[int]) -> None:
        """Ask about jobs that were not asked about."""
        new = sorted(set(jobs) - self._asked)
        self._asked.update(new)
        if not new:
            return
        runs = self._store.views.last_runs(new, self._as_of_us)
        of_run = {run: job for job, run in runs.items()}
        for run, steps in self._store.views.steps(of_run, self._as_of_us).items():
            self.steps[of_run[run]] = steps
        for run, role, dataset, _ in self._store.views.touched(of_run, self._as_of_us):
            self.touched.setdefault(of_run[run], set()).add((role, dataset))

    def into(self, dataset: int, job: int) -> Iterable[Line]:
        """Yield what fed ``dataset`` through ``job``."""
        steps = self.steps.get(job, [])
        guessed = any(step.target == dataset and not step.source for step in steps)
        for step in steps:
            if step.source and step.source != dataset and (step.target == dataset or (guessed and not step.target)):
                yield Line(step.source, dataset, job, 2, "", step.provenance, step.confidence)

    def out_of(self, dataset: int, job: int) -> Iterable[Line]:
        """Yield what ``dataset`` fed through ``job``."""
        steps = self.steps.get(job, [])
        guessed = any(step.source == dataset and not step.target for step in steps)
        for step in steps:
            if step.target and step.target != dataset and (step.source == dataset or (guessed and not step.source)):
                yield Line(dataset, step.target, job, 2, "", step.provenance, step.confidence)


def last(store: Store, found: Found, direction: Direction, depth: int, as_of_us: int, limit: int) -> Subgraph:
    """Return what is up or down of a dataset or a job, through what the last execution of each job did."""
    known = Last(store, as_of_us)
    up = direction == "up"

    jobs = {found.id} if found.type == "JOB" else set()
    role = READ if up else WRITE

    def ask(places: list[int]) -> Iterable[Line]:
        doing = [place for place in places if place in jobs]
        known.learn(doing)
        for job in doing:
            for held, dataset in sorted(known.touched.get(job, ())):
                if held == role:
                    yield Line(*((dataset, job) if up else (job, dataset)), 0, 1, FLOW, "explicit", 1.0)
        datasets = [place for place in places if place not in jobs]
        pairs = store.walks.jobs_at(datasets, direction, as_of_us)
        known.learn(source if up else target for source, target in pairs)
        for source, target in pairs:
            yield from known.into(target, source) if up else known.out_of(source, target)
        direct = store.walks.direct(places, direction, as_of_us)
        fed = [line for line in store.walks.fed(datasets, direction, as_of_us) if _passes(known, line, up=up)]
        ends = {line.source if up else line.target for line in (*direct, *fed)}
        jobs.update(place for place, row in store.walks.nodes(ends).items() if row[1] == "JOB")
        yield from (*direct, *fed)

    walked = walk({found.id: 0}, ask, direction, depth, limit)
    inner = [place for place, distance in walked.far.items() if distance < depth]
    known.learn([found.id, *jobs])
    ends = [
        (source, target)
        for source, target in store.walks.jobs_at(inner, direction, as_of_us)
        if _did(known, source, target)
    ]
    return drawn.flows(store, walked, direction, as_of_us, ends)


def _passes(known: Last, line: Line, *, up: bool) -> bool:
    """Say whether the job that is fed, or that feeds, wrote or read a dataset in its last execution."""
    return (
        (WRITE, line.target) in known.touched.get(line.via, ())
        if up
        else (READ, line.source) in known.touched.get(line.via, ())
    )


def _did(known: Last, source: int, target: int) -> bool:
    """Say whether a flow is one of a job's last execution."""
    if source in known.touched:
        return (WRITE, target) in known.touched[source]
    return (READ, source) in known.touched.get(target, ())


def execution(store: Store, run: Found, as_of_us: int, limit: int) -> Subgraph:
    """Return one execution and those that it started: versions, runs, what was read and written.

    Depth is counted from the run: what it read -1, what it wrote 1, a run that it started 1.
    """
    level = {run.id: 0}
    links: dict[tuple[str, str, str], Link] = {}
    names_ = {run.id: drawn.run_node(store.walks.run_rows([run.id])[run.id])}
    waiting, cut = [run.id], False
    while waiting:
        by_text = {row[1]: row[0] for row in store.walks.run_rows(waiting).values()}
        near, waiting = waiting, []
        for child, parent in store.views.children(list(by_text)):
            if child in level:
                continue
            if len(level) >= limit:
                cut = True
                break
            level[child] = level[near[0]] + 1
            waiting.append(child)
            names_[child] = drawn.run_node(store.walks.run_rows([child])[child])
            _keep(links, Link(source=names_[by_text[parent]].id, target=names_[child].id, kind=PARENT))
    nodes = {names_[one].id: _at(names_[one], far) for one, far in level.items()}
    touched = store.views.versions(level, as_of_us)
    rows = store.walks.version_rows(dict.fromkeys(version for _, _, version in touched))
    held = {version: drawn.version_node(row) for version, row in list(rows.items())[:limit]}
    for one, role, version in touched:
        if version not in held:
            cut = True
            continue
        node, runs = held[version], names_[one].id
        far = level[one] + (1 if role == WRITE else -1)
        if node.id not in nodes or abs(far) < abs(nodes[node.id].depth):
            nodes[node.id] = _at(node, far)
        ends = (runs, node.id) if role == WRITE else (node.id, runs)
        _keep(links, Link(source=ends[0], target=ends[1], kind="WRITE" if role == WRITE else "READ"))
    for target, source, one, hops, provenance, confidence, _ in store.views.traces(level, as_of_us):
        if hops > 1 and target in held and source in held:
            link = Link(
                source=held[source].id,
                target=held[target].id,
                kind="DERIVED",
                provenance=provenance,
                confidence=confidence,
                via=names_[one].id,
            )
            _keep(links, link)
    return _sorted(nodes.values(), links.values(), truncated=cut)


def execution_columns(store: Store, runs: Sequence[Node]) -> Subgraph:
    """Return the columns that some runs said to feed each other."""
    nodes: dict[str, Node] = {}
    links: dict[tuple[str, str, str], Link] = {}
    for one in runs:
        text, _, attempt = one.id.removeprefix("run:").partition("#")
        shape = store.lineage.run(text, int(attempt) if attempt else -1)
        for edge in shape.columns if shape else ():
            ends = []
            for dataset, column in ((edge.source, edge.source_column), (edge.target, edge.target_column)):
                id_ = names.column_id(dataset.namespace, dataset.name, column) if column else dataset.node
                label = f"{dataset.name}.{column}" if column else dataset.name
                nodes.setdefault(id_, Node(id=id_, type="FIELD" if column else "DATASET", label=label))
                ends.append(id_)
            kind = f"{edge.type}:{edge.subtype}" if edge.subtype else edge.type
            source, target = ends
            link = Link(source=source, target=target, kind=kind, provenance=edge.provenance, confidence=edge.confidence)
            _keep(links, link)
    return _sorted(nodes.values(), links.values(), truncated=False)


def around(graph: Subgraph, starts: Iterable[str], *, up: bool, down: bool, depth: int) -> Subgraph:
    """Return what lies within ``depth`` links of some nodes of a graph, with depth counted from them."""
    far = dict.fromkeys(starts, 0)
    begin = list(far)
    steps = [link for link in graph.edges if not link.via and link.kind != PARENT]
    for sign, wanted in ((-1, up), (1, down)):
        beside: dict[str, list[str]] = {}
        for link in steps:
            near, other = (link.target, link.source) if sign < 0 else (link.source, link.target)
            beside.setdefault(near, []).append(other)
        frontier = begin if wanted else []
        for distance in range(1, depth + 1):
            frontier = [other for one in frontier for other in beside.get(one, ()) if other not in far]
            far.update(dict.fromkeys(frontier, sign * distance))
    nodes = [_at(node, far[node.id]) for node in graph.nodes if node.id in far]
    links = [link for link in graph.edges if link.source in far and link.target in far]
    return _sorted(nodes, links, truncated=graph.truncated)


def _keep(links: dict[tuple[str, str, str], Link], link: Link) -> None:
    key = (link.source, link.target, link.kind)
    if key not in links or links[key].confidence < link.confidence:
        links[key] = link


def _at(node: Node, depth: int) -> Node:
    return Node(id=node.id, type=node.type, label=node.label, kind=node.kind, depth=depth, time_us=node.time_us)


def _sorted(nodes: Iterable[Node], links: Iterable[Link], *, truncated: bool) -> Subgraph:
    return Subgraph(
        nodes=tuple(sorted(nodes, key=lambda node: (abs(node.depth), node.id))),
        edges=tuple(sorted(links, key=lambda link: (link.source, link.target, link.kind, link.via))),
        truncated=truncated,
    )
