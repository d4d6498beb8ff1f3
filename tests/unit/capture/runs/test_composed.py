"""Statements on their own table, one after the other; expected sources by hand, as the values would go."""

import pytest

from driftline.capture.runs import columns
from driftline.capture.runs.columns import Bound, Reach, When
from driftline.capture.runs.composed import Composed, elsewhere
from driftline.capture.sql.bound import Lineage
from driftline.capture.sql.edges import SqlEdges
from driftline.capture.sql.relation import NONE, Output, Source
from driftline.event.lineage import Dataset

OWN = Dataset("db", "t")


def reach(name: str, field: str, subtype: str = "IDENTITY") -> Reach:
    return Reach("db", name, field, "INDIRECT" if subtype == "FILTER" else "DIRECT", subtype)


def ran(
    at: tuple[int, int], fields: dict[str, list[Reach]], rows: tuple[Reach, ...] = (), *, whole: bool = False
) -> tuple[SqlEdges, Bound]:
    when = When()
    when.first, when.last = at
    lineage = Lineage(tuple(Output(name, NONE) for name in fields), NONE)
    known = {Source("table", (f"t at {at}",)): (OWN,)}
    return SqlEdges(lineage, known, str, None, when, whole=whole), (fields, list(rows))


def handed_nothing(since: int, until: int) -> Bound:
    return {}, []


def told(*stated: tuple[SqlEdges, Bound], emptied: tuple[int, ...] = (0,)) -> dict[str, set[str]]:
    fields, rows = Composed(OWN, stated, emptied, handed_nothing).stated()
    found = {name: {f"{one.name}.{one.field} {one.subtype}" for one in reaches} for name, reaches in fields.items()}
    return {**found, "": {f"{one.name}.{one.field} {one.subtype}" for one in rows}}


FILL = ran((1, 1), {"g": [reach("f", "g")], "n": [reach("f", "n")]})


def test_a_column_of_its_own_is_what_came_there_before() -> None:
    update = ran((2, 2), {"v": [reach("t", "g", "TRANSFORMATION")]}, (reach("t", "n", "FILTER"),))
    assert told(FILL, update) == {
        "g": {"f.g IDENTITY"}, "n": {"f.n IDENTITY"}, "v": {"f.g TRANSFORMATION"}, "": {"f.n FILTER"},
    }  # fmt: skip


def test_a_renamed_column_has_what_the_old_one_had_and_nothing_is_left_of_that() -> None:
    edges, bound = ran((2, 2), {"v": [reach("t", "g")]}, whole=True)
    renamed = edges._replace(renamed=(("g", "v"),)), bound
    again = ran((3, 3), {"g": [reach("u", "k")]})
    assert told(FILL, renamed) == {"n": {"f.n IDENTITY"}, "v": {"f.g IDENTITY"}, "": set()}
    assert told(FILL, renamed, again)["g"] == {"u.k IDENTITY"}


def test_a_column_that_is_dropped_has_what_came_there_later_alone() -> None:
    again = ran((4, 4), {"g": [reach("u", "k")]})
    for later, left in (((), {}), ((again,), {"g": [reach("u", "k")]})):
        composed = Composed(OWN, [FILL, *later], (0,), handed_nothing, [(3, frozenset(["g"]))])
        assert composed.stated()[0] == {"n": [reach("f", "n")], **left}


def test_what_came_later_is_no_source_of_what_ran_before() -> None:
    first = ran((2, 2), {"v": [reach("t", "g")]}, whole=True)
    second = ran((3, 3), {"g": [reach("t", "n")]}, whole=True)
    third = ran((4, 4), {"n": [reach("t", "v")]}, whole=True)
    assert told(FILL, first, second, third) == {
        "v": {"f.g IDENTITY"}, "g": {"f.n IDENTITY"}, "n": {"f.g IDENTITY"}, "": set(),
    }  # fmt: skip


def test_a_table_that_was_there_before_the_run_is_a_source_too() -> None:
    update = ran((2, 2), {"v": [reach("t", "g")]})
    assert told(FILL, update, emptied=())["v"] == {"f.g IDENTITY", "t.g IDENTITY"}


