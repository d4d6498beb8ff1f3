"""Every facet that has a schema: the 38 of OpenLineage 2-0-2, those of vendors, and Driftline's own.

Enters: a facet's key and the place where it stands. Leaves: its record, the address of its schema, what it must
have. Two of the 38 schemas hold two facets each (``lineage``, ``subset``), so there are 40 standard ones. Records say
what can be read; ``required`` says what the specification asks for at the top, which is more where emitters are known
to leave something out. Nothing that runs inside other people's programs imports this. Source:
https://openlineage.io/spec/facets and ``spec/registry`` of https://github.com/OpenLineage/OpenLineage.
"""

from typing import Literal, NamedTuple

import msgspec

from driftline.event import ai_facets as ai
from driftline.event import dataset_facets as on_dataset
from driftline.event import facets as ours
from driftline.event import job_facets as on_job
from driftline.event import run_facets as on_run
from driftline.event import vendor_facets as vendors

Place = Literal["run", "job", "dataset", "input", "output"]
KEPT = "Kept byte for byte, checked, readable by name."
_REDACTED = "{} redacted on arrival; the rest is kept, checked, readable by name."


class Registered(NamedTuple):
    """One facet at one place."""

    key: str  # its name in an event
    place: Place  # run, job, dataset, input (inputFacets) or output (outputFacets)
    record: type[msgspec.Struct]  # what it is read as
    schema: str  # address of its schema
    required: tuple[str, ...]  # fields that it must have, as JSON names them
    origin: Literal["standard", "vendor", "driftline"]  # who defined it
    use: str  # what Driftline does with it


