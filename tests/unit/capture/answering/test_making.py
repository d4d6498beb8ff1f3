"""Answers as they are kept: values, hashes and texts by the settings. Hashes are computed with xxhash over JSON."""

import json
import math
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import xxhash

import driftline
from driftline import clock
from driftline.capture.answering import making
from driftline.capture.ground import fault
from driftline.event import ids
from driftline.event.answer import Answer, Retrieved
from driftline.store.ledger import Ledger
from driftline.store.sqlite import SqliteConnection
from driftline.testing import MemorySink, use_sink

VALUES = {"delay": 181.5, "carrier": "AA", "cancelled": False}
HASH = "xxh3:" + xxhash.xxh3_64_hexdigest(json.dumps(VALUES, sort_keys=True, separators=(",", ":")).encode())
TEXT = "xxh3:" + xxhash.xxh3_64_hexdigest(b"yes")


def recorded(**settings: Any) -> list[Answer]:
    fault.reset()
    sink = MemorySink()
    with use_sink(sink, **settings):
        for _ in range(settings.pop("times", 1) if "times" in settings else 1):
            driftline.record_answer("desk", features=VALUES, text="yes", trace="0af7651916cd43dd8448eb211c80319c")
        assert driftline.flush()
    return sink.recorded


def test_values_text_and_hashes_are_kept_where_nothing_else_is_said() -> None:
    (answer,) = recorded()
    assert (answer.features, answer.features_hash) == (VALUES, HASH)
    assert (answer.text, answer.text_hash) == ("yes", TEXT)


def test_hashes_alone_are_kept_where_the_settings_say_so() -> None:
    (answer,) = recorded(answer_features="hash", answer_text="hash")
    assert (answer.features, answer.features_hash) == ({}, HASH)
    assert (answer.text, answer.text_hash) == ("", TEXT)


def test_of_a_share_values_are_kept_and_of_the_others_ids_and_hashes() -> None:
    sink = MemorySink()
    with use_sink(sink, answer_share=0.25):
        for _ in range(2_000):
            driftline.record_answer("desk", features=VALUES, text="yes")
        driftline.flush()
    kept = [answer for answer in sink.recorded if answer.features]
    assert len(sink.recorded) == 2_000
    # 2,000 draws at 0.25: mean 500, standard deviation 19.4; beyond 5 of them once in two million runs
    assert abs(len(kept) - 500) < 97
    assert all(bool(answer.text) == bool(answer.features) for answer in sink.recorded)
    assert {(answer.features_hash, answer.text_hash) for answer in sink.recorded} == {(HASH, TEXT)}


def test_the_order_of_features_does_not_count_and_their_values_do() -> None:
    turned = dict(reversed(VALUES.items()))
    assert making.of_features(turned) == making.of_features(dict(VALUES)) == HASH
    assert making.of_features({**VALUES, "delay": 181.6}) != HASH


def test_the_hash_is_over_texts_in_full_and_what_is_kept_is_cut() -> None:
    sink = MemorySink()
    with use_sink(sink):
        for end in "ab":
            driftline.record_answer("desk", features={"v": "x" * 300 + end, "w": [*range(200), end]})
        driftline.flush()
    one, other = sink.recorded
    assert one.features == other.features == {"v": "x" * 200, "w": str([*range(200)])[:200]}
    assert one.features_hash != other.features_hash


def test_what_is_no_number_is_not_hashed_as_nothing() -> None:
    odd = [math.nan, math.inf, -math.inf, None, "nan", "null"]
    assert len({making.of_features({"v": one}) for one in odd}) == len(odd)
    assert making.of_features({"v": math.nan}) == making.of_features({"v": -math.nan})
    plain = json.dumps({"v": None}, separators=(",", ":")).encode()
    assert making.of_features({"v": None}) == "xxh3:" + xxhash.xxh3_64_hexdigest(plain)


@pytest.mark.parametrize("given", [3, None, {"score": 1.0}])
def test_a_document_is_a_text_or_a_record(given: Any) -> None:
    with pytest.raises(TypeError, match="a text"):
        making.document(given)


