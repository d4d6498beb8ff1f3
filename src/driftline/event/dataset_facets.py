"""The standard facets of a dataset, as input, as output or as such, that Driftline reads but does not write.

Conditions of a ``subset`` nest: comparisons of a column with a value, joined by AND and OR; each part is told from the
others by its ``type``. Source: https://openlineage.io/spec/facets, the ``…DatasetFacet`` schemas.
"""

from typing import Any, Literal

import msgspec

from driftline.event.facets import Count, Part


class DataSourceFacet(Part, frozen=True):
    """``dataSource``: the system that holds a dataset."""

    name: str | None = None  # its name
    uri: str | None = None  # its address; credentials are redacted on arrival


class PreviousIdentifier(Part, frozen=True):
    """What a renamed dataset was called."""

    namespace: str  # its namespace before
    name: str  # its name before


class LifecycleFacet(Part, frozen=True):
    """``lifecycleStateChange``: what was done to a dataset as a whole."""

    lifecycle_state_change: Literal["ALTER", "CREATE", "DROP", "OVERWRITE", "RENAME", "TRUNCATE"]  # the deed
    previous_identifier: PreviousIdentifier | None = None  # with RENAME: its name before


class Symlink(Part, frozen=True):
    """Another name of a dataset."""

    namespace: str  # its other namespace
    name: str  # its other name
    type: str = ""  # what sort of name: TABLE, LOCATION and so on


class SymlinksFacet(Part, frozen=True):
    """``symlinks``: the other names of a dataset."""

    identifiers: tuple[Symlink, ...] = ()  # the names


class StorageFacet(Part, frozen=True):
    """``storage``: how a dataset is kept."""

    storage_layer: str  # delta, iceberg and so on
    file_format: str | None = None  # parquet, csv and so on


class CatalogFacet(Part, frozen=True):
    """``catalog``: the catalogue that lists a dataset."""

    framework: str  # format of the table: iceberg, delta, hive
    type: str  # sort of catalogue: jdbc, glue, polaris
    name: str  # its name in the system that uses it
    metadata_uri: str | None = None  # address of the catalogue
    warehouse_uri: str | None = None  # place of its data
    source: str | None = None  # system where it is configured
    catalog_properties: dict[str, str] = msgspec.field(default_factory=dict)  # anything else


class DatasetTypeFacet(Part, frozen=True):
    """``datasetType``: what sort of dataset this is."""

    dataset_type: str  # TABLE, VIEW, FILE, TOPIC, STREAM, MODEL and so on
    sub_type: str | None = None  # MATERIALIZED, EXTERNAL, TEMPORARY and so on


class HierarchyLevel(Part, frozen=True):
    """One level above, or of, a dataset."""

    type: str  # DATABASE, SCHEMA, TABLE
    name: str  # its name


class HierarchyFacet(Part, frozen=True):
    """``hierarchy``: the levels that a dataset's name is made of."""

    hierarchy: tuple[HierarchyLevel, ...]  # from the highest to the lowest


class ColumnMetrics(Part, frozen=True):
    """The numbers of one column."""

    null_count: Count | None = None  # rows without a value
    distinct_count: Count | None = None  # different values
    sum: float | None = None  # sum of the values
    count: float | None = None  # number of values
    min: float | None = None  # least value
    max: float | None = None  # greatest value
    quantiles: dict[str, float] = msgspec.field(default_factory=dict)  # quantile, such as 0.25, to value


class DataQualityMetricsFacet(Part, frozen=True):
    """``dataQualityMetrics``: the numbers of a dataset, as such or as a run read it."""

    column_metrics: dict[str, ColumnMetrics]  # column to its numbers
    row_count: Count | None = None  # rows looked at
    bytes: Count | None = None  # size in bytes
    file_count: Count | None = None  # files looked at
    last_updated: str | None = None  # last change of the dataset, ISO 8601
    capture_date: str | None = None  # moment that the numbers are of, ISO 8601


class Assertion(Part, frozen=True):
    """One test of a dataset and how it went."""

    assertion: str  # sort of test: not_null, unique, freshness and so on
    success: bool  # whether nothing was found
    column: str | None = None  # column that it is about; none = the whole dataset
    severity: str | None = None  # error stops the pipeline, warn does not
    name: str | None = None  # name of the test
    description: str | None = None  # what it checks
    expected: str | None = None  # value that was expected, as text
    actual: str | None = None  # value that was found, as text
    content: str | None = None  # body of the test, such as a query
    content_type: str | None = None  # sql, json, expression
    params: dict[str, Any] = msgspec.field(default_factory=dict)  # its inputs


class DataQualityAssertionsFacet(Part, frozen=True):
    """``dataQualityAssertions``: the tests of a dataset; emitters put them on the input or on the dataset, or both."""

    assertions: tuple[Assertion, ...]  # one per test


class InputStatisticsFacet(Part, frozen=True):
    """``inputStatistics``: how much a run read."""

    row_count: Count | None = None  # rows read
    size: Count | None = None  # bytes read
    file_count: Count | None = None  # files read


class LocationCondition(Part, frozen=True, tag_field="type", tag="location"):
    """Only some places."""

    locations: tuple[str, ...]  # folders, objects


class Partition(Part, frozen=True):
    """One partition."""

    dimensions: dict[str, Any]  # partition column to value
    identifier: str | None = None  # its name


class PartitionCondition(Part, frozen=True, tag_field="type", tag="partition"):
    """Only some partitions."""

    partitions: tuple[Partition, ...]  # the partitions


class FieldExpression(Part, frozen=True, tag_field="type", tag="field"):
    """A column in a comparison."""

    field: str  # its name


class LiteralExpression(Part, frozen=True, tag_field="type", tag="literal"):
    """A value in a comparison."""

    value: str | int | float | bool | None  # the value; the specification has texts only


class CompareCondition(Part, frozen=True, tag_field="type", tag="compare"):
    """Only rows for which a comparison holds."""

    left: FieldExpression | LiteralExpression  # left side
    right: FieldExpression | LiteralExpression  # right side
    comparison: str  # EQUAL, GREATER_THAN, GREATER_EQUAL_THAN, LESS_THAN, LESS_EQUAL_THAN


class BinaryCondition(Part, frozen=True, tag_field="type", tag="binary"):
    """Two conditions joined."""

    left: "Condition"  # one condition
    right: "Condition"  # the other
    operator: str  # AND or OR


Condition = LocationCondition | PartitionCondition | CompareCondition | BinaryCondition


class InputSubsetFacet(Part, frozen=True):
    """``subset`` on an input: which part of the dataset a run read."""

    input_condition: Condition  # what that part has in common


class OutputSubsetFacet(Part, frozen=True):
    """``subset`` on an output: which part of the dataset a run wrote."""

    output_condition: Condition  # what that part has in common
