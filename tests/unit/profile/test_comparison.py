"""What is told of two tables is checked against how the second one was made from the first."""

import msgspec
import numpy as np
import pyarrow as pa
import pytest

from driftline.profile import Fingerprint, compare, fingerprint
from driftline.profile.fingerprint import GROUP

ROWS = 2 * GROUP + 100


def table(rows=ROWS, start=0):
    values = np.arange(start, start + rows)
    return pa.table({"k": values, "f": values * 0.5, "s": pa.array(values % 7).cast(pa.string())})


def changed(whole, name, *places):
    values = whole[name].to_pylist()
    for place in places:
        values[place] = None
    return whole.set_column(whole.schema.get_field_index(name), name, pa.array(values))


def told(before, after, rows=True):
    return compare(fingerprint(before, rows=rows), fingerprint(after, rows=rows))


def test_the_same_table_differs_in_nothing():
    found = told(table(), table())
    assert (found.verdict, found.columns, found.sure) == ("same", {}, True)


def test_changed_cells_are_named_by_column_and_rows():
    after = changed(changed(table(), "f", 5, GROUP + 1), "s", ROWS - 1)
    found = told(table(), after)
    assert found.verdict == "changed"
    assert found.columns == {"f": ((0, 2 * GROUP - 1),), "s": ((2 * GROUP, ROWS - 1),)}
    apart = told(table(), changed(table(), "f", 5, ROWS - 1), rows=False)
    assert apart.columns == {"f": ((0, GROUP - 1), (2 * GROUP, ROWS - 1))}


def test_the_same_rows_in_another_order_are_told_so():
    order = np.random.default_rng(1).permutation(ROWS)
    found = told(table(), table().take(order))
    assert (found.verdict, found.sure) == ("reordered", True)
    assert "another order" in found.sentence


@pytest.mark.parametrize(("rows", "more"), [(10, 5), (200, 1), (GROUP, 3), (ROWS, 50_000)])
def test_appended_rows_are_told_so(rows, more):
    found = told(table(rows), table(rows + more))
    assert (found.verdict, found.sentence.split(" rows")[0].split(" row")[0]) == ("appended", f"{more:,}")
    assert found.sure == (rows + more < 256)
    start = rows if found.sure else rows // GROUP * GROUP  # the first new row, or the group that holds it
    assert all(spans[0][0] == start for spans in found.columns.values())


def test_without_a_row_set_appended_rows_are_seen_by_complete_groups():
    found = told(table(ROWS), table(ROWS + 10), rows=False)
    assert (found.verdict, found.sure) == ("appended", False)
    assert f"the first {2 * GROUP:,} rows stand" in found.sentence
    sure = told(table(2 * GROUP), table(ROWS), rows=False)
    assert (sure.verdict, sure.sure) == ("appended", True)
    small = told(table(10), table(20), rows=False)
    assert (small.verdict, small.sentence) == ("changed", "10 rows more.")


def test_rows_added_in_front_are_added_not_appended():
    after = pa.concat_tables([table(3, start=900), table(100)])
    assert told(table(100), after).verdict == "added"


def test_removed_rows_are_told_so_wherever_they_were():
    assert told(table(100), table(100).slice(10)).verdict == "removed"
    large = told(table(), table().filter(pa.array(np.arange(ROWS) % 100 != 0)))
    assert (large.verdict, large.sure) == ("removed", False)
    assert large.sentence.startswith("1,312 rows removed")  # 131,172 / 100, rounded up


def test_small_tables_say_how_many_rows_went_and_came():
    found = told(table(50), changed(table(50), "f", 3, 4))
    assert found.sentence == "2 rows went and 2 rows came."


def test_large_tables_say_about_how_many_rows_changed():
    few = told(table(), changed(table(), "f", 77))
    assert few.sentence == "Rows changed, at most 1.2% of them (by a sample of 256 rows)."  # 1 - 0.05 ** (1 / 256)
    half = told(table(), changed(table(), "f", *range(0, ROWS, 2)))
    share = float(half.sentence.split("about ")[1].split("%")[0])
    assert abs(share - 50) < 15  # four standard errors of 256 draws: 12.5


def test_columns_that_came_and_went_are_named():
    found = told(table(10), table(10).drop(["s"]).append_column("z", pa.array(range(10))))
    assert (found.verdict, found.came, found.went, found.columns) == ("columns", ("z",), ("s",), {})
    assert told(table(10), table(10).select(["s", "k", "f"])).sentence == "The same columns in another order."


def test_other_forms_and_fingerprints_without_groups_are_not_compared():
    now = fingerprint(table(10))
    assert compare(msgspec.structs.replace(now, value="t2-1:0"), now) is None
    assert compare(Fingerprint("t2-2:1", {"k": "0"}, 10), now) is None


def test_tables_of_another_coarseness_are_compared_at_the_coarser_one():
    one, two = fingerprint(table()).coarser(2 * GROUP), fingerprint(changed(table(), "f", GROUP + 1))
    assert compare(one, two).columns == {"f": ((0, 2 * GROUP - 1),)}


def test_without_a_row_set_another_order_is_not_told_from_changed_cells_and_nothing_else_is_claimed():
    found = told(table(), table().take(np.arange(ROWS)[::-1]), rows=False)
    assert (found.verdict, found.sentence) == (
        "changed", f"Cells or the order of rows changed; {ROWS:,} rows as before.",
    )  # fmt: skip


def test_without_a_row_set_a_change_of_some_columns_alone_is_one_of_cells():
    found = told(table(), changed(table(), "f", 5), rows=False)
    assert (found.verdict, found.sentence) == ("changed", f"Cells of 1 column changed; {ROWS:,} rows as before.")


def test_a_column_that_was_renamed_is_known_by_its_values():
    before = pa.table({"a": [1, 2], "b": ["x", "y"], "c": [1.5, 2.5]})
    found = told(before, before.rename_columns(["id", "b", "c"]))
    assert (found.verdict, found.came, found.went) == ("columns", ("id",), ("a",))
    assert found.sentence == "1 column came: id; 1 column went: a. The values of id are those that a had."
    assert "values" not in told(before, pa.table({"b": ["x", "y"], "c": [1.5, 2.5], "id": [1, 3]})).sentence
    alike = told(pa.table({"a": [1], "b": [1]}), pa.table({"c": [1], "d": [2]}))
    assert alike.sentence.endswith("went: a, b. The values of c are those that a had.")
