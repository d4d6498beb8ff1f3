"""Relationships; ``people`` is what a session gives, as the hook on SQLAlchemy names their attributes."""

import ast
from collections.abc import Callable

import pytest

from driftline.capture.script import relations
from driftline.capture.script.values import Const, Part

Wrote = Callable[..., dict[str, str]]
CLASSES = """
        from sqlalchemy import ForeignKey
        from sqlalchemy.orm import mapped_column, relationship
        class Team(Base):
            __tablename__ = "teams"
            id: Mapped[int] = mapped_column(primary_key=True)
            title: Mapped[str]
            people: Mapped[list["Person"]] = relationship(back_populates="team")
        class Person(Base):
            __tablename__ = "people"
            name: Mapped[str]
            team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))
            team: Mapped[Team] = relationship(back_populates="people")
            @property
            def short(self):
                return self.name[:3]
"""


def test_what_a_relationship_gives_that_was_loaded_before_is_a_hedge(wrote: Wrote) -> None:
    text = (
        CLASSES
        + """
        pd.DataFrame([{"n": one.name, "t": one.team.title} for one in session.scalars("people")]).to_csv("o")
    """
    )
    assert wrote(text) == {"n": "Person\0name", "t": "Person\0team_id join ?"}


def test_an_object_that_was_brought_along_has_its_own_columns_and_the_keys_decide_of_them_alone(wrote: Wrote) -> None:
    text = (
        CLASSES
        + """
        pd.DataFrame([{"n": one.name, "t": one.team.title} for one in session.scalars("along")]).to_csv("o")
    """
    )
    began = "Person\0team\0Team\0"
    title = f"{began}id join, {began}title, Person\0team_id join"
    assert wrote(text) == {"n": "Person\0name", "t": title}


def test_a_relationship_that_a_star_brings_is_one_and_one_that_nobody_knows_is_a_hedge(wrote: Wrote) -> None:
    text = """
        pd.DataFrame([{"n": one.name, "t": one.team.title} for one in session.scalars("along")]).to_csv("o")
    """
    began = "Person\0team\0Team\0"
    named = "from sqlalchemy.orm import mapped_column, relationship"
    known = wrote(CLASSES.replace(named, "from sqlalchemy.orm import *") + text)
    assert known["t"] == f"{began}id join, {began}title, Person\0team_id join"
    not_known = wrote(CLASSES.replace(named, "from elsewhere import *") + text)
    assert not_known["n"] == "Person\0name"
    assert set(not_known["t"].split(", ")) >= {f"{began}title transformation ?"}
    assert all(one.endswith(" ?") for one in not_known["t"].split(", "))


def test_what_decides_which_objects_are_loaded_tells_nothing_of_the_one_that_has_them(wrote: Wrote) -> None:
    text = (
        CLASSES
        + """
        rows = []
        for team in session.scalars("teams"):
            rows.append({"t": team.title, "who": ", ".join(one.name for one in team.people)})
        pd.DataFrame(rows).to_csv("o")
    """
    )
    keys = "\0loads join, Person\0name transformation, Person\0team_id join, Team\0id join"
    assert wrote(text) == {"t": "Team\0title", "who": keys}


def test_a_property_of_the_class_is_followed(wrote: Wrote) -> None:
    text = (
        CLASSES
        + """
        pd.DataFrame([{"s": one.short} for one in session.scalars("people")]).to_csv("o")
    """
    )
    assert wrote(text) == {"s": "Person\0name transformation"}


@pytest.mark.parametrize("annotation", ["Mapped[list[Team]]", "Mapped[List['Team']]", '"Mapped[set[Team]]"'])
def test_an_annotation_says_that_there_are_several(annotation: str) -> None:
    bare = Part(Const((None, "", "")), relations.RELATION)
    node = ast.parse(annotation, mode="eval").body
    assert relations.annotated(bare, node) == Part(Const((True, "Team", "")), relations.RELATION)
    one = relations.annotated(bare, ast.parse("Mapped[Team]", mode="eval").body)
    assert one == Part(Const((False, "Team", "")), relations.RELATION)


def test_an_object_of_an_earlier_query_has_its_columns_as_a_hedge(wrote: Wrote) -> None:
    """By hand: nothing is loaded for ``one.team``, as the session has all teams; which one it is, the keys decide."""
    text = (
        CLASSES
        + """
        teams = session.scalars("teams").all()
        pd.DataFrame([{"n": one.name, "t": one.team.title} for one in session.scalars("people")]).to_csv("o")
    """
    )
    title = "Person\0team_id join, Team\0id join ?, Team\0title transformation ?"
    assert wrote(text) == {"n": "Person\0name", "t": title}


def test_the_way_back_of_a_relationship_is_one_too(wrote: Wrote) -> None:
    text = (
        CLASSES.replace('back_populates="team"', 'backref="team"').replace(
            '            team: Mapped[Team] = relationship(back_populates="people")\n', ""
        )
        + """
        pd.DataFrame([{"n": one.name, "t": one.team.title} for one in session.scalars("along")]).to_csv("o")
    """
    )
    began = "Person\0team\0Team\0"
    title = f"{began}id join, {began}title, Person\0team_id join"
    assert wrote(text) == {"n": "Person\0name", "t": title}
