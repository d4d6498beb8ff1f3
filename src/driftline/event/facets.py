"""The facets that Driftline writes itself, and how any facet is packed and read.

Its own are namespaced ``driftline_…`` so that other servers carry them unread. The standard ones that it does not
write stand in ``run_facets``, ``job_facets`` and ``dataset_facets``; all are listed by ``registry``. ``pack`` makes a
facet, ``read`` reads one, ``unpack`` answers None where it is absent or malformed: a bad facet never loses its event.
Unknown keys of a facet are passed over, and a null counts as absent. Source: OpenLineage 2-0-2 and
https://openlineage.io/spec/facets.
"""

from typing import Annotated, Any, TypeVar

import msgspec

from driftline.event.openlineage import PRODUCER, Facets, as_json

SPEC = "https://openlineage.io/spec/facets/"
_STATISTICS = "OutputStatisticsOutputDatasetFacet"
_OWN = f"{PRODUCER}/blob/main/docs/reference/facets.md#"
_EXACT = 2.0**53  # above it a float does not say which whole number is meant
UNREADABLE = (msgspec.MsgspecError, ValueError, OverflowError, RecursionError)  # what ``read`` may raise

_KEYS = 1_000  # keys of facets whose beginnings are remembered
_EMPTY = len("{}")
_before: dict[str, bytes] = {}

T = TypeVar("T")
Count = Annotated[int, msgspec.Meta(ge=0, le=2**62)]  # what a store can hold


