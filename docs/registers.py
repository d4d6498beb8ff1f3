"""Tables of what is registered: metrics, detectors, checks of guard rules.

Enters: the registers themselves. Leaves: tables for ``docs/generate.py``; a thing registered is a thing documented, in
the words of its own docstring.
"""

import inspect
import sys
from typing import NamedTuple

import msgspec

from driftline.drift.detectors import DETECTORS
from driftline.event.report import Overview
from driftline.guard import counters
from driftline.guard.rules import CHECKS
from driftline.serve import exposition, metrics


class Register(NamedTuple):
    """One page: its title, what it is a list of, and the list."""

    title: str
    intro: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]


def metrics_register() -> Register:
    """Return every metric that ``/metrics`` exposes."""
    families = metrics.families(metrics.Seen(now_us=0, overview=Overview()))
    labels = {name: " ".join(f"`{label}`" for label in said[1]) for name, said in counters.METRICS.items()}
    rows = [(f"`{f.name}`", f.type, f.help, labels.get(f.name, "")) for f in families]
    rows.append((f"`{exposition.DROPPED}`", "counter", "Series left out because there were too many.", ""))
    intro = (
        "What `GET /metrics` of a server exposes for Prometheus. Those with labels listed count the guards of the "
        "server's own process; all others tell what is in the store."
    )
    return Register("Metrics", intro, ("metric", "type", "meaning", "labels"), rows)


def detectors_register() -> Register:
    """Return every detector, in the words of its module."""
    rows = []
    for name, measure in DETECTORS.items():
        _, _, text = (inspect.getdoc(sys.modules[measure.__module__]) or "").partition("\n\n")
        rows.append((f"`{name}`", " ".join(text.split())))
    intro = "How a measure becomes a finding is told in [what moved](../guide/drift.md)."
    return Register("Detectors", intro, ("detector", "what it detects"), rows)


def checks_register() -> Register:
    """Return every check that a rule of a guard policy can name, with its parameters."""
    rows = []
    for name, check in CHECKS.items():
        fields = [
            f"`{field.encode_name}`" + ("" if field.required else " (optional)")
            for field in msgspec.structs.fields(check)
        ]
        rows.append((f"`{name}`", " ".join((check.__doc__ or "").split()), ", ".join(fields)))
    intro = "What the `check` of a rule in a guard policy can be, what it finds, and its parameters."
    return Register("Guard checks", intro, ("check", "finds", "parameters"), rows)


PAGES = {"metrics.md": metrics_register, "detectors.md": detectors_register, "checks.md": checks_register}
