"""SQLAlchemy: statements of engines and sessions, recorded once, named as OpenLineage names databases."""

from pathlib import Path
from typing import Any

import pytest
from tests.recorded import names
from tests.told_by_code import BEGIN, DATA, Script, edges

import driftline
from driftline.capture.ground import fault
from driftline.capture.hooks import sqlalchemy_results
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


def test_a_statement_is_recorded_where_the_library_keeps_its_relations_otherwise(
    watched: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlalchemy_results, "related", lambda _: [].current_path)  # fails
    engine = sa.create_engine("sqlite:///shop.db")
    with driftline.run("job") as run, engine.begin() as connection:
        connection.execute(sa.text("create table orders (id int)"))
        connection.execute(sa.text("insert into orders values (1)"))
    engine.dispose()
    assert names(run) == ([], ["orders"])
    assert fault.counts()["relations"] == 2
    fault.reset()


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


MAPPED = """\
import sqlalchemy as sa
from sqlalchemy import orm

class Base(orm.DeclarativeBase):
    pass

class Order(Base):
    __tablename__ = "orders"
    oid = sa.Column(sa.Integer, primary_key=True)
    spend = sa.Column("amount", sa.Float)
    plan = sa.Column(sa.String)

class Town(Base):
    __tablename__ = "towns"
    oid = sa.Column(sa.Integer, primary_key=True)
    city = sa.Column(sa.String)

engine = sa.create_engine("sqlite:///shop.db")
Base.metadata.create_all(engine)
with orm.Session(engine) as session:
    session.add_all([Order(oid=n, spend=n * 1.5 % 37, plan="abc"[n % 3]) for n in range(60)])
    session.add_all([Town(oid=n, city=f"{n * 7 % 41}") for n in range(60)])
    session.commit()
both = sa.select(Order, Town).join(Town, Town.oid == Order.oid)
"""


def test_rows_of_core_have_the_columns_of_a_select_with_bound_values_over_two_tables(script: Script) -> None:
    events = script(BEGIN + MAPPED + (
        "o, t = Order.__table__, Town.__table__\n"
        'few = sa.select(o.c.oid, (o.c.amount * 2).label("twice"), t.c.city).join(t, t.c.oid == o.c.oid)\n'
        'few = few.where(o.c.plan.in_(["a", "b"]), o.c.amount > 3)\n'
        "with engine.connect() as connection:\n"
        '    rows = [{"key": row.oid, "double": row.twice, "town": row[2]} for row in connection.execute(few)]\n'
        '    pd.DataFrame(connection.execute(few).mappings().all()).to_csv("maps.csv", index=False)\n'
        'pd.DataFrame(rows).to_csv("rows.csv", index=False)\n'
        'pd.read_sql(few, engine).to_csv("frame.csv", index=False)\n'
    ))  # fmt: skip
    rows, maps, frame = (edges(events, name) for name in ("rows.csv", "maps.csv", "frame.csv"))
    assert rows["key"] == maps["oid"] == {("orders", "oid", "IDENTITY", 0.9)}
    assert rows["double"] == maps["twice"] == {("orders", "amount", "TRANSFORMATION", 0.9)}
    assert rows["town"] == maps["city"] == {("towns", "city", "IDENTITY", 0.9)}
    surest = {name: {one[:3] for one in found if one[3] > 0.9} for name, found in frame.items() if name}
    assert surest["twice"] == {("orders", "amount", "TRANSFORMATION")}  # the frame itself is known, too
    assert surest["city"] == {("towns", "city", "IDENTITY")}


