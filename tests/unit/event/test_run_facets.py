"""Each facet is built with the official client's class and read back by ours, field by field."""

from collections.abc import Callable
from typing import Any

import pytest
from openlineage.client.generated import (
    environment_variables_run,
    execution_parameters_run,
    external_query_run,
    extraction_error_run,
    job_dependencies_run,
    processing_engine_run,
    tags_run,
    test_run,
)

from driftline.event import facets, run_facets

RUN = "01900000-0000-7000-8000-000000000001"
FACETS = {
    "externalQuery": external_query_run.ExternalQueryRunFacet("project:EU.job_7f", "bigquery"),
    "extractionError": extraction_error_run.ExtractionErrorRunFacet(
        3, 1, [extraction_error_run.Error("no such table", "at line 2", "merge into orders", 2)]
    ),
    "processing_engine": processing_engine_run.ProcessingEngineRunFacet("3.5.1", "spark", "1.54.0"),
    "environmentVariables": environment_variables_run.EnvironmentVariablesRunFacet(
        [environment_variables_run.EnvironmentVariable("REGION", "eu-1")]
    ),
    "executionParameters": execution_parameters_run.ExecutionParametersRunFacet(
        [execution_parameters_run.ExecutionParameter("day", "Day", "The day to load", "2013-01-31")]
    ),
    "jobDependencies": job_dependencies_run.JobDependenciesRunFacet(
        upstream=[
            job_dependencies_run.JobDependency(
                job_dependencies_run.JobIdentifier("airflow", "feed.load"),
                job_dependencies_run.RunIdentifier(RUN),
                "DIRECT_INVOCATION",
                "FINISH_TO_START",
                "EXECUTE_ON_SUCCESS",
            )
        ],
        downstream=[
            job_dependencies_run.JobDependency(job_dependencies_run.JobIdentifier("airflow", "feed.publish"))
        ],
        trigger_rule="ALL_SUCCESS",
    ),
    "tags": tags_run.TagsRunFacet([tags_run.TagsRunFacetFields("team", "claims", "USER")]),
    "test": test_run.TestRunFacet(
        [
            test_run.TestExecution(
                "orders_are_unique", "fail", "warn", "unique", "One row per order", "0", "3",
                "select count(*) from orders group by id", "sql", {"column": "id"},
            ),
            test_run.TestExecution("feed_is_fresh", "skip"),
        ]
    ),
}  # fmt: skip


@pytest.mark.parametrize("key", FACETS)
def test_every_field_that_the_official_client_writes_is_read(key: str, read_back: Callable[..., Any]) -> None:
    read_back(key, "run", FACETS[key])


def test_fields_are_read_by_name(read_back: Callable[..., Any]) -> None:
    waits = read_back("jobDependencies", "run", FACETS["jobDependencies"])
    assert waits.upstream[0].job == run_facets.JobIdentifier("airflow", "feed.load")
    assert waits.upstream[0].run.run_id == RUN
    assert waits.downstream[0].run is None
    tests = read_back("test", "run", FACETS["test"]).tests
    assert [(test.name, test.status) for test in tests] == [("orders_are_unique", "fail"), ("feed_is_fresh", "skip")]
    assert read_back("extractionError", "run", FACETS["extractionError"]).errors[0].task_number == 2


def test_a_parameter_without_a_value_is_a_parameter() -> None:
    raw = b'{"parameters":[{"key":"full","value":null}],"extra":{"deep":[1]}}'
    assert facets.read(raw, run_facets.ExecutionParametersFacet).parameters[0].value is None
