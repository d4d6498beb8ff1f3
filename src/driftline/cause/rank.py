"""Who is the cause? Candidates in the cone of the symptom, ranked by log-odds, with a place for "not in this graph".

Enters: a ``Scene``. Leaves: causes with a share of belief each, a sentence and the path to the symptom.
A candidate is a node that moved although its inputs did not: a source that drifted, a job whose output drifted over
sound inputs, or a deed (new code, new source, new index, model, prompt, configuration) on the way to the symptom.
Findings that a node shares with its inputs are inherited and count against it. Weights are stated below; they are
judgement, not measurement, and are shown as such in the guide.
Sources: smooth traversal (Orchard et al. 2025), mechanism change (Budhathoki et al. 2021), two conditions of a root
(Nagalapatti et al. 2025).
"""

import math

import msgspec

from driftline.cause.scene import Scene
from driftline.cause.sentence import explain
from driftline.event.finding import Cause, Change, ChangeKind, Finding

PRIOR = -1.0  # log-odds of any node before evidence; "not in this graph" stands at 0
UNEXPLAINED = 2.5  # moved, and nothing that feeds it did
INHERITED = -5.0  # moved as its inputs did
HANDED_ON = -2.5  # moved, its inputs did not: its job is to blame, not itself
OFF_PATH = -3.0  # no lineage path to the symptom
BROKEN_LINK = 2.0  # an exact relation of the job broke: a mechanism change
BEARING = 2.5  # how much the relevance of a move to the symptom weighs
EVENTS: dict[ChangeKind, float] = {
    "source": 3.0,
    "documents": 2.0,
    "index": 2.0,
    "schema": 2.0,
    "code": 2.0,
    "configuration": 1.5,
    "prompt": 1.5,
    "model": 0.5,
    "volume": 1.0,
    "lateness": 1.0,
    "feed": 1.0,
}
ALONE = 0.5  # a change after which nothing of its own moved is half believed
MEMORY_US = 3 * 86_400_000_000  # a change fades by e in three days
STRONG = 2.0  # size from which a finding counts as a move (drift's warning)
SHOWN = 5


class Ranking(msgspec.Struct, frozen=True):
    """The causes, first to last, and the share of belief that none of them is it."""

    causes: tuple[Cause, ...]
    unknown: float


class _Candidate(msgspec.Struct):
    node: str
    kind: ChangeKind
    logit: float = PRIOR
    findings: tuple[Finding, ...] = ()
    changes: tuple[Change, ...] = ()
    inherited_from: str = ""


def rank(scene: Scene) -> Ranking:
    """Return the causes of the symptom, at most ``SHOWN``; ties are broken by node id."""
    found = [_dataset(scene, node) for node, kind in scene.nodes.items() if kind == "DATASET"]
    found += [_job(scene, node) for node, kind in scene.nodes.items() if kind == "JOB"]
    candidates = [candidate for candidate in found if candidate is not None]
    for candidate in candidates:
        if not scene.path(candidate.node):
            candidate.logit += OFF_PATH
    candidates.sort(key=lambda candidate: (-candidate.logit, candidate.node))
    weights = [math.exp(candidate.logit) for candidate in candidates]
    total = sum(weights) + 1.0
    causes = tuple(
        _cause(scene, place, candidate, weight / total)
        for place, (candidate, weight) in enumerate(zip(candidates[:SHOWN], weights, strict=False), start=1)
    )
    return Ranking(causes, 1.0 / total)


def _dataset(scene: Scene, node: str) -> _Candidate | None:
    """Weigh a dataset: as a source that drifted, or as an heir of its inputs or of its job."""
    findings = tuple(f for f in scene.by_node.get(node, ()) if f.size >= STRONG and f.time_us >= scene.onset_us)
    changes = _changes(scene, node)
    if not findings and not changes:
        return None
    kind: ChangeKind = changes[0].kind if changes else _kind(findings[0])
    findings = findings or _led_to(scene, node, changes)
    candidate = _Candidate(node, kind, findings=findings, changes=changes)
    strength = _strength(scene, findings)
    candidate.logit += strength
    if findings:
        heir = _inherited(scene, node, findings) if findings[0].dataset.node == node else ""
        if heir:
            candidate.logit += INHERITED
            candidate.inherited_from = heir
        elif scene.producers(node):
            candidate.logit += HANDED_ON
        else:
            candidate.logit += UNEXPLAINED
    candidate.logit += _deeds(scene, changes, moved=bool(findings))
    return candidate