def test_objects_have_the_columns_that_their_attributes_are(script: Script) -> None:
    events = script(BEGIN + MAPPED + (
        "with orm.Session(engine) as session:\n"
        '    one = [{"key": order.oid, "half": order.spend / 2} for order in session.scalars(sa.select(Order))]\n'
        '    two = [{"a": order.spend, "b": town.city.lower()} for order, town in session.execute(both)]\n'
        '    old = [{"c": each.plan} for each in session.query(Order).filter(Order.plan != "c").all()]\n'
        'for name, rows in [("one.csv", one), ("two.csv", two), ("old.csv", old)]:\n'
        "    pd.DataFrame(rows).to_csv(name, index=False)\n"
    ))  # fmt: skip
    assert edges(events, "one.csv") == {
        "key": {("orders", "oid", "IDENTITY", 0.9)}, "half": {("orders", "amount", "TRANSFORMATION", 0.9)},
    }  # fmt: skip
    two = edges(events, "two.csv")
    assert two["a"] == {("orders", "amount", "IDENTITY", 0.9)}
    assert two["b"] == {("towns", "city", "TRANSFORMATION", 0.9)}
    assert edges(events, "old.csv")["c"] == {("orders", "plan", "IDENTITY", 0.9)}


RELATED = """
class Shop(Base):
    __tablename__ = "shops"
    uid = sa.Column(sa.Integer, primary_key=True)
    city = sa.Column(sa.String)

class Sale(Base):
    __tablename__ = "sales"
    oid = sa.Column(sa.Integer, primary_key=True)
    shop_id = sa.Column(sa.ForeignKey("shops.uid"))
    price = sa.Column(sa.Float)
    shop = orm.relationship("Shop")

Base.metadata.create_all(engine)
with orm.Session(engine) as session:
    session.add_all([Shop(uid=n, city=f"c{n}") for n in range(1, 6)])
    session.add_all([Sale(oid=n, shop_id=n % 5 + 1, price=n * 1.5) for n in range(1, 40)])
    session.commit()
"""


@pytest.mark.parametrize("way", ["", ".options(orm.joinedload(Sale.shop))", ".options(orm.selectinload(Sale.shop))"])
def test_keys_of_a_relationship_decide_of_the_columns_of_the_object_that_it_gives_alone(
    script: Script, way: str
) -> None:
    """Another shop of a sale changes the city beside it, and neither price nor number of the sales."""
    events = script(BEGIN + MAPPED + RELATED + (
        "with orm.Session(engine) as session:\n"
        f"    sales = session.scalars(sa.select(Sale){way})\n"
        '    rows = [{"price": sale.price, "city": sale.shop.city} for sale in sales]\n'
        'pd.DataFrame(rows).to_csv("out.csv", index=False)\n'
    ))  # fmt: skip
    assert edges(events, "out.csv") == {
        "price": {("sales", "price", "IDENTITY", 0.9)},
        "city": {
            ("shops", "city", "IDENTITY", 0.9), ("shops", "uid", "JOIN", 0.9), ("sales", "shop_id", "JOIN", 0.9)
        },
    }  # fmt: skip


def test_rows_that_are_inserted_come_to_columns_by_the_names_that_the_program_gives_them(script: Script) -> None:
    """Places in the text are in the order of the table, keys of the program's dicts in another one."""
    events = script(BEGIN + DATA + (
        "import sqlalchemy as sa\n"
        'engine = sa.create_engine("sqlite:///shop.db")\n'
        "meta = sa.MetaData()\n"
        'key, plan = sa.Column("key", sa.Integer), sa.Column("plan", sa.String)\n'
        'one = sa.Table("one", meta, key, sa.Column("double", sa.Float), plan)\n'
        'two = sa.Table("two", meta, sa.Column("key", sa.Integer), sa.Column("plan", sa.String))\n'
        "meta.create_all(engine)\n"
        'raw = pd.read_csv("customers.csv")\n'
        'rows = [{"plan": row.plan, "key": row.id, "double": row.spend * 2} for row in raw.itertuples()]\n'
        "with engine.begin() as connection:\n"
        "    connection.execute(sa.insert(one), rows)\n"
        "    for row in raw.itertuples():\n"
        '        given = {"p": row.plan, "k": row.id}\n'
        '        connection.execute(sa.text("INSERT INTO two (key, plan) VALUES (:k, :p)"), given)\n'
    ))  # fmt: skip
    assert edges(events, "one") == {
        "key": {("customers.csv", "id", "IDENTITY", 0.9)},
        "double": {("customers.csv", "spend", "TRANSFORMATION", 0.9)},
        "plan": {("customers.csv", "plan", "IDENTITY", 0.9)},
    }
    assert edges(events, "two") == {
        "key": {("customers.csv", "id", "IDENTITY", 0.9)},
        "plan": {("customers.csv", "plan", "IDENTITY", 0.9)},
    }


