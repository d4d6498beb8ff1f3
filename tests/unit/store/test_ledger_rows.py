"""Rows and answers: a round trip through Parquet's own types gives the answer back, field for field."""

import msgspec
import pyarrow as pa

from driftline.event.answer import Answer, Reason, Retrieved, Source, Verdict
from driftline.event.lineage import Dataset, Version
from driftline.store import ledger_rows

FULL = Answer(
    id="0190-1",
    time_us=1_359_600_000_000_001,
    endpoint="refund-desk",
    partition="2013-01-31",
    sources=(
        Source("features", Version(Dataset("file", "features"), "xxh3:1")),
        Source("model", Version(Dataset("s3://lake:9000", "models/a#b"), "")),
    ),
    documents=(
        Retrieved("a" * 32, "7c6d", 0.5, Version(Dataset("file", "refunds.md"), "xxh3:4")),
        Retrieved("e" * 32, "9c2c", 0.5, Version(Dataset("s3://desk", "delays.md"), "")),
        Retrieved("b" * 32),
    ),
    features={"delay": 181.0, "seats": 140, "carrier": "UA", "late": True, "gate": None},
    question="c" * 32,
    text="You get £300 back – “sorry”.",
    decision="refund",
    score=0.75,
    money=300.1,
    currency="EUR",
    verdict=Verdict(action="flag", reasons=(Reason("lineage", "drift", "none", ("f1",)),), money_avoided=1.5),
    trace="d" * 32,
    span="e" * 16,
    features_hash="xxh3:2",
    text_hash="xxh3:3",
    tools=("search", "refund"),
    tokens_in=11,
    tokens_out=4,
    perhaps=1,
)
BARE = Answer(id="0190-2", time_us=1, endpoint="chat")


def back(table: pa.Table) -> tuple[Answer, ...]:
    return ledger_rows.from_rows(table.column_names, [tuple(row.values()) for row in table.to_pylist()])


def test_an_answer_comes_back_field_for_field() -> None:
    assert back(ledger_rows.to_table([FULL, BARE])) == (FULL, BARE)


def test_rows_of_before_the_hashes_are_read_as_answers_without_them() -> None:
    older = ledger_rows.to_table([FULL]).drop_columns(list(ledger_rows.ADDED))
    bare = dict.fromkeys(("span", "features_hash", "text_hash"), "") | {"tools": ()}
    bare |= dict.fromkeys(("tokens_in", "tokens_out", "perhaps"), 0)
    documents = tuple(msgspec.structs.replace(one, source=None) for one in FULL.documents)
    expected = msgspec.structs.replace(FULL, documents=documents, **bare)
    assert back(older) == (expected,)
    completed = ledger_rows.completed(older)
    assert completed.schema == ledger_rows.schema()
    assert back(completed) == (expected,)


def test_numbers_keep_their_kind() -> None:
    (answer, _) = back(ledger_rows.to_table([FULL, BARE]))
    assert [type(value) for value in answer.features.values()] == [float, int, str, bool, type(None)]


def test_no_answers_make_an_empty_table_with_every_column() -> None:
    table = ledger_rows.to_table([])
    assert (table.num_rows, table.schema) == (0, ledger_rows.schema())


def test_every_field_of_an_answer_has_its_column() -> None:
    assert set(Answer.__struct_fields__) - set(ledger_rows.schema().names) == set()
    assert set(ledger_rows.schema().names) - set(Answer.__struct_fields__) == {"nodes", "action", "avoided", "origins"}


def test_an_answer_stands_on_versions_and_on_their_datasets() -> None:
    assert ledger_rows.nodes(FULL) == [
        "dataset:file:features#xxh3:1",
        "dataset:file:features",
        "dataset:s3://lake:9000:models/a#b",
        "dataset:file:refunds.md#xxh3:4",
        "dataset:file:refunds.md",
        "dataset:s3://desk:delays.md",
    ]  # the last document is only perhaps one of it
    assert ledger_rows.nodes(msgspec.structs.replace(FULL, perhaps=3)) == ledger_rows.nodes(FULL)[:3]