def _led_to(scene: Scene, node: str, changes: tuple[Change, ...]) -> tuple[Finding, ...]:
    """Return the moves of what was written from ``node`` by jobs that began to read it."""
    if not any(change.kind == "source" for change in changes):
        return ()
    readers = {job for job, kind in scene.nodes.items() if kind == "JOB" and node in scene.parents.get(job, ())}
    written = [d for d in scene.nodes if readers & set(scene.producers(d))]
    return tuple(
        f for d in written for f in scene.by_node.get(d, ()) if f.size >= STRONG and f.time_us >= scene.onset_us
    )


def _job(scene: Scene, node: str) -> _Candidate | None:
    """Weigh a job: what it wrote moved although what it read did not, or somebody changed it."""
    written = [d for d, kind in scene.nodes.items() if kind == "DATASET" and node in scene.parents.get(d, ())]
    own: list[Finding] = []
    for dataset in written:
        moved = tuple(f for f in scene.by_node.get(dataset, ()) if f.size >= STRONG and f.time_us >= scene.onset_us)
        if moved and not _inherited(scene, dataset, moved):
            own.extend(moved)
    changes = _changes(scene, node)
    if not own and not changes:
        return None
    own.sort(key=lambda f: (-f.size * scene.relevance(f), f.id))
    candidate = _Candidate(node, changes[0].kind if changes else "code", findings=tuple(own), changes=changes)
    if own:
        candidate.logit += _strength(scene, tuple(own)) + UNEXPLAINED / 2
        if any(f.detector == "link" for f in own):
            candidate.logit += BROKEN_LINK
    candidate.logit += _deeds(scene, changes, moved=bool(own))
    return candidate


def _changes(scene: Scene, node: str) -> tuple[Change, ...]:
    """Return the changes at ``node`` up to the onset, the weightiest first."""
    own = [c for c in scene.changes if c.node == node and c.time_us <= scene.symptom.time_us]
    return tuple(sorted(own, key=lambda c: (-_weight(scene, c), c.id)))


def _weight(scene: Scene, change: Change) -> float:
    lag = max(0, scene.onset_us - change.time_us)
    return EVENTS[change.kind] * math.exp(-lag / MEMORY_US)


def _deeds(scene: Scene, changes: tuple[Change, ...], *, moved: bool) -> float:
    if not changes:
        return 0.0
    return _weight(scene, changes[0]) * (1.0 if moved else ALONE)


def _strength(scene: Scene, findings: tuple[Finding, ...]) -> float:
    """Return the log of the largest relevant move, at most 3.5: evidence saturates, and loudness is no relevance."""
    return max(
        (min(3.5, math.log2(1.0 + f.size)) + BEARING * math.log(scene.relevance(f)) for f in findings), default=0.0
    )


def _inherited(scene: Scene, node: str, findings: tuple[Finding, ...]) -> str:
    """Return the input whose own move explains the strongest relevant move of ``node``; "" where none does."""
    first = max(findings, key=lambda f: (f.size * scene.relevance(f), f.id))
    if first.detector == "link":
        return ""
    for source in scene.sources_of(node):
        for moved in scene.by_node.get(source, ()):
            if moved.size < STRONG or moved.time_us > first.time_us:
                continue
            if _explains(scene, moved, first):
                return source
    return ""


def _explains(scene: Scene, moved: Finding, first: Finding) -> bool:
    if first.column and moved.column:
        return moved.column == first.column or scene.relevance(moved) == 1.0
    return not moved.column or not first.column


def _kind(finding: Finding) -> ChangeKind:
    if finding.detector in {"schema", "volume"}:
        return "schema" if finding.detector == "schema" else "volume"
    return "documents" if finding.detector == "documents" else "feed"


def _cause(scene: Scene, place: int, candidate: _Candidate, score: float) -> Cause:
    evidence = (*(f.id for f in candidate.findings[:6]), *(c.id for c in candidate.changes[:3]))
    times = [f.time_us for f in candidate.findings] + [c.time_us for c in candidate.changes[:1]]
    return Cause(
        rank=place,
        node=candidate.node,
        kind=candidate.kind,
        score=round(score, 4),
        sentence=explain(scene, candidate.node, candidate.findings, candidate.changes, candidate.inherited_from),
        evidence=evidence,
        path=scene.path(candidate.node),
        version=next((f.version for f in candidate.findings), next((c.version for c in candidate.changes), "")),
        time_us=min(times, default=scene.onset_us),
    )