def test_nothing_is_left_of_what_was_there_before_a_table_was_made_anew() -> None:
    fill = ran((3, 3), {"g": [reach("other", "g")]})
    update = ran((4, 4), {"v": [reach("t", "g")]})
    assert told(FILL, fill, update, emptied=(2,)) == {
        "g": {"other.g IDENTITY"}, "v": {"other.g IDENTITY"}, "": set(),
    }  # fmt: skip


def test_statements_that_run_in_turns_see_each_other() -> None:
    fill = ran((1, 5), {"g": [reach("f", "g")]})
    one = ran((2, 6), {"v": [reach("t", "w")]})
    other = ran((3, 7), {"w": [reach("t", "g")]})
    assert told(fill, one, other) == {
        "g": {"f.g IDENTITY"}, "w": {"f.g IDENTITY"}, "v": {"f.g IDENTITY"}, "": set(),
    }  # fmt: skip


def test_a_form_that_ran_many_times_is_one_statement() -> None:
    edges, bound = ran((2, 2), {"v": [reach("t", "g")]})
    later = When()
    later.first = later.last = 9
    fill = ran((5, 5), {"g": [reach("late", "g")]})
    assert told(FILL, (edges, bound), fill, (edges._replace(when=later), bound))["v"] == {
        "f.g IDENTITY", "late.g IDENTITY",
    }  # fmt: skip


def test_a_form_that_ran_before_a_column_was_set_anew_has_seen_what_was_there_then() -> None:
    update = ran((2, 4), {"v": [reach("t", "g")]})  # of some rows each time
    anew = ran((3, 3), {"g": [reach("other", "g")]}, whole=True)
    assert told(FILL, update, anew)["v"] == {"f.g IDENTITY", "other.g IDENTITY"}
    assert told(FILL, update, anew)["g"] == {"other.g IDENTITY"}


def test_rows_that_the_code_handed_over_before_are_sources() -> None:
    def handed(since: int, until: int) -> Bound:
        return ({"g": [reach("file", "g")]}, []) if since < 1 < until else ({}, [])

    update = ran((2, 2), {"v": [reach("t", "g", "TRANSFORMATION")]})
    composed = Composed(OWN, [update], (0,), handed)
    assert composed.stated()[0] == {"v": [reach("file", "g", "TRANSFORMATION")]}
    assert composed.code(["g"])[0] == {"g": [reach("file", "g")]}


def test_what_all_rows_were_set_to_takes_the_place_of_what_the_code_handed_over() -> None:
    def handed(since: int, until: int) -> Bound:
        return ({"v": [reach("file", "v")]}, []) if since < 1 < until else ({}, [])

    update = ran((2, 2), {"v": []}, whole=True)
    assert Composed(OWN, [update], (0,), handed).code(["v"])[0] == {"v": []}


def test_its_own_columns_are_told_apart() -> None:
    bound = ({"a": [reach("t", "a"), reach("u", "b")], "c": [reach("t", "c")]}, [reach("t", "d", "FILTER")])
    assert elsewhere(OWN, bound) == ({"a": [reach("u", "b")]}, [])


@pytest.mark.parametrize("turns", [True, False])
def test_twice_as_many_forms_are_looked_at_twice_as_often(monkeypatch: pytest.MonkeyPatch, turns: bool) -> None:
    """Counted in the columns that are put together: each is, again, only once something was added to it."""
    counted: list[int] = []
    together = columns.together

    def once(found: list[Bound]) -> Bound:
        held = list(found)
        counted[-1] += sum(len(reaches) for fields, rows in held for reaches in (*fields.values(), rows))
        return together(held)

    monkeypatch.setattr(columns, "together", once)
    for many in (75, 150, 300):
        counted.append(0)
        forms = [
            ran(
                (2 + place, 1_000 + place if turns else 2 + place),
                {f"c{place}": [reach("t", f"c{place - 1}")]},
                (reach("t", "n", "FILTER"),),
            )
            for place in range(1, many)
        ]
        found = told(FILL, ran((2, 2), {"c0": [reach("t", "g")]}), *forms)
        assert found[f"c{many - 1}"] == {"f.g IDENTITY"}
    assert counted[1] < 2.3 * counted[0]
    assert counted[2] < 2.3 * counted[1]
