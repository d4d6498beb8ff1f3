from collections.abc import Callable

from driftline.capture.script.follow import Followed
from driftline.capture.script.reading import Table

Follows = Callable[..., Followed]
MODELS = """\
from sqlalchemy.orm import DeclarativeBase, Session
class Base(DeclarativeBase):
    pass
class User(Base):
    __tablename__ = "user"
    id: int
    age: int
class Order(Base):
    __tablename__ = "purchase"
    id: int
    amount: float
with Session(None) as session:
"""


def committed(found: Followed, line: int) -> Table:
    """What the call in a line has written."""
    [path] = [one for one in found.paths() if one[-1].line == line]
    table = found.given(path)
    assert table is not None
    return table


def columns(table: Table) -> dict[str, set[tuple[str, bool]]]:
    return {name: {(one.column, one.confidence > 0.5) for one in cames} for name, cames in table.columns.items()}


# five lines come before each of these, and twelve of MODELS
def test_objects_are_written_when_their_session_is_committed(follows: Follows) -> None:
    text = """\
    for r in users.itertuples():
        if r.name:
            session.add(User(id=r.k, age=r.age))
    session.commit()
"""
    table = committed(follows(MODELS + text), 21)
    assert columns(table) == {"id": {("k", True)}, "age": {("age", True)}}
    assert {(one.column, one.subtype) for one in table.rows} == {("name", "FILTER")}


def test_a_with_statement_that_begins_a_transaction_writes_at_its_end(follows: Follows) -> None:
    """Python calls what ends it at the end of the whole statement, or of what it entered, depending on its version."""
    text = """\
    with session.begin():
        for r in users.itertuples():
            session.add(User(id=r.k, age=r.age))
    session.commit()
"""
    found = follows(MODELS + text)
    for line in (18, 20):
        assert columns(committed(found, line)) == {"id": {("k", True)}, "age": {("age", True)}}
    assert not [path for path in found.paths() if path[-1].line == 21 and found.given(path)]  # nothing waits any longer


def test_what_waits_for_a_session_waits_on_where_another_transaction_ends(follows: Follows) -> None:
    """A connection of an engine, or another session; a session that has objects to write cannot begin."""
    text = """\
    for r in users.itertuples():
        session.add(User(id=r.k, age=r.age))
    with engine.begin() as connection:
        connection.execute("CREATE TABLE log (x)")
    other = Session(None)
    with other.begin():
        other.add(User(id=users.k.max()))
    session.commit()
"""
    found = follows(MODELS + text)
    assert columns(committed(found, 25)) == {"id": {("k", True)}, "age": {("age", True)}}
    assert set(columns(committed(found, 23))) == {"id"}


def test_a_transaction_of_an_engine_or_of_an_object_of_ones_own_writes_nothing_that_waits(follows: Follows) -> None:
    text = """\
    import sqlalchemy as sa
    engine = sa.create_engine("sqlite://")
    class Progress:
        def begin(self):
            return self
        def __enter__(self):
            return self
    session.add_all([User(id=r.k, age=r.age) for r in users.itertuples()])
    with engine.begin(), Progress().begin():
        pass
    session.commit()
"""
    found = follows(MODELS + text)
    assert columns(committed(found, 28)) == {"id": {("k", True)}, "age": {("age", True)}}
    assert not [path for path in found.paths() if path[-1].line == 26 and found.given(path)]


def test_columns_that_two_classes_have_are_a_hedge(follows: Follows) -> None:
    text = """\
    session.add_all(User(id=r.k, age=r.age) for r in users.itertuples())
    session.add_all([Order(id=r.oid, amount=r.a) for r in orders.itertuples() if r.b > 1])
    session.flush()
"""
    table = committed(follows(MODELS + text), 20)
    assert columns(table) == {
        "id": {("k", False), ("oid", False)},
        "age": {("age", True)},
        "amount": {("a", True)},
    }


def test_what_was_committed_before_waits_no_longer(follows: Follows) -> None:
    """By hand: the column that both classes have is that of the one class that has waited since the first commit."""
    text = """\
    for r in users.itertuples():
        session.add(User(id=r.k, age=r.age))
        if r.age > 3:
            session.commit()
    session.commit()
    for r in orders.itertuples():
        session.add(Order(id=r.oid, amount=r.a))
    session.commit()
"""
    assert columns(committed(follows(MODELS + text), 25)) == {"id": {("oid", True)}, "amount": {("a", True)}}


def test_values_of_a_statement_of_the_library_are_told_by_the_columns_that_they_come_to(follows: Follows) -> None:
    text = """\
    from sqlalchemy import insert
    for r in orders.itertuples():
        session.execute(insert(User).values(age=r.a, id=r.k))
        session.execute(User.__table__.insert().values(dict(age=r.b)))
"""
    found = follows(MODELS + text)
    known = {
        line: [columns(table) for path in found.paths() if path[-1].line == line
               if (table := found.argument(path, 0)) is not None and "age" in table.columns]
        for line in (20, 21)
    }  # fmt: skip
    assert known[20] == [{"age": {("a", True)}, "id": {("k", True)}}]
    assert {"age": {("b", True)}} in known[21]


