from pathlib import Path

import pyarrow.parquet as pq

from driftline.event.answer import Answer, Retrieved, Source
from driftline.event.lineage import Dataset, Version
from driftline.store import ledger_files, ledger_rows
from driftline.store.ledger_wanted import Wanted

NODE = Version(Dataset("n", "t"), "1")


def test_standing_on_a_version_counts_while_it_was_there_by_what_is_meant() -> None:
    def answer(time_us: int) -> Answer:
        return Answer(id="1", time_us=time_us, endpoint="e", sources=(Source("data", NODE),))

    wanted = Wanted((NODE.node,), (), {NODE.node: ((10, 20),)})
    assert [wanted.hold(answer(moment)) for moment in (9, 10, 19, 20)] == [False, True, True, False]
    assert Wanted((NODE.node,), ()).hold(answer(9))


def test_a_document_is_meant_by_what_it_was_taken_from_too(tmp_path: Path) -> None:
    source = Version(Dataset("file", "a.md"), "xxh3:1")
    answers = [
        Answer(
            id=str(n), time_us=n, endpoint="e", documents=(Retrieved("c"), Retrieved("d", "u1", 0.5, source)), perhaps=n
        )
        for n in (0, 1, 2)  # of the last documents that it only perhaps retrieved
    ]
    pq.write_table(ledger_rows.to_table(answers), tmp_path / "new.parquet")
    wanted, other = Wanted((), ("dataset:file:a.md",)), Wanted((), ("dataset:file:b.md",))
    scanner = ledger_files.Scanner(tmp_path)
    segments = [ledger_files.Segment("new.parquet", "", 3, "0", "2", 0, 2)]
    for one, found in ((wanted, [(False, 1), (True, 2)]), (other, [])):
        statement = one.apart(one.among("select {perhaps}, count(*) from {answers} where {found} group by all"))
        assert sorted(scanner.rows(statement, one.values, segments)[1]) == found
        assert [one.hold(answer) for answer in answers] == [bool(found)] * 3
    scanner.close()


def test_in_a_segment_of_before_it_was_known_every_answer_is_sure_to_have_retrieved_its_documents(
    tmp_path: Path,
) -> None:
    answer = Answer(id="1", time_us=1, endpoint="e", documents=(Retrieved("c", "a.md#0"),), perhaps=1)
    table = ledger_rows.to_table([answer])
    pq.write_table(table.drop_columns(list(ledger_rows.ADDED)), tmp_path / "old.parquet")
    pq.write_table(table, tmp_path / "new.parquet")
    wanted = Wanted((), ("a.md",))
    statement = wanted.apart(wanted.among("select {perhaps}, count(*) from {answers} where {found} group by all"))
    scanner = ledger_files.Scanner(tmp_path)

    def told(*names: str) -> list[tuple[bool, int]]:
        segments = [ledger_files.Segment(name, "", 1, "1", "1", 1, 1) for name in names]
        return sorted(scanner.rows(statement, wanted.values, segments)[1])

    assert told("old.parquet") == [(False, 1)]
    assert told("old.parquet", "new.parquet") == [(False, 1), (True, 1)]
    scanner.close()
