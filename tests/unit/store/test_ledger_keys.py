"""The index against plain Python: which segments and moments it must name follows from the answers themselves."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest

from driftline.event.answer import Answer, Retrieved, Source
from driftline.event.lineage import Dataset, Version
from driftline.store import ledger_files, ledger_index_file, ledger_keys, ledger_rows
from driftline.store.ledger import Ledger
from driftline.store.ledger_keys import Keys
from driftline.store.sqlite import SqliteConnection

MODEL = Dataset("file", "model")
START_US = 1_359_600_000_000_000


def answer(number: int, *documents: Retrieved, version: str = "1") -> Answer:
    return Answer(
        id=f"{START_US // 1000 + number:012x}-{number:06d}",
        time_us=START_US + number,
        endpoint="desk",
        sources=(Source("model", Version(MODEL, version)),),
        documents=documents,
    )


def written(folder: Path, answers: list[Answer]) -> str:
    return ledger_files.write(folder, "2013-01", ledger_rows.to_table(answers)).name


EVER = (0, 2**62)


def posted(keys: Keys, document: str, live: list[str], most: int = 1_000) -> list[tuple[str, int]]:
    found, unknown = keys.newest([document], dict.fromkeys(live, 2**62), *EVER, most)
    assert unknown == set()
    assert {name for name, _ in found} <= keys.of_documents([document], live)
    return found


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path)


def test_a_document_is_found_by_its_content_its_id_and_its_whole(tmp_path: Path, keys: Keys) -> None:
    first = written(tmp_path, [answer(1, Retrieved("xxh3:a", "refunds.md#3")), answer(2, Retrieved("xxh3:b", "d.md"))])
    second = written(tmp_path, [answer(3, Retrieved("xxh3:a", "refunds.md#3"), Retrieved("xxh3:a", "refunds.md#3"))])
    live = [first, second]
    keys.cover(live)
    both = [(second, START_US + 3), (first, START_US + 1)]  # the newest first
    for named in ("xxh3:a", "refunds.md#3", "refunds.md"):
        assert posted(keys, named, live) == both
        assert keys.of_documents([named], live) == {first, second}
    assert posted(keys, "d.md", live) == [(first, START_US + 2)]
    assert keys.of_documents(["d.md"], live) == {first}
    assert posted(keys, "other", live) == []
    assert keys.of_documents(["other"], live) == set()
    assert posted(keys, "xxh3:a", [second]) == [(second, START_US + 3)]


def test_a_document_is_found_by_what_it_was_taken_from(tmp_path: Path, keys: Keys) -> None:
    one, other = (Version(Dataset("file", f"{name}.md"), "xxh3:1") for name in "ab")
    first = written(tmp_path, [answer(1, Retrieved("xxh3:a", "u1", 0.5, one), Retrieved("xxh3:b", "u2", 0.5, one))])
    second = written(tmp_path, [answer(2, Retrieved("xxh3:a", "u1")), answer(3, Retrieved("xxh3:c", "u3", 0.5, other))])
    old = ledger_rows.to_table([answer(4, Retrieved("xxh3:a", "u1", 0.5, one))]).drop_columns(["origins"])
    pq.write_table(old, tmp_path / "2013-01" / "old.parquet")  # as earlier versions wrote it
    live = [first, second, "2013-01/old.parquet"]
    keys.cover(live)
    assert keys.uncovered(live) == 0
    assert posted(keys, "dataset:file:a.md", live) == [(first, START_US + 1)]
    assert posted(keys, "dataset:file:b.md", live) == [(second, START_US + 3)]


def test_a_document_without_a_content_hash_is_found_by_its_id(tmp_path: Path, keys: Keys) -> None:
    name = written(tmp_path, [answer(1, Retrieved("", "page-7")), answer(2)])
    keys.cover([name])
    assert posted(keys, "page-7", [name]) == [(name, START_US + 1)]


def test_a_version_and_its_dataset_lead_to_the_segments_that_stand_on_them(tmp_path: Path, keys: Keys) -> None:
    old = written(tmp_path, [answer(1, version="1")])
    new = written(tmp_path, [answer(2, version="2")])
    keys.cover([old, new])
    assert keys.of_nodes(["dataset:file:model#2"], [old, new]) == {new}
    assert keys.of_nodes(["dataset:file:model"], [old, new]) == {old, new}
    assert keys.of_nodes(["dataset:file:other"], [old, new]) == set()


def test_what_is_not_covered_may_hold_anything(tmp_path: Path, keys: Keys) -> None:
    name = written(tmp_path, [answer(1)])
    assert keys.uncovered([name]) == 1
    assert keys.of_nodes(["dataset:file:other"], [name]) == {name}
    assert keys.of_documents(["other"], [name]) == {name}
    assert keys.newest(["other"], {name: START_US + 1}, *EVER, 9) == ([], {name})


def test_merged_files_say_the_same_and_are_few(tmp_path: Path, keys: Keys) -> None:
    dice = random.Random(3)
    names, held = [], {}
    for segment in range(20):
        made = [
            answer(
                100 * segment + n, *(Retrieved(f"xxh3:{dice.randrange(40)}", f"p{dice.randrange(9)}#1") for _ in "ab")
            )
            for n in range(30)
        ]
        names.append(written(tmp_path, made))
        held[names[-1]] = made
        keys.cover(names)
    assert len(list((tmp_path / ledger_keys.FOLDER).glob("*.parquet"))) == 2 + 4  # two of eight, four of one
    for file in keys._known():
        assert list(file.lowest) == sorted(file.lowest)
    for content in range(0, 40, 7):
        expected = {
            (name, one.time_us)
            for name, made in held.items()
            for one in made
            if f"xxh3:{content}" in {document.content for document in one.documents}
        }
        found = posted(keys, f"xxh3:{content}", names)
        assert set(found) == expected
        assert len(found) == len(expected)


def test_segments_that_were_replaced_are_forgotten(tmp_path: Path, keys: Keys) -> None:
    old = written(tmp_path, [answer(1, Retrieved("xxh3:a"))])
    keys.cover([old])
    new = written(tmp_path, [answer(1, Retrieved("xxh3:a")), answer(2)])
    keys.cover([new])
    assert posted(keys, "xxh3:a", [new]) == [(new, START_US + 1)]
    assert len(list((tmp_path / ledger_keys.FOLDER).glob("*.parquet"))) == 1


def test_the_newest_moments_need_the_newest_files_alone(
    tmp_path: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    latest = {}
    for segment in range(6):
        made = [answer(100 * segment + n, Retrieved("xxh3:a", "d#1")) for n in range(30)]
        name = written(tmp_path, made)
        latest[name] = made[-1].time_us
        keys.cover(latest)
    names = list(latest)
    looked: list[Any] = []
    whole = ledger_index_file.IndexFile.last
    monkeypatch.setattr(
        ledger_index_file.IndexFile, "last", lambda self, *a: looked.append(self.segments) or whole(self, *a)
    )
    expected = [
        (name, START_US + 100 * s + n) for s, name in reversed([*enumerate(names)]) for n in reversed(range(30))
    ]
    assert keys.newest(["d"], latest, *EVER, 40) == (expected[:40], set())
    assert looked == [(names[5],), (names[4],)]
    assert keys.newest(["d"], latest, START_US + 105, START_US + 125, 99)[0] == expected[125:145]
    assert keys.newest(["xxh3:a"], latest, *EVER, 999)[0] == expected


def test_moments_that_are_the_same_are_told_together(tmp_path: Path, keys: Keys) -> None:
    used = (Retrieved("xxh3:a"),)
    same = [msgspec.structs.replace(answer(n, *used), time_us=START_US) for n in (1, 2)]
    live = [written(tmp_path, [one]) for one in same]
    keys.cover(live)
    assert set(posted(keys, "xxh3:a", live, most=1)) == {(name, START_US) for name in live}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    connection = SqliteConnection(tmp_path / "driftline.db")
    found = Ledger(connection, tmp_path / "ledger")
    yield found
    found.close()
    connection.close()


@pytest.mark.parametrize("state", ["inbox", "covered", "half", "uncovered", "damaged"])
@pytest.mark.parametrize("apart", [1_000, 150, 3])  # moments up to which a sum looks at these alone
def test_the_ledger_finds_the_same_answers_whatever_state_the_index_is_in(
    ledger: Ledger, tmp_path: Path, state: str, apart: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("driftline.store.ledger._APART", apart)
    dice = random.Random(5)
    made = []
    for number in range(200):
        found = [Retrieved(f"xxh3:{dice.randrange(9)}", f"p{dice.randrange(4)}#{number % 3}") for _ in "abc"]
        made.append(answer(number, *found, version=str(number % 2)))
    ledger.append(made[: 100 if state == "half" else 200])
    if state != "inbox":
        ledger.compact()
    if state == "half":
        ledger.append(made[100:])
    for file in (tmp_path / "ledger" / ledger_keys.FOLDER).glob("*"):
        if state == "uncovered":
            file.unlink()
        elif state == "damaged":
            file.write_bytes(file.read_bytes()[:-40])
    newest = list(reversed(made))
    for named, test in (
        ("xxh3:4", lambda one: "xxh3:4" in [d.content for d in one.documents]),
        ("p2", lambda one: any(d.document.startswith("p2#") for d in one.documents)),
        ("p2#1", lambda one: any(d.document == "p2#1" for d in one.documents)),
    ):
        expected = [one for one in newest if test(one)]
        assert list(ledger.list(documents=[named], limit=500)) == expected
        assert list(ledger.list(documents=[named], limit=3)) == expected[:3]
        assert list(ledger.list(documents=[named], limit=3, before_id=expected[2].id)) == expected[3:6]
        (total,) = ledger.totals(documents=[named])
        assert total.answers == len(expected)
    odd = [one for one in newest if one.sources[0].version.version == "1"]
    assert list(ledger.list(nodes=["dataset:file:model#1"], limit=500)) == odd
    both = [one for one in odd if "xxh3:4" in [d.content for d in one.documents]]
    assert list(ledger.list(nodes=["dataset:file:model#1"], documents=["xxh3:4"], limit=500)) == both


@pytest.mark.parametrize("apart", [1_000, 5, 4])
def test_moments_that_several_segments_share_are_all_in_a_sum(
    ledger: Ledger, apart: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three segments of the same four days, as of a replay by the day: twelve answers."""
    monkeypatch.setattr("driftline.store.ledger._APART", apart)
    monkeypatch.setattr("driftline.store.ledger.SMALL", 1)
    for first in (0, 4, 8):
        made = [answer(first + day, Retrieved("xxh3:a")) for day in range(4)]
        ledger.append(msgspec.structs.replace(one, time_us=START_US + day) for day, one in enumerate(made))
        ledger.compact()
    (total,) = ledger.totals(documents=["xxh3:a"])
    assert total.answers == 12