_STANDARD: tuple[tuple[str, Place, type[msgspec.Struct], str, str], ...] = (
    ("nominalTime", "run", ours.NominalTimeFacet, "", ""),
    ("parent", "run", ours.ParentFacet, "", ""),
    ("errorMessage", "run", ours.ErrorMessageFacet, "", ""),
    ("externalQuery", "run", on_run.ExternalQueryFacet, "1-0-2", "ExternalQueryRunFacet"),
    ("extractionError", "run", on_run.ExtractionErrorFacet, "1-1-2", "ExtractionErrorRunFacet"),
    ("processing_engine", "run", on_run.ProcessingEngineFacet, "1-1-1", "ProcessingEngineRunFacet"),
    ("environmentVariables", "run", on_run.EnvironmentVariablesFacet, "1-0-0", "EnvironmentVariablesRunFacet"),
    ("executionParameters", "run", on_run.ExecutionParametersFacet, "1-0-0", "ExecutionParametersRunFacet"),
    ("jobDependencies", "run", on_run.JobDependenciesFacet, "1-0-1", "JobDependenciesRunFacet"),
    ("tags", "run", on_run.TagsFacet, "1-0-0", "TagsRunFacet"),
    ("test", "run", on_run.TestFacet, "1-0-1", "TestRunFacet"),
    ("documentation", "job", on_job.DocumentationFacet, "1-1-0", "DocumentationJobFacet"),
    ("jobType", "job", on_job.JobTypeFacet, "2-0-4", "JobTypeJobFacet"),
    ("ownership", "job", on_job.OwnershipFacet, "1-0-1", "OwnershipJobFacet"),
    ("sourceCode", "job", on_job.SourceCodeFacet, "1-0-1", "SourceCodeJobFacet"),
    ("sourceCodeLocation", "job", ours.CodeLocationFacet, "", ""),
    ("sql", "job", ours.SqlFacet, "", ""),
    ("tags", "job", on_run.TagsFacet, "1-0-0", "TagsJobFacet"),
    ("lineage", "job", on_job.LineageJobFacet, "1-0-0", "LineageFacet LineageJobFacet"),
    ("schema", "dataset", ours.SchemaFacet, "", ""),
    ("dataSource", "dataset", on_dataset.DataSourceFacet, "1-0-1", "DatasourceDatasetFacet"),
    ("version", "dataset", ours.VersionFacet, "", ""),
    ("columnLineage", "dataset", ours.ColumnLineageFacet, "", ""),
    ("lifecycleStateChange", "dataset", on_dataset.LifecycleFacet, "1-0-1", "LifecycleStateChangeDatasetFacet"),
    ("symlinks", "dataset", on_dataset.SymlinksFacet, "1-0-1", "SymlinksDatasetFacet"),
    ("ownership", "dataset", on_job.OwnershipFacet, "1-0-1", "OwnershipDatasetFacet"),
    ("documentation", "dataset", on_job.DocumentationFacet, "1-1-0", "DocumentationDatasetFacet"),
    ("storage", "dataset", on_dataset.StorageFacet, "1-0-1", "StorageDatasetFacet"),
    ("catalog", "dataset", on_dataset.CatalogFacet, "1-1-0", "CatalogDatasetFacet"),
    ("datasetType", "dataset", on_dataset.DatasetTypeFacet, "1-0-1", "DatasetTypeDatasetFacet"),
    ("hierarchy", "dataset", on_dataset.HierarchyFacet, "1-0-0", "HierarchyDatasetFacet"),
    ("tags", "dataset", on_run.TagsFacet, "1-0-0", "TagsDatasetFacet"),
    ("dataQualityMetrics", "dataset", on_dataset.DataQualityMetricsFacet, "1-0-1", "DataQualityMetricsDatasetFacet"),
    ("lineage", "dataset", on_job.LineageDatasetFacet, "1-0-0", "LineageFacet LineageDatasetFacet"),
    ("dataQualityMetrics", "input", on_dataset.DataQualityMetricsFacet, "1-0-3", "DataQualityMetricsInputDatasetFacet"),
    ("dataQualityAssertions", "input", on_dataset.DataQualityAssertionsFacet, "1-1-0",
     "DataQualityAssertionsDatasetFacet"),
    ("inputStatistics", "input", on_dataset.InputStatisticsFacet, "1-0-0", "InputStatisticsInputDatasetFacet"),
    ("subset", "input", on_dataset.InputSubsetFacet, "1-0-0", "BaseSubsetDatasetFacet InputSubsetInputDatasetFacet"),
    ("outputStatistics", "output", ours.OutputStatisticsFacet, "", ""),
    ("subset", "output", on_dataset.OutputSubsetFacet, "1-0-0",
     "BaseSubsetDatasetFacet OutputSubsetOutputDatasetFacet"),
)  # fmt: skip
_VENDORS: tuple[tuple[str, Place, type[msgspec.Struct], str, str], ...] = (
    ("gcp_lineage", "job", vendors.GcpLineageFacet, "1-0-0", "GcpLineageJobFacet"),
    ("dataplex", "job", vendors.GcpLineageFacet, "1-0-0", "GcpCommonJobFacet"),
    ("gcp_composer_job", "job", vendors.GcpComposerJobFacet, "1-0-0", "GcpComposerJobFacet"),
    ("gcp_composer_run", "run", vendors.GcpComposerRunFacet, "1-0-0", "GcpComposerRunFacet"),
    ("gcp_dataproc", "run", vendors.GcpDataprocFacet, "1-0-0", "GcpDataprocRunFacet"),
    ("gcp_dataproc_spark", "run", vendors.GcpDataprocFacet, "1-0-0", "GcpDataprocSparkRunFacet"),
    ("gcp_bigquery_routine_job", "job", vendors.BigQueryRoutineFacet, "1-0-0", "GcpBigQueryRoutineJobFacet"),
    ("gcp_bigquery_metastore_catalog", "dataset", vendors.BigQueryMetastoreFacet, "1-0-0",
     "BigQueryMetastoreCatalogDatasetFacet"),
    ("icebergScanReport", "input", vendors.ScanReportFacet, "1-0-1", "IcebergScanReportInputDatasetFacet"),
    ("icebergCommitReport", "output", vendors.CommitReportFacet, "1-0-0", "IcebergCommitReportOutputDatasetFacet"),
)  # fmt: skip
_OWN: tuple[tuple[str, Place, type[msgspec.Struct]], ...] = (
    ("driftline_state", "dataset", ours.StateFacet),
    ("driftline_profile", "dataset", ours.ProfileFacet),
    ("driftline_fingerprint", "dataset", ours.FingerprintFacet),
    ("driftline_code", "run", ours.CodeFacet),
    ("driftline_deployment", "dataset", ai.DeploymentFacet),
    ("driftline_evaluation", "dataset", ai.EvaluationFacet),
    ("driftline_predictions", "dataset", ai.PredictionsFacet),
    ("driftline_documents", "dataset", ai.DocumentsFacet),
    ("driftline_start", "run", ours.StartFacet),
    ("driftline_gaps", "run", ours.GapsFacet),
    ("driftline_differences", "run", ours.DifferencesFacet),
    ("driftline_completeness", "run", ours.CompletenessFacet),
    ("driftline_environment", "run", ours.EnvironmentFacet),
)
# What the specification requires where the record, for the sake of emitters that leave it out, does not.
_LENIENT = {
    ("parent", "run"): ("job",),
    ("sourceCodeLocation", "job"): ("type", "url"),
    ("columnLineage", "dataset"): ("fields",),
}
# Facets that emitters put at another place as well, and that are read there.
_ELSEWHERE: dict[tuple[str, str], Place] = {("dataQualityAssertions", "dataset"): "input"}
_USES = {
    "nominalTime": "The moment that a run was scheduled for, kept beside the time at which it ran.",
    "parent": "Joins a run to the run that started it. Its old name `parentRun` is read as this one.",
    "processing_engine": "Becomes a parameter of the run, so that a new engine version is a change.",
    "sourceCode": "Its hash is the code version of the run, where nothing better says it.",
    "sourceCodeLocation": "Its `version` is the code version of the run, where nothing better says it.",
    "schema": "The columns of the version; compared with the version before.",
    "version": "Names the version.",
    "columnLineage": "Becomes edges between columns, and decides which input fed which output.",
    "dataQualityMetrics": "Its `rowCount` and `bytes` are the size of the version, where nothing better says it.",
    "inputStatistics": "Its `rowCount` and `size` are the size of the version that was read.",
    "outputStatistics": "Its `rowCount` and `size` are the size of the version that was written.",
    "environmentVariables": _REDACTED.format("Secrets are"),
    "executionParameters": _REDACTED.format("Secrets are"),
    "dataSource": _REDACTED.format("Credentials in its address are"),
    "driftline_state": "Names the version, and says its size and its slice.",
    "driftline_profile": "The profile that drift is computed from.",
    "driftline_fingerprint": "Tells which columns and rows differ between two versions.",
    "driftline_deployment": "Kept, readable by name: which versions answer at an endpoint.",
    "driftline_evaluation": "Kept, readable by name: how good a version was found to be.",
    "driftline_predictions": "Kept, readable by name: whose answers a window holds.",
    "driftline_documents": "Kept, readable by name: which documents a collection or an index holds.",
    "driftline_start": "When the run began, where no START event says it.",
    "driftline_gaps": "Kept, readable by name: what capture could not see.",
    "driftline_differences": "Kept, readable by name: where declared and observed column edges do not agree.",
    "driftline_completeness": "Kept, readable by name: bytes attributed of bytes seen.",
    "driftline_environment": "Kept, readable by name: Python and the libraries that a run used.",
    "driftline_code": "The code version, attempt and parameters of the run.",
}


