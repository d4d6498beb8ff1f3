"""Facets of vendors, as their schemas in ``spec/registry`` describe them; the examples were made by hand."""

import json
from typing import Any

import msgspec
import pytest

from driftline.event import facets, registry, vendor_facets

FACETS: dict[str, tuple[str, dict[str, Any]]] = {
    "gcp_lineage": ("job", {"displayName": "Load orders", "origin": {"sourceType": "COMPOSER", "name": "projects/p"}}),
    "dataplex": ("job", {"displayName": "Load orders"}),
    "gcp_composer_job": (
        "job",
        {"environmentName": "prod", "dagId": "feed", "operator": "PythonOperator", "taskId": "load",
         "airflowVersion": "2.9.3+composer", "composerVersion": "2.9.1"},
    ),
    "gcp_composer_run": ("run", {"dagRunId": "scheduled__2026-01-01", "taskExecutionDate": "2026-01-01"}),
    "gcp_dataproc": (
        "run",
        {"appId": "application_1", "appName": "orders", "projectId": "p", "clusterName": "c", "clusterUuid": "u",
         "jobId": "j", "jobUuid": "ju", "queryNodeName": "append_data", "runType": "job"},
    ),
    "gcp_dataproc_spark": ("run", {"appId": "a", "appName": "n", "projectId": "p", "batchId": "b", "sessionId": "s"}),
    "gcp_bigquery_routine_job": (
        "job", {"projectId": "p", "datasetId": "d", "routineId": "refresh", "routineType": "PROCEDURE"},
    ),
    "gcp_bigquery_metastore_catalog": (
        "dataset",
        {"framework": "iceberg", "type": "bigquery", "name": "lake", "projectId": "p", "location": "eu",
         "warehouseUri": "gs://lake/house"},
    ),
    "icebergScanReport": (
        "input",
        {"snapshotId": 4_951_338_021_117_642_341, "filter": "day = '2013-01-31'", "schemaId": 0,
         "projectedFieldNames": ["id", "day"], "metadata": {"engine-name": "spark"},
         "scanMetrics": {"totalPlanningDuration": 17.5, "resultDataFiles": 3, "totalFileSizeInBytes": 4096}},
    ),
    "icebergCommitReport": (
        "output",
        {"snapshotId": 12, "sequenceNumber": 4, "operation": "append",
         "commitMetrics": {"attempts": 1, "addedRecords": 100, "addedDVs": 2, "removedDVs": 1, "totalRecords": 900}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("key", FACETS)
def test_every_field_of_the_schema_is_read(key: str) -> None:
    place, body = FACETS[key]
    entry = registry.find(key, place)
    assert entry is not None
    assert entry.origin == "vendor"
    record = facets.read(json.dumps(body).encode(), entry.record)
    assert json.loads(msgspec.json.encode(record)) == body


def test_every_vendor_facet_has_an_example_here() -> None:
    assert {key for (key, _), entry in registry.REGISTRY.items() if entry.origin == "vendor"} == FACETS.keys()


def test_a_report_of_iceberg_is_read_by_name() -> None:
    report = facets.read(json.dumps(FACETS["icebergCommitReport"][1]).encode(), vendor_facets.CommitReportFacet)
    assert report.commit_metrics is not None
    assert (report.commit_metrics.added_records, report.commit_metrics.added_dvs) == (100, 2)
    with pytest.raises(msgspec.ValidationError, match="dagRunId"):
        facets.read(b"{}", vendor_facets.GcpComposerRunFacet)
