"""Programs that hand rows of one database to another, with where each column comes from, written down by hand.

Each: a program on connections ``src`` to ``s.db`` and ``con`` to ``m.db``, with engines ``shop`` and ``mart`` on the
same files and ``O``, ``T2``, ``K``, tables of SQLAlchemy; per table that it has written, its columns with what is
behind each, "" = what decides which rows there are. ``o.oid`` is a column of ``s.db``, ``.k.id`` one of ``m.db``;
behind it stands how it came there, where it is not as it is: ``t`` = computed, ``f`` = it decides.
"""

import sys

import pytest

TABLES = """\
import sqlite3
import pandas as pd
import sqlalchemy as sa
from sqlalchemy import orm

class Base(orm.DeclarativeBase):
    pass

class K(Base):
    __tablename__ = "k"
    id = sa.Column(sa.Integer, primary_key=True)
    v = sa.Column(sa.String)
    n = sa.Column(sa.Integer)

O = sa.Table("o", sa.MetaData(), sa.Column("oid", sa.Integer), sa.Column("cust"), sa.Column("amt"))
T2 = sa.Table("t2", sa.MetaData(), sa.Column("a"), sa.Column("b"))
"""
BY_NUMBER = [  # marks of what gives a row of values to ``?2`` or ``:2``
    pytest.mark.filterwarnings("ignore:Binding [12] .* is a named parameter:DeprecationWarning"),  # since Python 3.12
    pytest.mark.skipif(sys.version_info >= (3, 14), reason="Python refuses it"),
]

Expected = dict[str, dict[str, str]]

