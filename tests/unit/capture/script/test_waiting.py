"""What a session writes into which table; expected rows are those that SQLAlchemy 2 inserts for such scripts."""

from collections.abc import Callable

import pytest

from driftline.capture.script.follow import Followed
from driftline.capture.script.reading import ROWS_OF
from driftline.capture.script.tables import EMPTY

Follows = Callable[..., Followed]
MODELS = """\
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
class Base(DeclarativeBase):
    pass
class Team(Base):
    __tablename__ = "Team"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    people: Mapped[list["Person"]] = relationship(back_populates="team")
class Person(Base):
    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    team_id: Mapped[int] = mapped_column(ForeignKey("Team.id"))
    team: Mapped[Team] = relationship(back_populates="people")
session = Session(None)
teams = {}
"""
LOOP = "for r in users.itertuples():\n"
WAYS = {
    "appended": "    t = Team(title=r.k)\n    session.add(t)\n    t.people.append(Person(name=r.name))\n",
    "appended before": "    t = Team(title=r.k)\n    t.people.append(Person(name=r.name))\n    session.add(t)\n",
    "extended": "    t = Team(title=r.k)\n    session.add(t)\n    t.people += [Person(name=r.name)]\n",
    "assigned": "    t = Team(title=r.k)\n    t.people = [Person(name=r.name)]\n    session.add(t)\n",
    "given": "    session.add(Team(people=[Person(name=r.name)], title=r.k))\n",
    "made of many": "    session.add(Team(title=r.k, people=[Person(name=n) for n in [r.name]]))\n",
    "through the child": "    session.add(Person(team=Team(title=r.k), name=r.name))\n",
    "set on the child": "    p = Person(name=r.name)\n    p.team = Team(title=r.k)\n    session.add(p)\n",
    "child before the parent": "    t = Team(title=r.k)\n    Person(team=t, name=r.name)\n    session.add(t)\n",
    "by a key": (
        "    if r.k not in teams:\n        teams[r.k] = Team(title=r.k)\n        session.add(teams[r.k])\n"
        "    teams[r.k].people.append(Person(name=r.name))\n"
    ),
}


def rows(found: Followed, table: str) -> dict[str, set[tuple[str, str, bool]]]:
    """What the commit, the last call, writes into a table: without columns that come from nothing."""
    path = max((one for one in found.paths() if len(one) == 1), key=lambda one: one[-1].line)
    given = found.argument(path, ROWS_OF + table)
    assert given is not None
    told = {name: {(one.column, one.subtype, one.confidence > 0.5) for one in cames} for name, cames in
            given.columns.items()}  # fmt: skip
    return {name: cames for name, cames in told.items() if cames}


@pytest.mark.parametrize("way", WAYS)
def test_objects_that_a_relationship_brings_in_are_written_to_their_own_table(follows: Follows, way: str) -> None:
    found = follows(f"{MODELS}{LOOP}{WAYS[way]}session.commit()\n")
    assert rows(found, "team") == {"title": {("k", "IDENTITY", True)}}
    person = rows(found, "person")
    assert person["name"] == {("name", "IDENTITY", True)}
    assert {column for column, *_ in person["team_id"]} == {"k"}
    assert {subtype for _, subtype, _ in person["team_id"]} - {"FILTER"} == {"JOIN"}  # a key may not be there yet


def test_a_backref_leads_back_too(follows: Follows) -> None:
    text = MODELS.replace('back_populates="team"', 'backref="home"').replace(
        '    team: Mapped[Team] = relationship(back_populates="people")\n', ""
    )
    found = follows(
        f"{text}{LOOP}    session.add(Person(name=r.name, home=Team(id=r.age, title=r.k)))\nsession.commit()\n"
    )
    assert rows(found, "team") == {"id": {("age", "IDENTITY", True)}, "title": {("k", "IDENTITY", True)}}
    assert rows(found, "person") == {"name": {("name", "IDENTITY", True)}, "team_id": {("age", "JOIN", True)}}


