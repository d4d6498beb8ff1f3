"""Names of the columns of results: what rows and objects call them, read off the mapped classes."""

from collections.abc import Iterator
from typing import Any

import pytest

from driftline.capture.hooks import sqlalchemy_results

sa = pytest.importorskip("sqlalchemy")
orm = sa.orm if hasattr(sa, "orm") else pytest.importorskip("sqlalchemy.orm")


class Base(orm.DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "user"
    uid = sa.Column(sa.Integer, primary_key=True)
    label = sa.Column("name", sa.String)


class Town(Base):
    __tablename__ = "town"
    uid = sa.Column(sa.Integer, primary_key=True)
    city = sa.Column(sa.String)


@pytest.fixture
def heard() -> Iterator[tuple[Any, list[list[str]]]]:
    """An engine, and the names of the columns of each result that it has given."""
    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    found: list[list[str]] = []

    def listen(conn: Any, cursor: Any, statement: Any, parameters: Any, context: Any, many: Any) -> None:
        found.append([name for (name,) in sqlalchemy_results.described(cursor, context)])

    sa.event.listen(engine, "after_cursor_execute", listen)
    yield engine, found
    engine.dispose()


JOINED = sa.select(User, Town).join(Town, Town.uid == User.uid)
COUNT = sa.func.count().label("n")
ALIAS = orm.aliased(User, name="other")


@pytest.mark.parametrize(
    ("ask", "names"),
    [
        (lambda session: session.scalars(sa.select(User)).all(), ["User\0uid", "User\0label"]),
        (lambda session: session.query(User).all(), ["User\0uid", "User\0label"]),
        (lambda session: session.get(User, 1), ["User\0uid", "User\0label"]),
        (lambda session: session.execute(JOINED).all(), ["User\0uid", "User\0label", "Town\0uid", "Town\0city"]),
        (
            lambda session: session.execute(sa.select(User, ALIAS).join(ALIAS, ALIAS.uid == User.uid)).all(),
            ["User\0uid", "User\0label", "other\0uid", "other\0label"],
        ),
        (
            lambda session: session.query(User.label, Town, COUNT).join(Town, Town.uid == User.uid).all(),
            ["label", "Town\0uid", "Town\0city", "n"],
        ),
        (lambda session: session.execute(sa.select(User.label, Town.city)).all(), ["label", "city"]),
        (lambda session: session.execute(sa.text("select name, uid + 1 from user")).all(), ["name", "uid + 1"]),
        (lambda session: session.connection().execute(JOINED).all(), ["uid", "name", "uid_1", "city"]),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:SELECT statement has a cartesian product")
def test_columns_are_called_as_the_program_calls_them(heard: Any, ask: Any, names: list[str]) -> None:
    engine, found = heard
    with orm.Session(engine) as session:
        ask(session)
        ask(session)  # once more, of a statement that is known by then
    assert found == [names, names]


class Owner(Base):
    __tablename__ = "owner"
    uid = sa.Column(sa.Integer, primary_key=True)
    label = sa.Column("name", sa.String)
    dogs = orm.relationship("Dog", back_populates="owner")


class Dog(Base):
    __tablename__ = "dog"
    uid = sa.Column(sa.Integer, primary_key=True)
    owner_id = sa.Column(sa.ForeignKey("owner.uid"))
    owner = orm.relationship(Owner, back_populates="dogs")


DOG = ["Dog\0uid", "Dog\0owner_id"]
OWNER = ["Owner\0uid", "Owner\0label"]
ALONG = ["Dog\0owner\0Owner\0uid", "Dog\0owner\0Owner\0label"]
KEYS = {("owner", "uid"), ("dog", "owner_id")}
DOGS = sa.select(Dog)


@pytest.mark.parametrize(
    ("ask", "names", "related"),
    [
        (DOGS, [DOG, OWNER], [("", set()), ("Dog.owner", set())]),
        (DOGS.options(orm.selectinload(Dog.owner)), [DOG, OWNER], [("", set()), ("Dog.owner", set())]),
        (DOGS.options(orm.joinedload(Dog.owner)), [[*DOG, *ALONG]], [("", KEYS)]),
        (DOGS.options(orm.joinedload(Dog.owner, innerjoin=True)), [[*DOG, *ALONG]], [("", set())]),
        (DOGS.join(Dog.owner).options(orm.joinedload(Dog.owner)), [[*DOG, *ALONG]], [("", set())]),
    ],
)  # fmt: skip
def test_statements_for_a_relation_are_told_from_those_of_the_program(ask: Any, names: Any, related: Any) -> None:
    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    found: list[Any] = []
    with orm.Session(engine) as session:
        session.add(Dog(owner=Owner(label="Ann")))
        session.commit()

        def listen(conn: Any, cursor: Any, statement: Any, parameters: Any, context: Any, many: Any) -> None:
            columns = [name for (name,) in sqlalchemy_results.described(cursor, context)]
            found.append((columns, sqlalchemy_results.related(context)))

        sa.event.listen(engine, "after_cursor_execute", listen)
        session.expunge_all()
        assert [dog.owner.label for dog in session.scalars(ask)] == ["Ann"]
    engine.dispose()
    assert found == list(zip(names, related, strict=True))
