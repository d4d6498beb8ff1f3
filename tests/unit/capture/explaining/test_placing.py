"""Columns of outputs and those of the text, by name and by place; expected values are read off the inputs."""

import pytest
from tests.told_by_code import BEGIN, DATA, Script, edges

from driftline.capture.explaining import placing
from driftline.capture.program.sites import COMPUTED, Visit, Way
from driftline.capture.script.composing import COMPOSED
from driftline.capture.script.reading import Came, Table
from driftline.capture.script.tables import SOME


def test_columns_of_a_further_sheet_are_called_after_it() -> None:
    names = ("a", "b", "more!a", "more!c")
    assert placing.of_part("more", names) == ({"more!a": "a", "more!c": "c"}, True)
    assert placing.of_part("first", names) == ({"a": "a", "b": "b"}, True)
    assert placing.of_part("only", ("a",)) == ({"a": "a"}, False)
    assert placing.of_part("", names) == ({name: name for name in names}, False)  # of what is no workbook
    assert placing.of_part("only", None) == (None, False)


def test_an_array_that_was_wider_than_the_text_tells_is_a_hedge() -> None:
    cames = frozenset({Came((), "a")})
    table = Table({"0": cames, "1": cames}, closed=True)
    assert set(placing.by_place(table, ["x", "y"]).columns) == {"x", "y"}
    wider = placing.by_place(table, ["x", "y", "z"])
    assert {(one.column, one.confidence) for one in wider.of("z")} == {("a", 0.5)}


def test_of_a_row_with_fewer_values_than_columns_each_may_be_any() -> None:
    a, b = frozenset({Came((), "a")}), frozenset({Came((), "b")})
    visit = Visit(Way((), ()), 0, 0, into=(("x", "0"), ("y", "1")))
    assert placing.handed(Table({"0": a, "1": b}, spread=a | b), visit, None) == [("x", a), ("y", b)]
    either = frozenset({Came((), "a", confidence=0.5), Came((), "b", confidence=0.5)})
    assert placing.handed(Table({"0": a | b}, spread=a | b), visit, None) == [("x", either), ("y", either)]


def test_what_a_statement_computes_is_changed_and_what_its_text_holds_has_marks_of_its_own() -> None:
    a, b = frozenset({Came((), "a")}), frozenset({Came((), "b")})
    into = (("x", f"{COMPUTED}0"), ("y", f"{COMPOSED}1"), ("z", f"{COMPOSED}2"), ("X", "0"))
    table = Table({"k": a, f"{COMPOSED}1": b}, closed=True)
    found = placing.handed(table, Visit(Way((), ()), 0, 0, into=into), ("X",))
    twice = frozenset({Came((), "a", subtype="TRANSFORMATION")})
    assert found == [("X", twice), ("y", b), ("z", frozenset()), ("X", a)]


def _of(**columns: str) -> dict[str, frozenset[Came]]:
    return {name: frozenset({Came((), column)}) for name, column in columns.items()}


def test_names_in_levels_stand_under_the_first_of_them_in_a_text() -> None:
    """Headers that pandas 3 writes of such frames, where what is called alike is numbered."""
    levels = {"('a', 'sum')": "a", "('a', 'mean')": "b", "('b', 'max')": "c"}
    table = Table(_of(**levels), closed=True, labels=_of(g="g", h="h"))
    found = placing.by_head(table, ["", "#2", "a", "a#2", "b"])
    assert {name: {one.column for one in found.of(name)} for name in ("", "#2", "a", "a#2", "b")} == {
        "": {"g"}, "#2": {"h"}, "a": {"a"}, "a#2": {"b"}, "b": {"c"},
    }  # fmt: skip
    assert placing.as_told(found, ["", "#2", "a", "a#2", "b"])
    beside = Table(_of(g="g", **levels), closed=True)
    found = placing.by_head(beside, ["", "g", "a", "a#2", "b"])
    assert [{one.column for one in found.of(name)} for name in ("", "g", "a#2")] == [set(), {"g"}, {"b"}]
    assert placing.as_told(found, ["", "g", "a", "a#2", "b"])


def test_names_in_levels_stand_in_full_where_a_file_has_one_name_of_each_column() -> None:
    table = Table(_of(g="g", **{"('a', 'sum')": "a"}), closed=True)
    names = ["('g', '')", "('a', 'sum')"]
    found = placing.by_head(table, names)
    assert [{one.column for one in found.of(name)} for name in names] == [{"g"}, {"a"}]
    assert placing.as_told(found, names)


