"""Each facet is built with the official client's class and read back by ours, field by field."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from openlineage.client.generated import (
    base_subset_dataset,
    catalog_dataset,
    column_lineage_dataset,
    data_quality_assertions_dataset,
    data_quality_metrics_dataset,
    data_quality_metrics_input_dataset,
    dataset_type_dataset,
    dataset_version_dataset,
    datasource_dataset,
    documentation_dataset,
    hierarchy_dataset,
    input_statistics_input_dataset,
    lifecycle_state_change_dataset,
    lineage,
    output_statistics_output_dataset,
    ownership_dataset,
    schema_dataset,
    storage_dataset,
    symlinks_dataset,
    tags_dataset,
)

from driftline.event import dataset_facets, facets

Column = schema_dataset.SchemaDatasetFacetFields
STEP = column_lineage_dataset.Transformation("DIRECT", "AGGREGATION", "avg(delay)", True)
SOURCE = column_lineage_dataset.InputField("file", "feed/flights", "arr_delay", [STEP])
FILTER = column_lineage_dataset.InputField(
    "file", "feed/flights", "day", [column_lineage_dataset.Transformation("INDIRECT", "FILTER")]
)
NUMBERS = {"nullCount": 4, "distinctCount": 9, "sum": 12.5, "count": 100.0, "min": -3.0, "max": 7.25}
QUANTILES = {"0.25": 1.0, "0.5": 2.5}
STATE = lifecycle_state_change_dataset.LifecycleStateChange
DATASET = {
    "schema": schema_dataset.SchemaDatasetFacet(
        [Column("id", "int", "The order", 1), Column("place", "struct", None, 2, [Column("city", "varchar")])]
    ),
    "dataSource": datasource_dataset.DatasourceDatasetFacet("lake", "postgres://db.example:5432"),
    "version": dataset_version_dataset.DatasetVersionDatasetFacet("snapshot-77"),
    "columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet(
        {"delay": column_lineage_dataset.Fields([SOURCE], "average", "MASKED")}, [FILTER]
    ),
    "lifecycleStateChange": lifecycle_state_change_dataset.LifecycleStateChangeDatasetFacet(
        STATE.RENAME, lifecycle_state_change_dataset.PreviousIdentifier("orders_old", "postgres://db.example:5432")
    ),
    "symlinks": symlinks_dataset.SymlinksDatasetFacet([symlinks_dataset.Identifier("hive://h:9083", "d.t", "TABLE")]),
    "ownership": ownership_dataset.OwnershipDatasetFacet([ownership_dataset.Owner("team:data", "OWNER")]),
    "documentation": documentation_dataset.DocumentationDatasetFacet("One row per flight.", "text/markdown"),
    "storage": storage_dataset.StorageDatasetFacet("iceberg", "parquet"),
    "catalog": catalog_dataset.CatalogDatasetFacet(
        "iceberg", "glue", "lake", "thrift://h:9083", "s3://lake/house", "spark", {"region": "eu-1"}
    ),
    "datasetType": dataset_type_dataset.DatasetTypeDatasetFacet("VIEW", "MATERIALIZED"),
    "hierarchy": hierarchy_dataset.HierarchyDatasetFacet(
        [hierarchy_dataset.HierarchyDatasetFacetLevel("DATABASE", "d"),
         hierarchy_dataset.HierarchyDatasetFacetLevel("TABLE", "t")]
    ),
    "tags": tags_dataset.TagsDatasetFacet([tags_dataset.TagsDatasetFacetFields("pii", "true", "USER", "email")]),
    "dataQualityMetrics": data_quality_metrics_dataset.DataQualityMetricsDatasetFacet(
        {"delay": data_quality_metrics_dataset.ColumnMetrics(**NUMBERS, quantiles=QUANTILES)},
        100, 2048, 3, "2026-01-01T10:00:00Z", "2026-01-01T11:00:00Z",
    ),
    "lineage": lineage.LineageDatasetFacet(
        [lineage.LineageDatasetInput("file", "feed/flights", "DATASET", "day")],
        {"delay": lineage.LineageFieldEntry([lineage.LineageDatasetInput("file", "feed/flights", "DATASET", "d")])},
    ),
}  # fmt: skip
LITERAL = base_subset_dataset.LiteralCompareExpression("DE")
COUNTRY = base_subset_dataset.CompareSubsetCondition(
    base_subset_dataset.FieldBaseCompareExpression("country"), LITERAL, "EQUAL"
)
DAYS = base_subset_dataset.PartitionSubsetCondition([base_subset_dataset.Partition({"day": "2013-01-31"}, "31")])
PLACES = base_subset_dataset.LocationSubsetCondition(["s3://lake/orders/a", "s3://lake/orders/b"])
INPUT = {
    "dataQualityMetrics": data_quality_metrics_input_dataset.DataQualityMetricsInputDatasetFacet(
        {"delay": data_quality_metrics_input_dataset.ColumnMetrics(**NUMBERS, quantiles=QUANTILES)},
        100, 2048, 3, "2026-01-01T10:00:00Z",
    ),
    "dataQualityAssertions": data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet(
        [
            data_quality_assertions_dataset.Assertion(
                "not_null", False, "id", "error", "id_is_there", "Every order has an id", "0", "3",
                "select 1", "sql", {"limit": 5},
            )
        ]
    ),
    "inputStatistics": input_statistics_input_dataset.InputStatisticsInputDatasetFacet(10, 2048, 2),
    "subset": base_subset_dataset.InputSubsetInputDatasetFacet(
        base_subset_dataset.BinarySubsetCondition(
            COUNTRY, base_subset_dataset.BinarySubsetCondition(DAYS, PLACES, "OR"), "AND"
        )
    ),
}  # fmt: skip
OUTPUT = {
    "outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(10, 2048, 2),
    "subset": base_subset_dataset.OutputSubsetOutputDatasetFacet(DAYS),
}
ALL = [
    *(("dataset", key, facet) for key, facet in DATASET.items()),
    *(("input", key, facet) for key, facet in INPUT.items()),
    *(("output", key, facet) for key, facet in OUTPUT.items()),
]


@pytest.mark.parametrize(("place", "key", "facet"), ALL, ids=[f"{place}-{key}" for place, key, _ in ALL])
def test_every_field_that_the_official_client_writes_is_read(
    place: str, key: str, facet: Any, read_back: Callable[..., Any]
) -> None:
    read_back(key, place, facet)


def test_columns_inside_columns_are_read(read_back: Callable[..., Any]) -> None:
    order, place = read_back("schema", "dataset", DATASET["schema"]).fields
    assert (order.description, order.ordinal_position, order.fields) == ("The order", 1, ())
    assert place.fields == (facets.SchemaField("city", "varchar"),)


def test_column_lineage_is_read_in_its_three_forms(read_back: Callable[..., Any]) -> None:
    both = read_back("columnLineage", "dataset", DATASET["columnLineage"])
    assert [source.field for source in both.dataset] == ["day"]
    assert both.fields["delay"].input_fields[0].transformations[0].masking is True
    repeated = b'{"fields":{"a":{"inputFields":[{"namespace":"n","name":"t","field":"k","transformations":[%s]}]}}}'
    step = b'{"type":"INDIRECT","subtype":"JOIN"}'
    spark = facets.read(repeated % step, facets.ColumnLineageFacet)
    assert spark.fields["a"].input_fields[0].transformations[0] == facets.Transformation("INDIRECT", "JOIN")
    old = facets.read(
        b'{"fields":{"a":{"inputFields":[{"namespace":"n","name":"t","field":"k"}],"transformationType":"IDENTITY"}}}',
        facets.ColumnLineageFacet,
    )
    assert old.fields["a"].transformation_type == "IDENTITY"


def test_a_rename_says_what_the_dataset_was_called(read_back: Callable[..., Any]) -> None:
    change = read_back("lifecycleStateChange", "dataset", DATASET["lifecycleStateChange"])
    assert change.lifecycle_state_change == "RENAME"
    assert change.previous_identifier.name == "orders_old"
    with pytest.raises(msgspec.ValidationError, match="MOVE"):
        facets.read(b'{"lifecycleStateChange":"MOVE"}', dataset_facets.LifecycleFacet)


def test_conditions_of_a_subset_nest(read_back: Callable[..., Any]) -> None:
    condition = read_back("subset", "input", INPUT["subset"]).input_condition
    assert condition.left.right.value == "DE"
    assert condition.right.left.partitions[0].dimensions == {"day": "2013-01-31"}
    assert condition.right.right.locations == ("s3://lake/orders/a", "s3://lake/orders/b")


def test_a_count_below_zero_is_no_count_and_a_whole_float_is_one() -> None:
    with pytest.raises(msgspec.ValidationError, match="rowCount"):
        facets.read(b'{"rowCount":-1}', dataset_facets.InputStatisticsFacet)
    assert facets.read(b'{"rowCount":3.0,"size":null}', dataset_facets.InputStatisticsFacet).row_count == 3
    with pytest.raises(msgspec.ValidationError, match="rowCount"):
        facets.read(b'{"rowCount":3.5}', dataset_facets.InputStatisticsFacet)