class Part(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """What most facets and their parts have in common: frozen, in the camel case of the specification."""


class SchemaField(msgspec.Struct, frozen=True, omit_defaults=True):
    """One column of the ``schema`` facet."""

    name: str  # name of the column
    type: str | None = None  # type as the system spells it
    description: str | None = None  # what it holds, for people
    ordinal_position: int | None = None  # place in the schema, from 1
    fields: "tuple[SchemaField, ...]" = ()  # columns inside this one


class SchemaFacet(msgspec.Struct, frozen=True):
    """``schema``: the columns of a dataset, in order."""

    fields: tuple[SchemaField, ...] = ()  # the columns


class VersionFacet(Part, frozen=True):
    """``version``: the store's own pointer to a state of the dataset."""

    dataset_version: str  # snapshot id, commit or the like


class Transformation(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a column reaches another."""

    # a factory, because ``omit_defaults`` must not leave out what the specification requires
    type: str = msgspec.field(default_factory=lambda: "DIRECT")  # DIRECT or INDIRECT
    subtype: str = ""  # IDENTITY, AGGREGATION, JOIN, FILTER and so on
    description: str = ""  # the expression, as text
    masking: bool = False  # whether the values are hidden by it
    provenance: str = ""  # ours: how the edge is known, such as probed or kept values; "" = it was declared
    confidence: float = 1.0  # ours: how sure it is, above 0 and up to 1


class InputField(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column that reaches another."""

    namespace: str  # namespace of the source dataset
    name: str  # name of the source dataset
    field: str = ""  # source column; "" = not said
    transformations: tuple[Transformation, ...] = ()  # ways in which it reaches the target


class ColumnInputs(Part, frozen=True):
    """What reaches one output column."""

    input_fields: tuple[InputField, ...] = ()  # source columns
    transformation_type: str | None = None  # old form: IDENTITY or MASKED, for all of them
    transformation_description: str | None = None  # old form: the expression, as text


class ColumnLineageFacet(msgspec.Struct, frozen=True, omit_defaults=True):
    """``columnLineage``: per output column, and for the row set as a whole."""

    fields: dict[str, ColumnInputs] = {}  # output column to what reaches it
    dataset: tuple[InputField, ...] = ()  # columns that shape all rows: join keys, filters, sorting, grouping


class NominalTimeFacet(Part, frozen=True):
    """``nominalTime``: the moment that the run was scheduled for."""

    nominal_start_time: str  # start of the slice, ISO 8601
    nominal_end_time: str | None = None  # its end, not included


class ParentRun(Part, frozen=True):
    """The run part of a ``parent`` facet."""

    run_id: str  # UUID
    facets: dict[str, msgspec.Raw] = {}  # facets of that run, forwarded


class ParentJob(msgspec.Struct, frozen=True, omit_defaults=True):
    """The job part of a ``parent`` facet."""

    name: str  # name of the job
    namespace: str = ""  # its namespace; "" = not said
    facets: dict[str, msgspec.Raw] = {}  # facets of that job, forwarded


class ParentRoot(msgspec.Struct, frozen=True, omit_defaults=True):
    """The run at the top of a chain of parents."""

    run: ParentRun  # that run
    job: ParentJob | None = None  # its job


class ParentFacet(msgspec.Struct, frozen=True, omit_defaults=True):
    """``parent``: the run that started this one, and the run at the top of the chain."""

    run: ParentRun  # the run that started this one
    job: ParentJob | None = None  # its job
    root: ParentRoot | None = None  # the first run of the chain


class SqlFacet(msgspec.Struct, frozen=True, omit_defaults=True):
    """``sql``: the statement."""

    query: str  # the text
    dialect: str | None = None  # in which dialect of SQL


class ErrorMessageFacet(Part, frozen=True):
    """``errorMessage``: why a run failed."""

    message: str  # the error, for people
    programming_language: str  # language of the stack trace
    stack_trace: str | None = None  # the trace


class CodeLocationFacet(Part, frozen=True):
    """``sourceCodeLocation``: where the code of a job lies."""

    type: str = ""  # system that holds it: git, svn
    url: str = ""  # address of the file
    repo_url: str | None = None  # address of the repository
    path: str | None = None  # path inside the repository
    version: str = ""  # revision that is deployed
    tag: str | None = None  # tag or release name
    branch: str | None = None  # branch
    pull_request_number: str | None = None  # change request that a build belongs to


class OutputStatisticsFacet(Part, frozen=True):
    """``outputStatistics``: how much a run wrote."""

    row_count: Count | None = None  # rows written
    size: Count | None = None  # bytes written
    file_count: Count | None = None  # files written


class StateFacet(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """``driftline_state`` on a dataset: which state of it a run read or wrote."""

    version: str = ""  # name of that state
    kind: str = ""  # table, file, model, index, documents, prompt, predictions
    partition: str = ""  # slice of the dataset, such as a day
    fingerprint: str = ""  # content hash with its algorithm
    rows: Count | None = None  # rows in it
    bytes: Count | None = None  # size in bytes
    attributes: dict[str, str] = {}  # what people want to see
    after_ns: int | None = None  # nanoseconds from the begin of the run until it was first read, or last written


class ProfileFacet(msgspec.Struct, frozen=True):
    """``driftline_profile`` on a dataset: the encoded profile of that state."""

    format: str  # encoding of the profile
    data: bytes  # the profile, base64 in JSON


class RowSetPart(Part, frozen=True):
    """The rows of a table whatever their order, inside ``driftline_fingerprint``."""

    total: str  # form, ":" and 32 hexadecimal digits: the sum of the hashes of all rows
    sample: bytes = b""  # the smallest hashes: 24 bytes a row, base64 in JSON


class FingerprintFacet(Part, frozen=True):
    """``driftline_fingerprint`` on a dataset: hashes of its content by column and group of rows."""

    value: str  # form of the hashed bytes, ":" and the hash of the whole
    algorithm: str  # hash function
    rows: Count  # rows in it
    columns: dict[str, str] = {}  # column to the hash of its values, in hexadecimal digits
    group_rows: Count = 0  # rows of one group; the last group may have fewer
    groups: bytes = b""  # 16 bytes per group, column after column, base64 in JSON
    row_set: RowSetPart | None = None  # absent where it was not measured


class CodeFacet(msgspec.Struct, frozen=True, omit_defaults=True):
    """``driftline_code`` on a run: hash of the code that ran, its attempt and its parameters."""

    version: str = ""  # hash or revision
    attempt: int = 1  # 2 and more when the same run was tried again
    parameters: dict[str, str] = {}  # what it was called with


class StartFacet(msgspec.Struct, frozen=True):
    """``driftline_start`` on a run: when it began, where no START event says it; its id has the millisecond only."""

    time: str = ""  # ISO 8601


class GapsFacet(msgspec.Struct, frozen=True):
    """``driftline_gaps`` on a run: what capture could not see."""

    gaps: dict[str, int] = {}  # kind of gap to how often it came


class Difference(msgspec.Struct, frozen=True, omit_defaults=True):
    """One edge between columns on which what was declared and what was observed do not agree."""

    output: str  # dataset that was written, as a node id
    column: str  # its column; "" = its rows as a whole
    source: str  # dataset that was read, as a node id
    field: str  # its column
    observed: tuple[str, ...] = ()  # ways that probing, or the database's plan, saw, such as DIRECT:TRANSFORMATION
    declared: tuple[str, ...] = ()  # ways that SQL, a plan or the user's code stated
    by: str = ""  # who observed: "" = probing, plan = the plan to which the database bound the statement


class DifferencesFacet(msgspec.Struct, frozen=True):
    """``driftline_differences`` on a run: column edges that were observed and not declared, or the other way round."""

    differences: tuple[Difference, ...] = ()  # one by one


class CompletenessFacet(msgspec.Struct, frozen=True):
    """``driftline_completeness`` on a run: how much of what it opened capture can account for."""

    attributed: Count  # bytes of the files that the run is recorded to have read or written
    seen: Count  # these, and the bytes of files that it opened otherwise
    completeness: float  # attributed / seen, 1 = everything
    unattributed: tuple[str, ...] = ()  # what was opened otherwise, as ``read feed/orders.bin``; the first hundred
    files: Count = 0  # how many files that are
    unmeasured: tuple[str, ...] = ()  # what is recorded and has no fingerprint and no profile, as `raw.csv (why)`


class EnvironmentFacet(msgspec.Struct, frozen=True):
    """``driftline_environment`` on a run: what the code ran in."""

    python: str  # version of Python
    platform: str = ""  # operating system and processor
    packages: dict[str, str] = {}  # data libraries that were imported, with their versions
    script: str = ""  # file that was run; "" = none, such as a notebook
    files: int = 0  # files of the script's own folder that the code version covers


SCHEMAS = {
    "schema": f"{SPEC}1-2-0/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet",
    "version": f"{SPEC}1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet",
    "columnLineage": f"{SPEC}1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet",
    "nominalTime": f"{SPEC}1-0-1/NominalTimeRunFacet.json#/$defs/NominalTimeRunFacet",
    "parent": f"{SPEC}1-2-0/ParentRunFacet.json#/$defs/ParentRunFacet",
    "sql": f"{SPEC}1-1-0/SQLJobFacet.json#/$defs/SQLJobFacet",
    "errorMessage": f"{SPEC}1-0-1/ErrorMessageRunFacet.json#/$defs/ErrorMessageRunFacet",
    "sourceCodeLocation": f"{SPEC}1-1-0/SourceCodeLocationJobFacet.json#/$defs/SourceCodeLocationJobFacet",
    "outputStatistics": f"{SPEC}1-0-2/{_STATISTICS}.json#/$defs/{_STATISTICS}",
}


def schema_url(key: str) -> str:
    """Return the address of the schema that a facet of ours names."""
    return SCHEMAS.get(key, _OWN + key)


def pack(key: str, value: msgspec.Struct | dict[str, Any]) -> msgspec.Raw:
    """Return ``value`` as the facet ``key``, with the two fields that every facet must have."""
    before = _before.get(key)
    if before is None:
        before = _begun(key)
    if isinstance(value, dict) and ("_producer" in value or "_schemaURL" in value):
        return msgspec.Raw(as_json({**msgspec.json.decode(before[:-1] + b"}"), **value}))
    body = as_json(value)
    return msgspec.Raw(before + body[1:] if len(body) > _EMPTY else before[:-1] + b"}")


def _begun(key: str) -> bytes:
    """Return how a facet begins, with a comma at its end."""
    begun: bytes = as_json({"_producer": PRODUCER, "_schemaURL": schema_url(key)})[:-1] + b","
    if len(_before) < _KEYS:
        _before[key] = begun
    return begun


def read(raw: bytes | msgspec.Raw, shape: type[T]) -> T:
    """Return the facet ``raw`` as ``shape``; a null counts as absent, and 3.0 as the whole number 3.

    Raises:
        UNREADABLE: a required field is missing, or a value has the wrong type.
    """
    try:
        return msgspec.json.decode(raw, type=shape)
    except msgspec.ValidationError as error:
        try:
            return msgspec.convert(_plain(msgspec.json.decode(raw)), shape)
        except UNREADABLE:
            raise error from None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    return value


def unpack(facets: Facets, key: str, shape: type[T]) -> T | None:
    """Return the facet ``key`` as ``shape``; None where it is absent, deleted or cannot be read."""
    raw = facets.get(key)
    if raw is None:
        return None
    try:
        return read(raw, shape)
    except UNREADABLE:
        return None
