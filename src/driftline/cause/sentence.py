"""Why a candidate is, or is not, the cause: one to three short sentences with the numbers in them.

Enters: a scene and what speaks for a candidate. Leaves: plain words. Never adds a claim that is not in a finding or a
change.
"""

from driftline.cause.scene import Scene
from driftline.event import names
from driftline.event.finding import Change, Finding

FACTS = frozenset({"run", "schema"})  # findings that have no size, only a truth


def label(node: str) -> str:
    """Return what people call ``node``: its name without type, namespace and version."""
    kind, _, rest = node.partition(":")
    if kind == "run":
        return f"run {names.short(rest)}"
    return rest.rpartition(":")[2].partition("#")[0]


def explain(
    scene: Scene, node: str, findings: tuple[Finding, ...], changes: tuple[Change, ...], inherited_from: str
) -> str:
    """Return the sentences for one candidate."""
    parts: list[str] = [change.sentence for change in changes[:2]]
    if findings:
        best = max(findings, key=lambda f: (scene.relevance(f), f.size, f.id))
        where = f"{best.dataset.name}{' of ' + best.partition if best.partition else ''}"
        parts.append(f"{where}: {best.sentence}")
        if best.detector not in FACTS:
            parts.append(f"That is {best.size:.1f} times the largest move seen while well.")
        more = len({f.column or f.detector for f in findings} - {best.column or best.detector})
        if more:
            parts.append(f"{more} more of its {'columns' if more > 1 else 'measures'} moved with it.")
    if inherited_from:
        parts.append(f"It follows {label(inherited_from)}, which moved first: inherited, not the origin.")
    elif findings and scene.nodes.get(node) == "DATASET" and not scene.producers(node):
        parts.append("It arrives from outside; nothing known lies upstream of it.")
    elif findings and scene.nodes.get(node) == "JOB":
        parts.append("What it reads did not move so.")
    if changes and not findings:
        parts.append("Nothing that it writes moved by itself.")
    return " ".join(parts)


def title(scene_symptom: Finding, first: str, kind: str) -> str:
    """Return the headline of an incident: what is wrong and where it comes from."""
    what = scene_symptom.dataset.name + (f".{scene_symptom.column}" if scene_symptom.column else "")
    if not first:
        return f"Unusual data in {what}; no cause found in this graph"
    return f"Unusual data in {what}; most likely cause: {label(first)} ({kind})"