def test_of_a_level_that_is_not_known_each_column_is_under_the_level_above_it() -> None:
    levels = {str(("a", SOME)): "a", str(("b", SOME)): "b"}
    spread = frozenset({Came((), "a"), Came((), "b")})
    table = Table(_of(**levels), spread=spread, labels=_of(g="g"))
    found = placing.by_head(table, ["", "a", "a#2", "b", "b#2"])
    assert [{one.column for one in found.of(name)} for name in ("", "a", "a#2", "b#2")] == [{"g"}, {"a"}, {"a"}, {"b"}]
    table = Table(_of(**{str(("sum", name, SOME)): name for name in ("a", "b")}), spread=spread, labels=_of(g="g"))
    found = placing.by_head(table, ["", "sum", "sum#2", "sum#3"])
    assert {(one.column, one.confidence) for one in found.of("sum#2")} == {("a", 0.5), ("b", 0.5)}
    name = "('sum', 'b', 'False')"
    assert {(one.column, one.confidence) for one in placing.by_head(table, ["g", name]).of(name)} == {("b", 0.9)}


def test_names_without_levels_stay_as_they_are() -> None:
    table = Table(_of(a="a", b="b"), closed=True, labels=_of(g="g"))
    assert placing.by_head(table, ["g", "a", "b"]) is table
    assert placing.by_head(table, ["", "a", "b", "b#2"]).columns == table.columns
    assert {one.column for one in placing.by_head(table, ["", "a", "b"]).of("")} == {"g"}


def test_levels_relations_and_types_of_a_run(script: Script) -> None:
    """What the files have in their first lines, and what pandas and DuckDB make of such frames."""
    events = script("import duckdb\n" + BEGIN + DATA + (
        'df = pd.read_csv("customers.csv")\n'
        'df["upper"] = df.plan.str.upper()\n'
        'df["known"] = df.plan.map(lambda plan: plan.title())\n'
        'df.groupby("plan", as_index=False).agg({"spend": ["sum", "mean"]}).to_csv("levels.csv", index=False)\n'
        'df.select_dtypes("number").mean().to_csv("means.csv")\n'
        "con = duckdb.connect()\n"
        'rel = con.from_df(df).filter("tenure > 3").aggregate("plan, sum(spend) AS s", "plan")\n'
        'rel.df().to_csv("s.csv", index=False)\n'
    ))  # fmt: skip
    found = edges(events, "levels.csv")
    assert found["spend"] == found["spend#2"] == {("customers.csv", "spend", "AGGREGATION", 0.9)}
    assert found["plan"] == {("customers.csv", "plan", "IDENTITY", 0.9)}
    assert edges(events, "means.csv")["0"] == {
        *(("customers.csv", name, "AGGREGATION", 0.9) for name in ("id", "spend", "tenure")),
        ("customers.csv", "plan", "AGGREGATION", 0.5),
    }
    found = edges(events, "s.csv")
    assert found["s"] == {("customers.csv", "spend", "AGGREGATION", 0.9)}
    assert found[""] == {("customers.csv", "plan", "GROUP_BY", 0.9), ("customers.csv", "tenure", "FILTER", 0.9)}


ORM = """\
from sqlalchemy import ForeignKey, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
class Base(DeclarativeBase):
    pass
class Plan(Base):
    __tablename__ = "plan"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    people: Mapped[list["Person"]] = relationship(back_populates="plan")
class Person(Base):
    __tablename__ = "Person"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[float]
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    plan: Mapped[Plan] = relationship(back_populates="people")
engine = create_engine("sqlite:///crm.db")
Base.metadata.create_all(engine)
with Session(engine) as session:
    for row in pd.read_csv("customers.csv").itertuples():
        plan = Plan(name=row.plan)
        session.add(plan)
        plan.people.append(Person(id=row.id, name=row.spend))
    session.commit()
engine.dispose()
"""


def test_objects_of_several_classes_come_each_to_its_own_table(script: Script) -> None:
    """By hand: the persons come in through the relationship alone, and no column of theirs is one of the plans."""
    pytest.importorskip("sqlalchemy")
    events = script(BEGIN + DATA + ORM)
    names = {
        one["name"].rpartition(".")[2].lower(): one["name"] for event in events for one in event.get("outputs", ())
    }
    plan, person = edges(events, names["plan"]), edges(events, names["person"])
    assert plan == {"name": {("customers.csv", "plan", "IDENTITY", 0.9)}}
    assert person == {
        "id": {("customers.csv", "id", "IDENTITY", 0.9)},
        "name": {("customers.csv", "spend", "IDENTITY", 0.9)},
        "plan_id": {("customers.csv", "plan", "JOIN", 0.9)},
    }