HANDED: dict[str, tuple[str, Expected]] = {
    "text-and-placeholders": (
        """
        for oid, amt in src.execute("select oid, amt from o"):
            con.execute(f"INSERT INTO t2 VALUES ({oid}, ?)", (amt,))
        """,
        {".t2": {"a": "o.oid", "b": "o.amt"}},
    ),
    "text-and-names": (
        """
        for oid, cust, amt in src.execute("select oid, cust, amt from o"):
            con.execute(f"INSERT INTO r VALUES (:oid, upper('{cust}'), :amt)", {"oid": oid, "amt": amt})
        """,
        {".r": {"a": "o.oid", "b": "o.cust t", "c": "o.amt"}},
    ),
    "text-on-conflict": (
        """
        for oid, cust, amt in src.execute("select oid, cust, amt from o"):
            con.execute(f"INSERT INTO k (id, v) VALUES ({oid}, '{cust}') ON CONFLICT (id) DO UPDATE SET v = '{amt}'")
        """,
        {".k": {"id": "o.oid", "v": "o.cust, o.amt", "": "o.oid f"}},
    ),
    "text-set-and-placeholder": (
        """
        for oid, amt in src.execute("select oid, amt from o"):
            con.execute(f"UPDATE k SET v = {amt} WHERE id = ?", (oid,))
        """,
        {".k": {"v": "o.amt", "": "o.oid f, .k.id f"}},
    ),
    "computed": (
        """
        rows = src.execute("select oid, cust, amt from o").fetchall()
        con.executemany("INSERT INTO r VALUES (?, upper(?), round(?, 2))", rows)
        """,
        {".r": {"a": "o.oid", "b": "o.cust t", "c": "o.amt t"}},
    ),
    "added-up": (
        """
        for oid, amt in src.execute("select oid, amt from o"):
            con.execute("INSERT INTO k (id, n) VALUES (?, 0) ON CONFLICT (id) DO UPDATE SET n = n + ?", (oid, amt))
        """,
        {".k": {"id": "o.oid", "n": "o.amt t, .k.n t", "": "o.oid f"}},
    ),
    "numbered": (
        """
        for row in src.execute("select oid, amt from o"):
            con.execute("INSERT INTO t2 VALUES (:2, :1)", row)
        """,
        {".t2": {"a": "o.amt", "b": "o.oid"}},
    ),
    "two-rows": (
        """
        one, two = src.execute("select oid, amt from o").fetchmany(2)
        con.execute("INSERT INTO t2 VALUES (?, ?), (?, ?)", (one[0], one[1], two[0], two[1]))
        """,
        {".t2": {"a": "o.oid", "b": "o.amt"}},
    ),
    "select-with-values": (
        """
        for oid, cust in src.execute("select oid, cust from o"):
            con.execute("INSERT INTO t2 SELECT ?, v FROM q WHERE v <> ?", (oid, cust))
        """,
        {".t2": {"a": "o.oid", "b": ".q.v", "": ".q.v f, o.cust f"}},
    ),
    "looked-for-and-put": (
        """
        for oid, amt in src.execute("select oid, amt from o"):
            row = con.execute("select v from k where id = ?", (oid,)).fetchone()
            if row is None:
                con.execute("insert into k (id, v) values (?, ?)", (oid, amt))
        """,
        {".k": {"id": "o.oid", "v": "o.amt", "": "o.oid f"}},
    ),
    "last-seen": (
        """
        last = con.execute("SELECT max(a) FROM t2").fetchone()[0]
        for row in src.execute("SELECT oid, cust, amt FROM o WHERE oid > coalesce(?, 0)", (last,)):
            con.execute("INSERT INTO r VALUES (?, ?, ?)", row)
        """,
        {".r": {"a": "o.oid", "b": "o.cust", "c": "o.amt", "": "o.oid f, .t2.a f"}},
    ),
    "last-seen-in-a-frame": (
        """
        last = con.execute("SELECT max(a) FROM t2").fetchone()[0]
        rows = pd.read_sql("SELECT oid, amt FROM o WHERE oid > coalesce(?, 0)", src, params=(last,))
        for row in rows.itertuples(index=False):
            con.execute("INSERT INTO t2 VALUES (?, ?)", (row.oid, row.amt))
        """,
        {".t2": {"a": "o.oid", "b": "o.amt", "": "o.oid f, .t2.a f"}},
    ),
    "given-back": (
        """
        gone = con.execute("DELETE FROM lg WHERE x > 0 RETURNING y AS b, x * 2").fetchall()
        con.executemany("INSERT INTO t2 (b, a) VALUES (?, ?)", gone)
        """,
        {".lg": {"": ".lg.x f"}, ".t2": {"a": ".lg.x t", "b": ".lg.y", "": ".lg.x f"}},
    ),
    "keys-given-back": (
        """
        for oid, amt in src.execute("select oid, amt from o"):
            new = con.execute("INSERT INTO k (v) VALUES (?) RETURNING id", (amt,)).fetchone()[0]
            con.execute("INSERT INTO lg VALUES (?, ?)", (new, oid))
        """,
        {".k": {"v": "o.amt"}, ".lg": {"x": ".k.id", "y": "o.oid"}},
    ),
    "number-of-a-row": (
        """
        for oid, amt in src.execute("select oid, amt from o"):
            cur = con.execute("INSERT INTO k (v) VALUES (?)", (amt,))
            con.execute("INSERT INTO lg VALUES (?, ?)", (cur.lastrowid, oid))
        """,
        {".k": {"v": "o.amt"}, ".lg": {"y": "o.oid"}},
    ),
    "filled-and-made-anew": (
        """
        con.executescript('''INSERT INTO q SELECT a FROM t2; DROP TABLE q; CREATE TABLE q (v);
            INSERT INTO q SELECT x FROM lg;''')
        """,
        {".q": {"v": ".lg.x"}},
    ),
    "filled-and-dropped": (
        """
        con.executescript("INSERT INTO q SELECT a FROM t2; DROP TABLE q; CREATE TABLE q (v);")
        """,
        {".q": {}},
    ),
    "filled-and-read-and-made-anew": (
        """
        con.executescript('''INSERT INTO q SELECT a FROM t2; INSERT INTO lg (x) SELECT v FROM q; DROP TABLE q;
            CREATE TABLE q (v); INSERT INTO q SELECT b FROM t2;''')
        """,
        {".q": {"v": ".t2.a, .t2.b"}, ".lg": {"x": ".q.v"}},
    ),
    "update-of-the-library": (
        """
        with shop.connect() as s, mart.begin() as c:
            for row in s.execute(sa.select(O)):
                c.execute(sa.update(T2).where(T2.c.a == row.oid).values(b=row.amt))
        """,
        {".t2": {"b": "o.amt", "": ".t2.a f, o.oid f"}},
    ),
    "delete-of-the-library": (
        """
        with shop.connect() as s, mart.begin() as c:
            for row in s.execute(sa.select(O)):
                c.execute(sa.delete(T2).where(T2.c.a == row.oid))
        """,
        {".t2": {"": ".t2.a f, o.oid f"}},
    ),
    "rows-of-the-library": (
        """
        with shop.connect() as s, mart.begin() as c:
            c.execute(sa.insert(T2).values([{"a": row.oid, "b": row.amt} for row in s.execute(sa.select(O))]))
        """,
        {".t2": {"a": "o.oid", "b": "o.amt"}},
    ),
    "bound-to-a-text": (
        """
        with shop.connect() as s, mart.begin() as c:
            for row in s.execute(sa.select(O)):
                c.execute(sa.text("INSERT INTO t2 (a, b) VALUES (:x, :y)").bindparams(x=row.oid, y=row.amt))
        """,
        {".t2": {"a": "o.oid", "b": "o.amt"}},
    ),
    "upsert-of-the-library": (
        """
        from sqlalchemy.dialects.sqlite import insert
        with shop.connect() as s, mart.begin() as c:
            for row in s.execute(sa.select(O)):
                one = insert(K.__table__).values(id=row.oid, v=row.cust)
                c.execute(one.on_conflict_do_update(index_elements=["id"], set_={"v": one.excluded.v, "n": row.amt}))
        """,
        {".k": {"id": "o.oid", "v": "o.cust", "n": "o.amt", "": "o.oid f"}},
    ),
    "merged-objects": (
        """
        with shop.connect() as s, orm.Session(mart) as session:
            for row in s.execute(sa.select(O)):
                session.merge(K(id=row.oid, v=row.cust, n=row.amt))
            session.commit()
        """,
        {".k": {"id": "o.oid", "v": "o.cust", "n": "o.amt"}},
    ),
    "saved-objects": (
        """
        with shop.connect() as s, orm.Session(mart) as session:
            session.bulk_save_objects([K(id=row.oid, v=row.cust, n=row.amt) for row in s.execute(sa.select(O))])
            session.commit()
        """,
        {".k": {"id": "o.oid", "v": "o.cust", "n": "o.amt"}},
    ),
    "got-or-added-objects": (
        """
        with shop.connect() as s, orm.Session(mart) as session:
            for row in s.execute(sa.select(O)):
                if session.get(K, row.oid) is None:
                    session.add(K(id=row.oid, v=row.cust, n=row.amt))
            session.commit()
        """,
        {".k": {"id": "o.oid", "v": "o.cust", "n": "o.amt", "": "o.oid f"}},
    ),
    "backup": (
        """
        mem = sqlite3.connect("copy.db")
        src.backup(mem)
        con.executemany("INSERT INTO t2 VALUES (?, ?)", mem.execute("select oid, amt from o").fetchall())
        mem.close()
        """,
        {
            "copy.o": {"oid": "o.oid", "cust": "o.cust", "amt": "o.amt"},
            ".t2": {"a": "copy.o.oid", "b": "copy.o.amt"},
        },
    ),
}