def test_a_class_is_mapped_by_a_registry_too(follows: Follows) -> None:
    text = """\
    from sqlalchemy.orm import registry
    known = registry()
    class Plain:
        def __init__(self, a):
            self.a = a
    known.map_imperatively(Plain, table)
    for r in orders.itertuples():
        session.add(Plain(r.a))
    session.commit()
"""
    assert columns(committed(follows(MODELS + text), 26)) == {"a": {("a", True)}}


def test_objects_that_are_mapped_to_no_table_wait_for_nothing(follows: Follows) -> None:
    text = "class Plain:\n    pass\nthing = open_it()\nthing.add(Plain())\nthing.commit()\n"
    found = follows(text)
    assert not [one for one in found.paths() if one[-1].line == 10]


def test_a_delete_that_is_spelled_out_puts_nothing_into_a_table(follows: Follows) -> None:
    """As one that is a text: else what else is put into the table would not be all that is told."""
    text = """\
    from sqlalchemy import delete
    session.execute(delete(User).where(User.age < 1).where(User.id > 2))
    some = delete(User).where(User.age < users["age"].max())
    session.execute(some)
"""
    found = follows(MODELS + text)
    assert committed(found, 19) == Table({}, closed=True)
    assert {one.column for one in committed(found, 21).all()} == {"age"}


PERSON = """\
    class Person(Base):
        __tablename__ = "people"
        name: str
        team_id: int
    one = session.scalars("people").first()
    for r in users.itertuples():
        pass
"""


def test_attributes_that_are_set_are_written_when_their_session_is_committed(follows: Follows) -> None:
    """By hand: what an attribute is when the session is committed counts, not what it was set to before."""
    text = """\
    one.name = r.k
    one.name = r.name + "!"
    one.team_id = r.age
    session.commit()
    session.commit()
"""
    found = follows(MODELS + PERSON + text)
    assert columns(committed(found, 28)) == {"name": {("name", True)}, "team_id": {("age", True)}}
    assert [one[-1].line for one in found.paths() if one[-1].line == 29] == []  # nothing waits any longer


def test_an_attribute_that_is_set_in_one_branch_is_what_either_leaves(follows: Follows) -> None:
    text = """\
    one.name = r.k
    if r.age > 3:
        one.name = r.name
    session.commit()
"""
    table = committed(follows(MODELS + PERSON + text), 28)
    assert {(one.column, one.subtype) for one in table.columns["name"]} == {
        ("k", "IDENTITY"), ("name", "IDENTITY"), ("age", "CONDITIONAL"),
    }  # fmt: skip


def test_objects_that_are_added_in_one_branch_each_wait_both(follows: Follows) -> None:
    text = """\
    for r in users.itertuples():
        if r.age > 3:
            session.add(User(age=r.age))
        else:
            session.add(Order(amount=r.name))
    session.commit()
"""
    table = committed(follows(MODELS + text), 23)
    assert {name: {one.column for one in cames} for name, cames in table.columns.items()} == {
        "age": {"age"}, "amount": {"name"},
    }  # fmt: skip


def test_attributes_of_what_is_no_row_of_a_table_wait_for_nothing(follows: Follows) -> None:
    text = """\
    for r in users.itertuples():
        r.age = r.k
    session.commit()
"""
    assert [one[-1].line for one in follows(MODELS + text).paths() if one[-1].line == 20] == []


def test_an_attribute_that_is_set_says_nothing_of_the_others(follows: Follows) -> None:
    text = """\
    one.name = r.k
    one.team_id = one.team_id * 2
    session.commit()
"""
    assert columns(committed(follows(MODELS + PERSON + text), 27)) == {
        "name": {("k", True)},
        "team_id": {("Person\0team_id", True)},
    }


def test_what_was_rolled_back_waits_no_longer(follows: Follows) -> None:
    """By hand: the name of the first was never written, that of the second is."""
    text = """\
    one.name = r.k
    session.rollback()
    other = session.scalars("people").first()
    other.name = r.name
    session.commit()
"""
    assert columns(committed(follows(MODELS + PERSON + text), 29)) == {"name": {("name", True)}}


def test_a_commit_does_not_look_at_all_that_the_script_holds(follows: Follows) -> None:
    """15,000 lists and 1,500 commits: longer than the follower takes, where each commit looks at each of them."""
    text = f"    {'; '.join(f'held_{number} = []' for number in range(15_000))}\n"
    text += "    one.name = r.k\n    session.commit()\n" * 1_500
    assert follows(MODELS + PERSON + text).complete
