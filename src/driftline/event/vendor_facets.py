"""The facets that vendors have registered with the specification: Google Cloud and Apache Iceberg.

One record per facet. Numbers of the Iceberg reports are as the reports have them: whole or not, of any size. Spellings
that older schemas of a facet had are passed over. Source: ``spec/registry`` of
https://github.com/OpenLineage/OpenLineage.
"""

from typing import Any

import msgspec

from driftline.event.facets import Part

Number = int | float


class GcpOrigin(Part, frozen=True):
    """Where a job comes from, in the words of Google Cloud."""

    source_type: str | None = None  # COMPOSER, BIGQUERY, CUSTOM and so on
    name: str | None = None  # resource name of the system


class GcpLineageFacet(Part, frozen=True):
    """``gcp_lineage`` on a job: how Google Cloud's lineage shows it; called ``dataplex`` before."""

    display_name: str | None = None  # name to show
    origin: GcpOrigin | None = None  # system that the job comes from


class GcpComposerJobFacet(Part, frozen=True):
    """``gcp_composer_job`` on a job: its place in Cloud Composer."""

    environment_name: str  # environment
    dag_id: str  # DAG
    airflow_version: str  # version of Airflow
    composer_version: str  # version of Composer
    operator: str | None = None  # class of the operator, of a task
    task_id: str | None = None  # task, of a task


class GcpComposerRunFacet(Part, frozen=True):
    """``gcp_composer_run`` on a run: its run in Cloud Composer."""

    dag_run_id: str  # run of the DAG
    task_execution_date: str | None = None  # logical date of the task


class GcpDataprocFacet(Part, frozen=True):
    """``gcp_dataproc`` on a run: where Dataproc ran it; called ``gcp_dataproc_spark`` before."""

    app_id: str | None = None  # application in Spark
    app_name: str | None = None  # its name
    project_id: str | None = None  # project
    batch_id: str | None = None  # serverless batch
    batch_uuid: str | None = None  # its UUID
    cluster_name: str | None = None  # cluster
    cluster_uuid: str | None = None  # its UUID
    job_id: str | None = None  # job on a cluster
    job_uuid: str | None = None  # its UUID
    query_node_name: str | None = None  # node of the plan, which names the command
    run_type: str | None = None  # job, batch or session
    session_id: str | None = None  # interactive session
    session_uuid: str | None = None  # its UUID


class BigQueryRoutineFacet(Part, frozen=True):
    """``gcp_bigquery_routine_job`` on a job: the routine in BigQuery that it is."""

    project_id: str  # project
    dataset_id: str  # dataset that holds it
    routine_id: str  # name of the routine
    routine_type: str | None = None  # PROCEDURE, SCALAR_FUNCTION, TABLE_VALUED_FUNCTION, AGGREGATE_FUNCTION


class BigQueryMetastoreFacet(Part, frozen=True):
    """``gcp_bigquery_metastore_catalog`` on a dataset: its catalogue in BigQuery."""

    framework: str  # format of the table: iceberg, delta, hive
    type: str  # sort of catalogue
    name: str  # its name in the system that uses it
    project_id: str  # project
    location: str  # place of the catalogue
    metadata_uri: str | None = None  # address of the catalogue
    warehouse_uri: str | None = None  # place of its data
    source: str | None = None  # system where it is configured


class ScanMetrics(Part, frozen=True):
    """The numbers of a scan."""

    total_planning_duration: Number | None = None  # milliseconds of planning
    result_data_files: Number | None = None  # data files read
    result_delete_files: Number | None = None  # delete files read
    total_data_manifests: Number | None = None  # manifests of data files
    total_delete_manifests: Number | None = None  # manifests of delete files
    scanned_data_manifests: Number | None = None  # of them read
    skipped_data_manifests: Number | None = None  # of them left out
    total_file_size_in_bytes: Number | None = None  # bytes of data files read
    total_delete_file_size_in_bytes: Number | None = None  # bytes of delete files read
    skipped_data_files: Number | None = None  # data files left out
    skipped_delete_files: Number | None = None  # delete files left out
    scanned_delete_manifests: Number | None = None  # manifests of delete files read
    skipped_delete_manifests: Number | None = None  # manifests of delete files left out
    indexed_delete_files: Number | None = None  # delete files indexed
    equality_delete_files: Number | None = None  # of them by equality
    positional_delete_files: Number | None = None  # of them by position


class ScanReportFacet(Part, frozen=True):
    """``icebergScanReport`` on an input: what one scan of an Iceberg table read."""

    snapshot_id: Number | None = None  # state of the table
    filter: str | None = None  # filter of the scan
    schema_id: Number | None = None  # schema of the table
    projected_field_names: tuple[str, ...] = ()  # columns that were read
    scan_metrics: ScanMetrics | None = None  # its numbers
    metadata: dict[str, Any] = msgspec.field(default_factory=dict)  # anything else


class CommitMetrics(Part, frozen=True):
    """The numbers of a commit."""

    total_duration: Number | None = None  # milliseconds of the commit
    attempts: Number | None = None  # tries that it took
    added_data_files: Number | None = None  # data files added
    removed_data_files: Number | None = None  # data files removed
    total_data_files: Number | None = None  # data files after it
    added_delete_files: Number | None = None  # delete files added
    added_equality_delete_files: Number | None = None  # of them by equality
    added_positional_delete_files: Number | None = None  # of them by position
    added_dvs: Number | None = msgspec.field(default=None, name="addedDVs")  # deletion vectors added
    removed_delete_files: Number | None = None  # delete files removed
    removed_equality_delete_files: Number | None = None  # of them by equality
    removed_positional_delete_files: Number | None = None  # of them by position
    removed_dvs: Number | None = msgspec.field(default=None, name="removedDVs")  # deletion vectors removed
    total_delete_files: Number | None = None  # delete files after it
    added_records: Number | None = None  # rows added
    removed_records: Number | None = None  # rows removed
    total_records: Number | None = None  # rows after it
    added_files_size_in_bytes: Number | None = None  # bytes added
    removed_files_size_in_bytes: Number | None = None  # bytes removed
    total_files_size_in_bytes: Number | None = None  # bytes after it
    added_positional_deletes: Number | None = None  # deletes by position added
    removed_positional_deletes: Number | None = None  # deletes by position removed
    total_positional_deletes: Number | None = None  # deletes by position after it
    added_equality_deletes: Number | None = None  # deletes by equality added
    removed_equality_deletes: Number | None = None  # deletes by equality removed
    total_equality_deletes: Number | None = None  # deletes by equality after it


class CommitReportFacet(Part, frozen=True):
    """``icebergCommitReport`` on an output: what one commit to an Iceberg table changed."""

    snapshot_id: Number | None = None  # state of the table after it
    sequence_number: Number | None = None  # its place in the history of the table
    operation: str | None = None  # append, overwrite, delete, replace
    commit_metrics: CommitMetrics | None = None  # its numbers
    metadata: dict[str, Any] = msgspec.field(default_factory=dict)  # anything else
