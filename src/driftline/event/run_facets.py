"""The standard facets of a run that Driftline reads but does not write.

One record per facet, with its fields under the names of the specification in snake case. What is not listed here stands
in ``facets``. Source: https://openlineage.io/spec/facets, the ``…RunFacet`` schemas.
"""

from typing import Any

import msgspec

from driftline.event.facets import Count, Part


class ExternalQueryFacet(Part, frozen=True):
    """``externalQuery``: the query by the name that the system which ran it has for it."""

    external_query_id: str  # id in that system
    source: str  # the system


class ExtractionError(Part, frozen=True):
    """One task that could not be understood."""

    error_message: str  # what went wrong
    stack_trace: str | None = None  # where
    task: str | None = None  # the task, such as a statement
    task_number: Count | None = None  # its place, from 0


class ExtractionErrorFacet(Part, frozen=True):
    """``extractionError``: what the emitter itself could not understand of a run; its lineage has gaps."""

    total_tasks: Count  # tasks seen
    failed_tasks: Count  # tasks not understood
    errors: tuple[ExtractionError, ...]  # one per task not understood


class ProcessingEngineFacet(Part, frozen=True):
    """``processing_engine``: what ran the job."""

    version: str  # version of the engine
    name: str | None = None  # Spark, Airflow and so on
    openlineage_adapter_version: str | None = None  # version of the emitter


class EnvironmentVariable(Part, frozen=True):
    """One environment variable."""

    name: str  # its name
    value: str  # its value; secrets are redacted on arrival


class EnvironmentVariablesFacet(Part, frozen=True):
    """``environmentVariables``: the environment that a run saw."""

    environment_variables: tuple[EnvironmentVariable, ...]  # those that the emitter was told to send


class ExecutionParameter(Part, frozen=True):
    """One parameter of a run."""

    key: str  # its id
    name: str | None = None  # its name, for people
    description: str | None = None  # what it does
    value: str | None = None  # its value; secrets are redacted on arrival


class ExecutionParametersFacet(Part, frozen=True):
    """``executionParameters``: what a run was started with."""

    parameters: tuple[ExecutionParameter, ...] = ()  # the parameters


class JobIdentifier(Part, frozen=True):
    """A job by name."""

    namespace: str  # its namespace
    name: str  # its name


class RunIdentifier(Part, frozen=True):
    """A run by id."""

    run_id: str  # UUID


class JobDependency(msgspec.Struct, frozen=True, omit_defaults=True):
    """A job that another waits for."""

    job: JobIdentifier  # the other job
    run: RunIdentifier | None = None  # its run, where one is meant
    dependency_type: str | None = None  # DIRECT_INVOCATION, IMPLICIT_DEPENDENCY
    sequence_trigger_rule: str | None = None  # FINISH_TO_START, FINISH_TO_FINISH, START_TO_START
    status_trigger_rule: str | None = None  # EXECUTE_EVERY_TIME, EXECUTE_ON_SUCCESS, EXECUTE_ON_FAILURE


class JobDependenciesFacet(msgspec.Struct, frozen=True, omit_defaults=True):
    """``jobDependencies``: which runs waited for which; control flow, not data flow."""

    upstream: tuple[JobDependency, ...] = ()  # runs that had to end before this one
    downstream: tuple[JobDependency, ...] = ()  # runs that wait for this one
    trigger_rule: str | None = None  # ALL_SUCCESS, ALL_DONE, ONE_SUCCESS, NONE_FAILED


class Tag(Part, frozen=True):
    """A label."""

    key: str  # name of the label
    value: str  # its value
    source: str | None = None  # who put it there
    field: str | None = None  # column that it is about; datasets only


class TagsFacet(Part, frozen=True):
    """``tags``: labels of a run, a job or a dataset, or of a column of the dataset."""

    tags: tuple[Tag, ...] = ()  # the labels


class TestExecution(Part, frozen=True):
    """One test and how it went."""

    name: str  # name of the test
    status: str  # pass, fail or skip
    severity: str | None = None  # error stops the pipeline, warn does not
    type: str | None = None  # not_null, unique, freshness and so on
    description: str | None = None  # what it checks
    expected: str | None = None  # value that was expected, as text
    actual: str | None = None  # value that was found, as text
    content: str | None = None  # body of the test, such as a query
    content_type: str | None = None  # sql, json, expression
    params: dict[str, Any] = msgspec.field(default_factory=dict)  # its inputs


class TestFacet(Part, frozen=True):
    """``test``: the tests that a run carried out."""

    tests: tuple[TestExecution, ...]  # one per test
