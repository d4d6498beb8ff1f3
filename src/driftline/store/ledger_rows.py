"""Answers as rows: the columns of the ledger's Parquet segments.

Enters: answers. Leaves: Arrow tables with one typed column per thing that people count or filter by, and
answers again, field for field. Lists (sources, documents) are flat structs, so that DuckDB and Spark read
them without our code; only features and the verdict's reasons are JSON text. Never opens a file or a store.
Source: the Parquet logical types, https://parquet.apache.org/docs/file-format/types/logicaltypes.
"""

import functools
import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from driftline.event.answer import Answer, Retrieved, Source, Verdict
from driftline.event.lineage import Dataset, Version

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = "driftline-ledger-2"  # in the metadata of every segment; 1 = without the columns of ``ADDED``

_SOURCE = ("role", "namespace", "name", "version")
_DOCUMENT = ("content", "document", "score")
_ORIGIN = ("namespace", "name", "version")


@functools.cache
def schema() -> "pa.Schema":
    """Return the columns of a segment."""
    import pyarrow as pa

    source = pa.struct([(name, pa.string()) for name in _SOURCE])
    document = pa.struct([(name, pa.float64() if name == "score" else pa.string()) for name in _DOCUMENT])
    columns = {
        "id": pa.string(),
        "time_us": pa.int64(),  # event time, microseconds since 1970 UTC
        "endpoint": pa.string(),
        "partition": pa.string(),
        "decision": pa.string(),
        "money": pa.float64(),  # what was paid out, in ``currency``
        "avoided": pa.float64(),  # what a guard held back, in ``currency``
        "currency": pa.string(),
        "score": pa.float64(),
        "action": pa.string(),  # of the verdict, where it was enforced
        "sources": pa.list_(source),
        "nodes": pa.list_(pa.string()),  # node ids of the sources: each version, and its dataset
        "documents": pa.list_(document),
        "features": pa.string(),  # JSON
        "question": pa.string(),  # hash
        "text": pa.string(),
        "verdict": pa.string(),  # JSON
        "trace": pa.string(),
        "span": pa.string(),
        "features_hash": pa.string(),
        "text_hash": pa.string(),
        "tools": pa.list_(pa.string()),
        "tokens_in": pa.int64(),
        "tokens_out": pa.int64(),
        "perhaps": pa.int64(),  # of the documents
        "origins": pa.list_(
            pa.struct([(name, pa.string()) for name in _ORIGIN])
        ),  # of each document; "" = not said, none = of no one
    }
    return pa.schema(columns, metadata={"format": FORMAT})


ADDED = (
    "span",
    "features_hash",
    "text_hash",
    "tools",
    "tokens_in",
    "tokens_out",
    "perhaps",
    "origins",
)  # that older segments lack
FEW = (  # columns with few different values, worth a dictionary in the file
    "endpoint", "partition", "decision", "currency", "action", "verdict", "features", "nodes.list.element",
    "tools.list.element", *(f"sources.list.element.{name}" for name in _SOURCE), "tokens_in", "tokens_out", "perhaps",
    *(f"origins.list.element.{name}" for name in _ORIGIN),
)  # fmt: skip
_FIELDS = frozenset(field.name for field in msgspec.structs.fields(Answer)) - {
    "sources",
    "documents",
    "features",
    "verdict",
}
_Features = dict[str, float | int | str | bool | None]
_read_features = msgspec.json.Decoder(_Features)
_read_verdict = msgspec.json.Decoder(Verdict)
_json = msgspec.json.Encoder()


def to_table(answers: Sequence[Answer]) -> "pa.Table":
    """Return one row per answer, in the order given, with the columns of ``schema()``."""
    import pyarrow as pa

    columns: dict[str, list[Any]] = {
        name: [getattr(answer, name) for answer in answers] for name in schema().names if name in _FIELDS
    }
    columns["action"] = [enforced(answer.verdict) for answer in answers]
    columns["avoided"] = [answer.verdict.money_avoided for answer in answers]
    columns["features"] = [_json.encode(answer.features).decode() for answer in answers]
    columns["verdict"] = [_verdict_text(answer.verdict) for answer in answers]
    columns["nodes"] = [nodes(answer) for answer in answers]
    arrays = {name: pa.array(values, schema().field(name).type) for name, values in columns.items()}
    arrays["sources"] = _structs("sources", [[_source_row(s) for s in answer.sources] for answer in answers])
    arrays["documents"] = _structs(
        "documents", [[(d.content, d.document, d.score) for d in answer.documents] for answer in answers]
    )
    arrays["origins"] = _structs("origins", [_origin_rows(answer) for answer in answers])
    return pa.Table.from_arrays([arrays[name] for name in schema().names], schema=schema())


