"""Models in use: which versions are deployed where, and how good a version was found to be.

Enters: versions, as ``run.write`` returned them or by name. Leaves: a run with a deployment or an evaluation as its
output, so that lineage leads from training data through the model to what answers with it. Never raises.
"""

from collections.abc import Mapping
from typing import Any

from driftline.capture.ground import fault
from driftline.capture.runs.recording import Moment
from driftline.capture.runs.run import Run, Target
from driftline.event import ids
from driftline.event.lineage import Dataset, Touched

NAMESPACE = "driftline"
DEPLOYMENTS, EVALUATIONS = "deployments", "evaluations"


def deploy(endpoint: str, *, stage: str = "", at: Moment | None = None, **parts: Target) -> Touched:
    """Record that an endpoint answers with these versions from now on; return the deployment.

    Args:
        endpoint: its name, as ``record_answer`` and ``serve`` give it.
        stage: production, canary and so on.
        at: event time; default: now.
        parts: role (model, prompt, index …) to version, as ``run.write`` returned it, or a name or path.
    """
    found: Touched | None = fault.attempt("deploy", _deploy, endpoint, stage, at, parts)
    return Touched(dataset=Dataset(NAMESPACE, f"{DEPLOYMENTS}/{endpoint}")) if found is None else found


def _deploy(endpoint: str, stage: str, at: Moment | None, parts: Mapping[str, Target]) -> Touched:
    with Run(f"deploy {endpoint}", at=at) as run:
        found = {role: run.read(given, kind=role) for role, given in sorted(parts.items())}
        version = ids.digest(
            endpoint, stage, *(f"{role}={one.dataset.node}#{one.version}" for role, one in found.items())
        )
        written = run.write(
            f"{DEPLOYMENTS}/{endpoint}",
            namespace=NAMESPACE,
            version=version[:16],
            kind="deployment",
            attributes={"stage": stage} if stage else None,
        )
        body = {"endpoint": endpoint, "stage": stage, "parts": {role: _node(one) for role, one in found.items()}}
        run.attach(written, "driftline_deployment", body)
        return written


def evaluate(
    subject: Target,
    metrics: Mapping[str, float],
    *,
    name: str = "",
    data: Target | None = None,
    judge: str = "",
    at: Moment | None = None,
) -> Touched:
    """Record how good a version was found to be, such as accuracy or groundedness; return the evaluation.

    Args:
        subject: the model, prompt, index or window of predictions that was judged.
        metrics: name to value.
        name: of the evaluation; default: the name of the subject.
        data: what it was judged on.
        judge: who or what judged.
        at: event time; default: now.
    """
    found: Touched | None = fault.attempt("evaluate", _evaluate, subject, metrics, name, data, judge, at)
    return Touched(dataset=Dataset(NAMESPACE, f"{EVALUATIONS}/{name}")) if found is None else found


def _evaluate(
    subject: Target, metrics: Mapping[str, float], name: str, data: Target | None, judge: str, at: Moment | None
) -> Touched:
    with Run(f"evaluate {name or _name(subject)}", at=at) as run:
        judged = run.read(subject)
        if data is not None:
            run.read(data)
        values: dict[str, Any] = {str(metric): float(value) for metric, value in metrics.items()}
        written = run.write(
            f"{EVALUATIONS}/{name or judged.dataset.name}",
            namespace=NAMESPACE,
            version=run.id,
            kind="evaluation",
            attributes={metric: f"{value:g}" for metric, value in values.items()},
        )
        body = {"subject": _node(judged), "metrics": values, "judge": judge}
        run.attach(written, "driftline_evaluation", body)
        return written


def _node(touched: Touched) -> str:
    return touched.dataset.node + (f"#{touched.version}" if touched.version else "")


def _name(subject: Target) -> str:
    return subject.dataset.name if isinstance(subject, Touched) else str(subject)