def test_a_mapping_is_a_document_by_its_text_with_its_id_or_its_source_as_name() -> None:
    given = {"id": "refunds", "text": "yes", "source": "docs/refunds.md", "score": 0.5}
    found, unnamed = making.document(given), making.document({"text": "yes", "source": "docs/refunds.md"})
    assert (found.content, found.document, found.score) == (TEXT, "refunds", 0.5)
    assert (unnamed.content, unnamed.document, unnamed.score) == (TEXT, "docs/refunds.md", 0.0)
    for one in found, unnamed:
        assert one.source is not None
        assert (Path(one.source.dataset.name).parts[-2:], one.source.version) == (("docs", "refunds.md"), "")
    assert making.document({"id": "refunds"}) == Retrieved("", "refunds")
    assert [making.passage(one) for one in (given, "yes", Retrieved(TEXT))] == ["yes", "yes", ""]


def test_mappings_are_kept_with_answers_of_both_forms_and_guards_see_their_texts(sink: MemorySink) -> None:
    with driftline.answer("desk") as answer:
        answer.retrieved({"id": "refunds", "text": "yes"})
        assert answer.draft.passages == ["yes"]
    driftline.record_answer("desk", retrieved=[{"id": "refunds", "text": "yes"}])
    assert driftline.flush()
    assert [one.documents for one in sink.recorded] == [(Retrieved(TEXT, "refunds"),)] * 2


class Unreadable:
    """Fails at whatever is asked of it."""

    def __str__(self) -> str:
        raise RuntimeError("not to be shown")

    def __bool__(self) -> bool:
        raise RuntimeError("neither true nor false")


CIRCLE: list[Any] = []
CIRCLE.append(CIRCLE)


class Word(str):
    __slots__ = ()


class Count(int):
    pass


ODD = [
    math.nan, math.inf, None, b"\xff", 10**400, "\ud800", "x" * 100_000, CIRCLE, {"me": CIRCLE}, Unreadable(),
    Word("a"), Count(3), np.float32(1.5), np.int64(3), np.bool_(True), np.datetime64("2020-01-01"), np.arange(3), 1j,
    bytearray(b"x"),
]  # fmt: skip


@pytest.mark.parametrize("value", ODD, ids=lambda value: type(value).__name__)
def test_whatever_a_field_is_given_the_answer_is_kept_and_can_be_sent(value: Any, tmp_path: Path) -> None:
    sink = MemorySink()
    fields = ("question", "partition", "decision", "text", "score", "money", "currency", "trace", "verdict")
    with use_sink(sink):
        for field in fields:
            driftline.record_answer("desk", **{field: value})
        driftline.record_answer(value, features={"value": value}, retrieved=[value, "known"], uses={"model": value})
        with driftline.answer(value, question=value, partition=value, trace=value) as made:
            made.features(value=value)
            made.uses(value, "model", value)
            made.retrieved(Retrieved(value, value, value), "known")
            made.called(value)
            made.decide(value, money=value, text=value, score=value)
        driftline.flush()
    assert len(sink.recorded) == len(fields) + 2
    for answer in sink.recorded:
        assert msgspec.json.decode(msgspec.json.encode(answer), type=Answer).id == answer.id
    assert [ids.text("known")] == [one.content for one in sink.recorded[-1].documents][-1:]
    with closing(SqliteConnection(tmp_path / "driftline.db")) as connection:
        ledger = Ledger(connection, tmp_path / "ledger")
        assert ledger.append(sink.recorded) == len(sink.recorded)
        ledger.compact()
        assert {answer.id for answer in ledger.list(limit=100)} == {answer.id for answer in sink.recorded}
        ledger.close()


def test_a_moment_that_cannot_be_stands_for_now(sink: MemorySink) -> None:
    impossible: list[Any] = [-5, 10**30, 253_402_300_800_000_000, "yesterday", math.nan]
    before = clock.now_us()
    for at in impossible:
        assert driftline.record_answer("desk", at=at)
        with driftline.answer("desk", at=at):
            pass
    driftline.flush()
    assert len(sink.recorded) == 2 * len(impossible)
    assert all(before <= answer.time_us <= clock.now_us() for answer in sink.recorded)