def completed(table: "pa.Table") -> "pa.Table":
    """Return the rows of a segment with the columns of ``schema()``, those that it lacks with nothing in them."""
    import pyarrow as pa

    empty = {"tokens_in": 0, "tokens_out": 0, "tools": [], "perhaps": 0, "origins": []}
    for name in schema().names:
        if name not in table.schema.names:
            values = pa.array([empty.get(name, "")] * table.num_rows, schema().field(name).type)
            table = table.append_column(name, values)
    return table.select(schema().names).cast(schema())


def from_rows(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> tuple[Answer, ...]:
    """Return the answers of ``rows``, whose columns are ``names``, in the order given."""
    return tuple(answer(dict(zip(names, row, strict=True))) for row in rows)


def nodes(answer: Answer) -> list[str]:
    """Return the node ids that ``answer`` stood on: every version, and its dataset; also those of its documents."""
    found: dict[str, None] = {}
    sure = answer.documents[: len(answer.documents) - answer.perhaps]
    for version in (*(source.version for source in answer.sources), *(one.source for one in sure)):
        if version is not None:
            found[version.node] = None
            found[version.dataset.node] = None
    return list(found)


def enforced(verdict: Verdict) -> str:
    """Return what the guard really did: an answer that was only observed went out."""
    return verdict.action if verdict.mode == "enforce" else "allow"


def _verdict_text(verdict: Verdict) -> str:
    # The amount has a column of its own, which keeps a value that JSON cannot write.
    return _json.encode(msgspec.structs.replace(verdict, money_avoided=0.0)).decode()


def _source_row(source: Source) -> tuple[str, str, str, str]:
    dataset = source.version.dataset
    return source.role, dataset.namespace, dataset.name, source.version.version


def _origin_rows(answer: Answer) -> list[tuple[str, str, str]]:
    """Return what each document was taken from; nothing at all where none says it, so that it is the same of most."""
    said = [one.source for one in answer.documents]
    if not any(said):
        return []
    return [("", "", "") if one is None else (one.dataset.namespace, one.dataset.name, one.version) for one in said]


def _structs(name: str, lists: list[list[tuple[Any, ...]]]) -> "pa.Array":
    """Return ``lists`` as the list-of-structs column ``name``, built flat, without a dict per struct."""
    import pyarrow as pa

    shape = schema().field(name).type.value_type
    fields = [shape.field(place) for place in range(shape.num_fields)]
    flat = [item for items in lists for item in items]
    columns = zip(*flat, strict=True) if flat else [()] * len(fields)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, fields, strict=True)]
    offsets = pa.array(itertools.accumulate(map(len, lists), initial=0), pa.int32())
    return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(arrays, fields=fields))


def answer(row: Mapping[str, Any]) -> Answer:
    """Return the answer of one row: column -> value."""
    verdict = _read_verdict.decode(row["verdict"])
    if row["avoided"]:
        verdict = msgspec.structs.replace(verdict, money_avoided=row["avoided"])
    return Answer(
        id=row["id"],
        time_us=row["time_us"],
        endpoint=row["endpoint"],
        partition=row["partition"],
        sources=tuple(
            Source(s["role"], Version(Dataset(s["namespace"], s["name"]), s["version"])) for s in row["sources"]
        ),
        documents=tuple(
            Retrieved(d["content"], d["document"], d["score"], origin)
            for d, origin in zip(row["documents"], _origins(row), strict=True)
        ),
        features=_read_features.decode(row["features"]),
        question=row["question"],
        text=row["text"],
        decision=row["decision"],
        score=row["score"],
        money=row["money"],
        currency=row["currency"],
        verdict=verdict,
        trace=row["trace"],
        tools=tuple(row.get("tools") or ()),
        **{name: row[name] for name in ADDED if name not in ("tools", "origins") and row.get(name)},
    )


def _origins(row: Mapping[str, Any]) -> list[Version | None]:
    """Return where each document of a row was taken from; rows of earlier versions do not say it."""
    said = row.get("origins") or [None] * len(row["documents"])
    return [
        Version(Dataset(one["namespace"], one["name"]), one["version"]) if one and one["name"] else None for one in said
    ]