def test_a_loop_over_a_query_goes_over_what_it_gives(script: Script) -> None:
    events = script(BEGIN + MAPPED + (
        "one, two = [], []\n"
        "with orm.Session(engine) as session:\n"
        "    query = session.query(Order).filter(Order.spend > 3)\n"
        "    for order in session.query(Order).filter(Order.spend > 3).yield_per(10):\n"
        '        one.append({"key": order.oid})\n'
        "    for order in query:\n"
        '        two.append({"key": order.spend * 2})\n'
        '    three = [{"key": order.plan} for order in query]\n'
        '    four = [{"key": order.oid} for order in list(query)]\n'
        '    five = [{"key": total, "of": plan} for plan, total in session.query(Order.plan, '
        "sa.func.sum(Order.spend)).group_by(Order.plan)]\n"
        'for name, rows in zip(["one", "two", "three", "four", "five"], [one, two, three, four, five]):\n'
        '    pd.DataFrame(rows).to_csv(f"{name}.csv", index=False)\n'
    ))  # fmt: skip
    found = {name: edges(events, f"{name}.csv") for name in ("one", "two", "three", "four", "five")}
    assert found["one"]["key"] == found["four"]["key"] == {("orders", "oid", "IDENTITY", 0.9)}
    assert found["two"]["key"] == {("orders", "amount", "TRANSFORMATION", 0.9)}
    assert found["three"]["key"] == {("orders", "plan", "IDENTITY", 0.9)}
    assert found["five"]["key"] == {("orders", "amount", "AGGREGATION", 0.9)}
    assert all(("orders", "amount", "FILTER", 1.0) in found[name][""] for name in ("one", "two", "three", "four"))


KEYED = """\
import csv
import sqlalchemy as sa
from sqlalchemy import orm

class Base(orm.DeclarativeBase):
    pass

class Team(Base):
    __tablename__ = "teams"
    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.String)

class Member(Base):
    __tablename__ = "members"
    id = sa.Column(sa.Integer, primary_key=True)
    label = sa.Column(sa.String)
    team_id = sa.Column(sa.ForeignKey("teams.id"))
    team = orm.relationship(Team)

with open("staff.csv", "w") as file:
    file.write("who,where\\nAnn,a\\nBob,b\\nCid,a\\n")
engine = sa.create_engine("sqlite:///staff.db")
Base.metadata.create_all(engine)
"""
FILLED = """\
    teams = {}
    for row in csv.DictReader(open("staff.csv")):
        if row["where"] not in teams:
            teams[row["where"]] = Team(name=row["where"])
            session.add(teams[row["where"]])
        session.add(Member(label=row["who"], team=teams[row["where"]]))
"""


@pytest.mark.parametrize(
    ("entered", "end"),
    [
        ("orm.Session(engine)", "    session.commit()\n"),
        ("orm.Session(engine)", "    session.flush()\n    session.commit()\n"),
        ("orm.sessionmaker(engine).begin()", ""),
        ("orm.Session(engine)", "    print(session.scalars(sa.select(Team.name)).all())\n    session.commit()\n"),
    ],
)
def test_what_is_added_is_followed_where_the_database_gives_the_keys(script: Script, entered: str, end: str) -> None:
    """SQLAlchemy has each INSERT return them: that is no data which the commit gives. By hand."""
    events = script(BEGIN + KEYED + f"with {entered} as session:\n" + FILLED + end)
    members, teams = edges(events, "members"), edges(events, "teams")
    assert members["label"] == {("staff.csv", "who", "IDENTITY", 0.9)}
    assert {one[:2] for one in members["team_id"]} == {("staff.csv", "where")}
    assert ("staff.csv", "where", "JOIN", 0.9) in members["team_id"]
    assert teams["name"] == {("staff.csv", "where", "IDENTITY", 0.9)}
