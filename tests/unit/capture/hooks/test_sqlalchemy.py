"""SQLAlchemy: statements of engines and sessions, recorded once, named as OpenLineage names databases."""

from pathlib import Path
from typing import Any

import pytest
from tests.recorded import names

import driftline
from driftline.capture import fault
from driftline.testing import MemorySink

sa = pytest.importorskip("sqlalchemy")


def test_statements_of_an_engine_are_recorded_once(watched: MemorySink, tmp_path: Path) -> None:
    engine = sa.create_engine("sqlite:///shop.db")
    with engine.begin() as connection:
        connection.execute(sa.text("create table orders (id int, amount real)"))
        connection.execute(sa.text("create table big (id int)"))
    with driftline.run("job") as run, engine.begin() as connection:
        connection.execute(sa.text("insert into big select id from orders where amount > :low"), {"low": 3})
    engine.dispose()
    assert names(run) == (["orders"], ["big"])
    assert run.inputs[0].dataset.namespace == "sqlite://shop.db"
    driftline.flush()
    event = next(one for one in watched.decoded() if one.job and one.job.name == "job")
    assert event.job is not None
    assert bytes(event.job.facets["sql"]).count(b"insert into big") == 1


def test_a_connection_of_sqlite_that_was_opened_before_is_recorded_and_no_hook_fails(
    sink: MemorySink, tmp_path: Path
) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/shop.db")
    with engine.begin() as connection:
        connection.execute(sa.text("create table orders (id int)"))
        connection.execute(sa.text("create table big (id int)"))
    driftline.watch()
    with driftline.run("job") as run:
        for _ in range(2):
            with engine.begin() as connection:  # of sqlite3's own class, to which there are no weak references
                connection.execute(sa.text("insert into big select id from orders"))
    engine.dispose()
    assert names(run) == (["orders"], ["big"])
    assert "hook sqlalchemy.execute" not in fault.counts()


def test_sessions_and_expressions_count_too(watched: MemorySink, tmp_path: Path) -> None:
    from sqlalchemy import orm

    class Base(orm.DeclarativeBase):
        pass

    class Order(Base):
        __tablename__ = "orders"
        id: orm.Mapped[int] = orm.mapped_column(primary_key=True)

    engine = sa.create_engine("sqlite:///shop.db")
    Base.metadata.create_all(engine)
    with driftline.run("write") as one, orm.Session(engine) as session:
        session.add(Order(id=1))
        session.commit()
    with driftline.run("read") as other, orm.Session(engine) as session:
        assert session.scalars(sa.select(Order.id)).all() == [1]
    engine.dispose()
    assert names(one) == ([], ["orders"])
    assert other.inputs[0].version == one.outputs[0].version


def test_a_statement_that_fails_raises_as_before(watched: MemorySink, tmp_path: Path) -> None:
    engine = sa.create_engine("sqlite://")
    with driftline.run("job") as run, engine.connect() as connection:
        with pytest.raises(sa.exc.OperationalError):
            connection.execute(sa.text("select * from nowhere"))
        assert connection.execute(sa.text("select 1")).scalar() == 1
    engine.dispose()
    assert names(run) == ([], [])


def test_what_a_tool_keeps_for_itself_is_no_data(watched: MemorySink, tmp_path: Path) -> None:
    engine, other = sa.create_engine("sqlite:///mlflow.db"), sa.create_engine("sqlite:///mlflow.db")
    text = "def put(engine, sql):\n    with engine.begin() as connection: connection.execute(sql)\n"
    tool: dict[str, Any] = {"__name__": "mlflow.store.tracking"}
    exec(text, tool)
    with driftline.run("job") as run:
        tool["put"](engine, sa.text("create table runs (id int)"))
        tool["put"](engine, sa.text("insert into runs values (1)"))
    assert names(run) == ([], [])
    with driftline.run("job") as run, other.begin() as connection:  # who asks for it by himself wants data
        assert connection.execute(sa.text("select id from runs")).scalar() == 1
    assert names(run) == (["runs"], [])
    engine.dispose()
    other.dispose()