def _registered() -> dict[tuple[str, str], Registered]:
    found: dict[tuple[str, str], Registered] = {}
    for origin, rows in (("standard", _STANDARD), ("vendor", _VENDORS)):
        for key, place, record, version, schema in rows:
            file, _, name = schema.partition(" ")
            url = f"{ours.SPEC}{version}/{file}.json#/$defs/{name or file}" if version else ours.schema_url(key)
            found[key, place] = _entry(key, place, record, url, origin)
    for key, place, record in _OWN:
        found[key, place] = _entry(key, place, record, ours.schema_url(key), "driftline")
    return found


def _entry(key: str, place: Place, record: type[msgspec.Struct], url: str, origin: str) -> Registered:
    fields = tuple(field.encode_name for field in msgspec.structs.fields(record) if field.required)
    required = fields + _LENIENT.get((key, place), ())
    return Registered(key, place, record, url, required, origin, _USES.get(key, KEPT))  # type: ignore[arg-type] # the table holds its words as texts


REGISTRY: dict[tuple[str, str], Registered] = _registered()
PLACES: dict[str, tuple[Place, ...]] = {
    key: tuple(entry.place for entry in REGISTRY.values() if entry.key == key) for key, _ in REGISTRY
}


def find(key: str, place: str) -> Registered | None:
    """Return the facet ``key`` as it may stand on ``place``; None where it is unknown, or known but not there."""
    return REGISTRY.get((key, _ELSEWHERE.get((key, place), place)))
