"""The Prometheus text format 0.0.4.

Enters: metric families. Leaves: text. The number of series is capped, and what the cap cut off is itself a
metric. Source: https://prometheus.io/docs/instrumenting/exposition_formats.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

MEDIA = "text/plain; version=0.0.4; charset=utf-8"
SERIES = 10_000  # per exposition
DROPPED = "driftline_series_dropped_total"

_LABEL = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
_HELP = str.maketrans({"\\": r"\\", "\n": r"\n"})


class Family(NamedTuple):
    """One metric: its name, type, meaning, and a value per set of labels."""

    name: str
    type: Literal["counter", "gauge"]
    help: str
    samples: Sequence[tuple[Mapping[str, str], float]]


def render(families: Iterable[Family], limit: int = SERIES) -> str:
    """Return ``families`` as text with at most ``limit`` series, one more for those that were dropped."""
    lines: list[str] = []
    dropped = 0
    for family in families:
        kept = family.samples[:limit]
        dropped += len(family.samples) - len(kept)
        limit -= len(kept)
        lines += _family(family._replace(samples=kept))
    meaning = "Series left out of this exposition because there were too many."
    lines += _family(Family(DROPPED, "counter", meaning, [({}, dropped)]))
    return "\n".join(lines) + "\n"


def _family(family: Family) -> list[str]:
    head = [f"# HELP {family.name} {family.help.translate(_HELP)}", f"# TYPE {family.name} {family.type}"]
    return head + [f"{family.name}{_labels(labels)} {_number(value)}" for labels, value in family.samples]


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{value.translate(_LABEL)}"' for name, value in labels.items()) + "}"


def _number(value: float) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if float(value).is_integer() and abs(value) < 2**53 else repr(float(value))