def test_objects_are_put_among_those_of_an_object_that_a_query_gave(follows: Follows) -> None:
    text = 't = session.scalars("teams").first()\n' + LOOP + "    t.people.append(Person(name=r.name))\n"
    found = follows(f"{MODELS}{text}session.commit()\n")
    assert rows(found, "person") == {
        "name": {("name", "IDENTITY", True)},
        "team_id": {("Team\0id", "JOIN", True)},
    }


def test_each_table_has_what_comes_to_it_and_no_other_has_anything(follows: Follows) -> None:
    """Columns of the same name are told apart; of all tables together they are a hedge."""
    text = """\
for r in users.itertuples():
    session.add(Team(id=r.k, title=r.name))
for r in orders.itertuples():
    session.add(Person(id=r.oid, name=r.s))
session.commit()
"""
    found = follows(MODELS + text)
    assert rows(found, "team") == {"id": {("k", "IDENTITY", True)}, "title": {("name", "IDENTITY", True)}}
    assert rows(found, "person") == {"id": {("oid", "IDENTITY", True)}, "name": {("s", "IDENTITY", True)}}
    path = max(found.paths(), key=lambda one: one[-1].line)
    together, others = found.given(path), found.argument(path, ROWS_OF)
    assert together is not None
    assert {one.confidence for one in together.columns["id"]} == {0.5}
    assert others == EMPTY


def test_a_class_writes_to_the_tables_of_the_classes_above_it(follows: Follows) -> None:
    """Joined inheritance: the columns of the class above are in its table."""
    text = MODELS + 'class Boss(Person):\n    __tablename__ = "boss"\n    bonus: Mapped[int]\n'
    found = follows(f"{text}{LOOP}    session.add(Boss(name=r.name, bonus=r.age))\nsession.commit()\n")
    assert rows(found, "boss") == rows(found, "person")
    assert set(rows(found, "boss")) == {"name", "bonus"}


@pytest.mark.parametrize("between", ["", "    session.flush()\n"])
def test_what_is_set_of_an_object_after_it_was_added_is_written_too(follows: Follows, between: str) -> None:
    """Before a flush it is a part of the row that is inserted, after it of an update."""
    text = f"{LOOP}    p = Person(name=r.name)\n    session.add(p)\n{between}    p.team_id = r.age\nsession.commit()\n"
    found = rows(follows(MODELS + text), "person")
    assert found["team_id"] == {("age", "IDENTITY", True)}


def test_what_is_set_of_an_object_that_nobody_has_added_waits_for_nothing(follows: Follows) -> None:
    text = f"{LOOP}    p = Person(name=r.name)\n    p.team_id = r.age\n    session.add(Team(title=r.k))\n"
    found = follows(f"{MODELS}{text}session.commit()\n")
    path = max((one for one in found.paths() if len(one) == 1), key=lambda one: one[-1].line)
    assert found.argument(path, ROWS_OF + "person") is None


def test_a_class_without_a_table_of_its_own_writes_to_the_one_above(follows: Follows) -> None:
    """Single table inheritance."""
    text = MODELS + "class Boss(Person):\n    bonus: Mapped[int]\n"
    found = follows(f"{text}{LOOP}    session.add(Boss(name=r.name, bonus=r.age))\nsession.commit()\n")
    assert set(rows(found, "person")) == {"name", "bonus"}


def test_what_an_object_was_found_by_decides_what_belongs_to_it(follows: Follows) -> None:
    text = f"{LOOP}    teams[r.k] = Team(title=r.name)\n    session.add(teams[r.k])\n"
    text += "for r in orders.itertuples():\n    teams[r.s].people.append(Person(name=r.a))\n"
    person = rows(follows(f"{MODELS}{text}session.commit()\n"), "person")
    assert person["name"] == {("a", "IDENTITY", True)}
    assert {(column, subtype) for column, subtype, _ in person["team_id"]} == {("k", "JOIN"), ("s", "JOIN")}
