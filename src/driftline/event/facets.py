"""The facets that Driftline reads and writes.

Standard ones are read into small records that keep only what the fold needs; the full facet stays raw in the event.
Our own are namespaced ``driftline_…`` so that other servers carry them unread. ``pack`` makes a facet, ``unpack``
reads one and answers None where it is absent or malformed: a bad facet never loses its event.
"""

from typing import Annotated, Any, TypeVar

import msgspec

from driftline.event.openlineage import PRODUCER, Facets

_SPEC = "https://openlineage.io/spec/facets/"
_STATISTICS = "OutputStatisticsOutputDatasetFacet"
_OWN = f"{PRODUCER}/blob/main/docs/reference/facets.md#"

T = TypeVar("T")
Count = Annotated[int, msgspec.Meta(ge=0, le=2**62)]  # what a store can hold


class SchemaField(msgspec.Struct, frozen=True, omit_defaults=True):
    """One column of the ``schema`` facet."""

    name: str
    type: str | None = None


class SchemaFacet(msgspec.Struct, frozen=True):
    """``schema``: the columns of a dataset, in order."""

    fields: tuple[SchemaField, ...] = ()


class VersionFacet(msgspec.Struct, frozen=True, rename="camel"):
    """``version``: the store's own pointer to a state of the dataset."""

    dataset_version: str


class Transformation(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a column reaches another."""

    type: str = "DIRECT"
    subtype: str = ""
    description: str = ""
    masking: bool = False


class InputField(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column that reaches another."""

    namespace: str
    name: str
    field: str
    transformations: tuple[Transformation, ...] = ()


class ColumnInputs(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """What reaches one output column."""

    input_fields: tuple[InputField, ...] = ()


class ColumnLineageFacet(msgspec.Struct, frozen=True, omit_defaults=True):
    """``columnLineage``: per output column, and for the row set as a whole."""

    fields: dict[str, ColumnInputs] = {}
    dataset: tuple[InputField, ...] = ()


class NominalTimeFacet(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """``nominalTime``: the moment that the run was scheduled for."""

    nominal_start_time: str
    nominal_end_time: str | None = None


class ParentRun(msgspec.Struct, frozen=True, rename="camel"):
    """The run part of a ``parent`` facet."""

    run_id: str


class ParentFacet(msgspec.Struct, frozen=True):
    """``parent``: the run that started this one."""

    run: ParentRun


class SqlFacet(msgspec.Struct, frozen=True):
    """``sql``: the statement."""

    query: str


class CodeLocationFacet(msgspec.Struct, frozen=True, omit_defaults=True):
    """``sourceCodeLocation``: where the code lies; only its version is read."""

    version: str = ""


class StateFacet(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """``driftline_state`` on a dataset: which state of it a run read or wrote."""

    version: str = ""
    kind: str = ""
    partition: str = ""
    fingerprint: str = ""
    rows: Count | None = None
    bytes: Count | None = None
    attributes: dict[str, str] = {}


class ProfileFacet(msgspec.Struct, frozen=True):
    """``driftline_profile`` on a dataset: the encoded profile of that state."""

    format: str
    data: bytes  # base64 in JSON


class CodeFacet(msgspec.Struct, frozen=True, omit_defaults=True):
    """``driftline_code`` on a run: hash of the code that ran, its attempt and its parameters."""

    version: str = ""
    attempt: int = 1
    parameters: dict[str, str] = {}


SCHEMAS = {
    "schema": f"{_SPEC}1-2-0/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet",
    "version": f"{_SPEC}1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet",
    "columnLineage": f"{_SPEC}1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet",
    "nominalTime": f"{_SPEC}1-0-1/NominalTimeRunFacet.json#/$defs/NominalTimeRunFacet",
    "parent": f"{_SPEC}1-1-0/ParentRunFacet.json#/$defs/ParentRunFacet",
    "sql": f"{_SPEC}1-1-0/SQLJobFacet.json#/$defs/SQLJobFacet",
    "errorMessage": f"{_SPEC}1-0-1/ErrorMessageRunFacet.json#/$defs/ErrorMessageRunFacet",
    "outputStatistics": f"{_SPEC}1-0-2/{_STATISTICS}.json#/$defs/{_STATISTICS}",
}


def pack(key: str, value: msgspec.Struct | dict[str, Any]) -> msgspec.Raw:
    """Return ``value`` as the facet ``key``, with the two fields that every facet must have."""
    body = value if isinstance(value, dict) else msgspec.to_builtins(value)
    schema = SCHEMAS.get(key, _OWN + key)
    return msgspec.Raw(msgspec.json.encode({"_producer": PRODUCER, "_schemaURL": schema, **body}))


def unpack(facets: Facets, key: str, shape: type[T]) -> T | None:
    """Return the facet ``key`` as ``shape``; None where it is absent, deleted or cannot be read."""
    raw = facets.get(key)
    if raw is None:
        return None
    try:
        return msgspec.json.decode(raw, type=shape)
    except msgspec.MsgspecError:
        return None
