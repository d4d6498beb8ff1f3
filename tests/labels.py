"""A run between two datasets, for tests of what is said of nodes.

Enters: the number of the run and facets. Leaves: its event.
"""

import json
from typing import Any

RUN = "0194a1b2-0000-7000-8000-{:012d}"
RAW, OUT = "dataset:db:raw", "dataset:db:out"


def event(number: int, *, raw: dict[str, Any] | None = None, run: dict[str, Any] | None = None) -> bytes:
    """A run of ``build`` that reads raw and writes out, column ``x`` from ``x``."""
    columns = {"fields": {"x": {"inputFields": [{"namespace": "db", "name": "raw", "field": "x"}]}}}
    schema = {"fields": [{"name": "x"}, {"name": "y", "description": "the second"}]}
    return json.dumps(
        {
            "eventType": "COMPLETE",
            "eventTime": f"2013-01-{number:02d}T10:00:00Z",
            "producer": "https://example.org/test",
            "run": {"runId": RUN.format(number), "facets": run or {}},
            "job": {"namespace": "jobs", "name": "build"},
            "inputs": [{"namespace": "db", "name": "raw", "facets": {"schema": schema, **(raw or {})}}],
            "outputs": [{"namespace": "db", "name": "out", "facets": {"columnLineage": columns}}],
        }
    ).encode()
