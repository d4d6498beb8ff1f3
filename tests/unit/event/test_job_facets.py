"""Each facet is built with the official client's class and read back by ours, field by field."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from openlineage.client.generated import (
    documentation_job,
    job_type_job,
    lineage,
    ownership_job,
    source_code_job,
    source_code_location_job,
    sql_job,
    tags_job,
)

from driftline.event import facets, job_facets

RUN = "01900000-0000-7000-8000-000000000001"
STEP = lineage.LineageTransformation("INDIRECT", "GROUP_BY", "group by day", True)
SOURCE = lineage.LineageDatasetInput("file", "feed/flights", "DATASET", "day", [STEP])
WHOLE = lineage.LineageDatasetInput("file", "feed/planes", "DATASET")
OWN = lineage.LineageJobInput("JOB")
OTHER = lineage.LineageJobInput("JOB", "airflow", "feed.load", RUN, [lineage.LineageTransformation("DIRECT")])
FACETS = {
    "documentation": documentation_job.DocumentationJobFacet("Joins flights and planes.", "text/plain"),
    "jobType": job_type_job.JobTypeJobFacet(
        "STREAMING", "FLINK", "JOB", job_type_job.EmissionPattern("PERIODIC", "COMPLETE_SNAPSHOT", 300)
    ),
    "ownership": ownership_job.OwnershipJobFacet([ownership_job.Owner("team:claims", "MAINTAINER")]),
    "sourceCode": source_code_job.SourceCodeJobFacet("python", "print(1)"),
    "sourceCodeLocation": source_code_location_job.SourceCodeLocationJobFacet(
        "git", "https://git.example/desk/join.py", "https://git.example/desk.git", "join.py", "4f21a71", "v3", "main",
        "17",
    ),
    "sql": sql_job.SQLJobFacet("select 1", "duckdb"),
    "tags": tags_job.TagsJobFacet([tags_job.TagsJobFacetFields("tier", "1", "DBT")]),
    "lineage": lineage.LineageJobFacet(
        [
            lineage.LineageDatasetEntry(
                "file", "features", "DATASET", [SOURCE, WHOLE, OWN],
                {"delay": lineage.LineageFieldEntry([SOURCE]), "made": lineage.LineageFieldEntry([OWN])},
            ),
            lineage.LineageJobEntry("JOB", "airflow", "desk.answer", RUN, [OTHER]),
        ]
    ),
}  # fmt: skip


@pytest.mark.parametrize("key", FACETS)
def test_every_field_that_the_official_client_writes_is_read(key: str, read_back: Callable[..., Any]) -> None:
    read_back(key, "job", FACETS[key])


def test_a_streaming_job_says_how_its_events_are_to_be_read(read_back: Callable[..., Any]) -> None:
    pattern = read_back("jobType", "job", FACETS["jobType"]).emission_pattern
    assert (pattern.event_trigger, pattern.event_content_mode, pattern.window_duration) == (
        "PERIODIC", "COMPLETE_SNAPSHOT", 300,
    )  # fmt: skip


def test_explicit_lineage_is_told_apart_by_type(read_back: Callable[..., Any]) -> None:
    dataset, job = read_back("lineage", "job", FACETS["lineage"]).entries
    assert isinstance(dataset, job_facets.LineageDatasetEntry)
    assert isinstance(job, job_facets.LineageJobEntry)
    assert [type(source).__name__ for source in dataset.inputs] == [
        "LineageDatasetInput", "LineageDatasetInput", "LineageJobInput",
    ]  # fmt: skip
    assert dataset.inputs[0].transformations[0].subtype == "GROUP_BY"
    assert dataset.fields["made"].inputs[0].name is None
    assert (job.run_id, job.inputs[0].run_id) == (RUN, RUN)


def test_no_known_source_is_not_the_same_as_nothing_said() -> None:
    target = b'{"entries":[{"type":"DATASET","namespace":"n","name":"a"%s}]}'
    silent, none = (facets.read(target % more, job_facets.LineageJobFacet) for more in (b"", b',"inputs":[]'))
    assert silent.entries[0].inputs is None
    assert none.entries[0].inputs == ()
    assert facets.read(b'{"inputs":[]}', job_facets.LineageDatasetFacet).inputs == ()
    assert facets.read(b"{}", job_facets.LineageDatasetFacet).inputs is None


@pytest.mark.parametrize(
    "entry",
    [
        b'{"type":"JOB","name":"alone"}',
        b'{"type":"JOB","inputs":[{"type":"JOB","namespace":"n"}]}',
        b'{"type":"DATASET","namespace":"n"}',
        b'{"type":"TABLE","namespace":"n","name":"a"}',
        b'{"namespace":"n","name":"a"}',
    ],
)
def test_an_entry_that_the_specification_does_not_allow_is_refused(entry: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        facets.read(b'{"entries":[' + entry + b"]}", job_facets.LineageJobFacet)
