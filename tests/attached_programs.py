"""Programs over several databases of one connection to SQLite, with what they read and write, written down by hand.

Each: a program on a connection ``c`` to ``main.db``, or an engine that attaches ``other.db`` as ``aux``; the tables
that it has read; per table that it has written, its columns with what is behind each, "" = what decides which rows
there are. The tables are those of ``test_attached``. Which table an unqualified name means:
https://www.sqlite.org/lang_naming.html (temp, main, attached in order).
"""

MAIN, OTHER, THIRD, SESSION = "sqlite://main.db", "sqlite://other.db", "sqlite://third.db", "sqlite://memory/job"
T, S, R = f"{MAIN}/t", f"{MAIN}/s", f"{OTHER}/r"
AUX = f"{OTHER}/t"

PROGRAMS: dict[str, tuple[str, set[str], dict[str, dict[str, list[str]]]]] = {
    "insert-from-attached": (
        """
        c.execute("attach 'other.db' as aux")
        c.execute("insert into t (a, b) select a, c from aux.t")
        """,
        {AUX}, {T: {"a": [f"{AUX}.a"], "b": [f"{AUX}.c"]}},
    ),
    "insert-into-attached": (
        """
        c.execute("attach database 'other.db' as aux")
        c.execute("insert into aux.t select a, b from t")
        """,
        {T}, {AUX: {"a": [f"{T}.a"], "c": [f"{T}.b"]}},
    ),
    "joined": (
        """
        c.execute("attach 'other.db' as aux")
        c.execute("insert into s select main.t.b from main.t join aux.t on main.t.a = aux.t.a")
        """,
        {T, AUX}, {S: {"a": [f"{T}.b"], "": [f"{T}.a", f"{AUX}.a"]}},
    ),
    "only-in-attached": (
        """
        c.execute("attach 'other.db' as aux")
        c.execute("insert into s select d from r")
        """,
        {R}, {S: {"a": [f"{R}.d"]}},
    ),
    "in-both": (
        """
        c.execute("attach 'other.db' as aux")
        c.execute("insert into s select a from t")
        """,
        {T}, {S: {"a": [f"{T}.a"]}},
    ),
    "in-two-attached": (
        """
        c.execute("drop table t")
        c.execute("attach 'third.db' as z")
        c.execute("attach 'other.db' as a")
        c.execute("insert into s select c from t")
        """,
        {f"{THIRD}/t"}, {S: {"a": [f"{THIRD}/t.c"]}},
    ),
    "temporary-shadows": (
        """
        c.execute("create temp table t as select b from t")
        c.execute("insert into s select b from t")
        """,
        {T}, {f"{SESSION}/temp.t": {"b": [f"{T}.b"]}, S: {"a": [f"{SESSION}/temp.t.b"]}},
    ),
    "temporary-of-another-name": (
        """
        c.execute("create temporary table k as select a from t")
        c.execute("insert into s select a from k")
        """,
        {T}, {f"{SESSION}/temp.k": {"a": [f"{T}.a"]}, S: {"a": [f"{SESSION}/temp.k.a"]}},
    ),
    "temporary-dropped": (
        """
        c.execute("create temp table t (x)")
        c.execute("insert into t select k from main.keyed")
        c.execute("insert into s select a from main.t")
        c.execute("drop table t")
        c.execute("insert into s select b from t")
        """,
        {f"{MAIN}/keyed", T}, {f"{SESSION}/temp.t": {}, S: {"a": [f"{T}.a", f"{T}.b"]}},  # nothing is left of it
    ),
    "temporary-by-its-schema": (
        """
        c.execute('create table "temp".k (x)')
        c.execute("insert into temp.k select a from main.t")
        """,
        {T}, {f"{SESSION}/temp.k": {"x": [f"{T}.a"]}},
    ),
    "temporary-view": (
        """
        c.execute("create temp view t as select a from main.t where b > 0")
        c.execute("insert into s select a from t")
        """,
        {T}, {f"{SESSION}/temp.t": {"a": [f"{T}.a"], "": [f"{T}.b"]}, S: {"a": [f"{SESSION}/temp.t.a"]}},
    ),
    "temporary-in-a-script": (
        """
        c.executescript("create temp table t as select b from t; insert into s select b from t; drop table t;")
        c.execute("insert into s select a from t")
        """,
        {T}, {f"{SESSION}/temp.t": {"b": [f"{T}.b"]}, S: {"a": [f"{T}.a", f"{SESSION}/temp.t.b"]}},
    ),
    "temporary-renamed": (
        """
        c.execute("create temp table t as select b from t")
        c.execute("alter table t rename to u")
        c.execute("insert into s select b from u")
        c.execute("insert into s select a from t")
        """,
        {T},
        {
            f"{SESSION}/temp.u": {"b": [f"{T}.b"]},
            S: {"a": [f"{T}.a", f"{SESSION}/temp.u.b"]},
        },
    ),
    "temporary-taken-back-by-a-block": (
        """
        try:
            with c:
                c.execute("insert into s values (1)")
                c.execute("create temp table t as select b from main.t")
                raise KeyError
        except KeyError:
            c.execute("insert into s select a from t")
        """,
        {T}, {S: {"a": [f"{T}.a"]}},
    ),
    "temporary-and-attached": (
        """
        c.execute("attach 'other.db' as aux")
        c.execute("create temp table r as select a from t")
        c.execute("update aux.r set d = 1")
        c.execute("insert into r select d from aux.r")
        """,
        {T}, {f"{SESSION}/temp.r": {"a": [f"{T}.a", f"{R}.d"]}, R: {}},
    ),
    "temporary-taken-back": (
        """
        c.execute("begin")
        c.execute("create temp table t as select b from main.t")
        c.rollback()
        c.execute("insert into s select a from t")
        """,
        {T}, {S: {"a": [f"{T}.a"]}},
    ),
    "temporary-taken-back-to-a-savepoint": (
        """
        c.execute("insert into s values (1)")
        c.execute("savepoint one")
        c.execute("create temp table t as select b from main.t")
        c.execute("rollback to one")
        c.execute("insert into s select a from t")
        """,
        {T}, {S: {"a": [f"{T}.a"]}},
    ),
    "view-of-another-database": (
        """
        c.execute("attach 'other.db' as aux")
        c.execute("create temp table t (a, b)")
        c.execute("create view aux.v as select a, c from t")
        c.execute("create view w as select b from t")
        """,
        {AUX, T}, {f"{OTHER}/v": {"a": [f"{AUX}.a"], "c": [f"{AUX}.c"]}, f"{MAIN}/w": {"b": [f"{T}.b"]}},
    ),
    "attached-memory": (
        """
        c.execute("attach ':memory:' as m")
        c.execute("create table m.t as select a from t")
        c.execute("insert into s select a from m.t")
        """,
        {T}, {f"{SESSION}/m.t": {"a": [f"{T}.a"]}, S: {"a": [f"{SESSION}/m.t.a"]}},
    ),
    "bound": (
        """
        c.execute("ATTACH DATABASE ? AS aux", ("other.db",))
        c.execute("update aux.t set c = m.b from main.t as m where m.a = aux.t.a")
        """,
        {T, AUX}, {AUX: {"c": [f"{T}.b"], "": [f"{T}.a", f"{AUX}.a"]}},
    ),
    "delete": (
        """
        c.execute("attach 'other.db' as aux")
        c.execute("delete from aux.t where a in (select a from s)")
        """,
        {S, AUX}, {AUX: {"": [f"{S}.a", f"{AUX}.a"]}},
    ),
    "another-file-by-the-same-name": (
        """
        for file in ("other.db", "third.db"):
            c.execute("attach ? as x", (file,))
            c.execute("insert into x.t select a, b from main.t")
            c.commit()
            c.execute("detach x")
        """,
        {T}, {one: {"a": [f"{T}.a"], "c": [f"{T}.b"]} for one in (AUX, f"{THIRD}/t")},
    ),
    "another-name": (
        """
        c.execute("attach 'other.db' as one")
        c.execute("insert into s select d from one.r")
        c.commit()
        c.execute("detach one")
        c.execute('attach "other.db" as "two words.x"')
        c.execute('insert into "two words.x"."T" (c) select a from MAIN.s')
        """,
        {R}, {S: {"a": [f"{R}.d"]}, AUX: {"c": [f"{S}.a"]}},
    ),
    "address": (
        """
        c = sqlite3.connect("file:main.db", uri=True)
        c.execute("attach 'file:other.db?mode=ro' as aux")
        c.execute("insert into t select a, c from AUX.T")
        """,
        {AUX}, {T: {"a": [f"{AUX}.a"], "b": [f"{AUX}.c"]}},
    ),
    "script": (
        """
        c.executescript("-- load\\nattach 'other.db' as aux; insert into aux.t (c) select a from t; detach aux;")
        """,
        {T}, {AUX: {"c": [f"{T}.a"]}},
    ),
    "script-that-keeps-it": (
        """
        c.executescript("attach 'other.db' as aux; insert into s select b from t; insert into s select d from r")
        """,
        {T, R}, {S: {"a": [f"{T}.b", f"{R}.d"]}},
    ),
    "script-that-fails": (
        """
        try:
            c.executescript("attach 'other.db' as aux; select nothing;")
        except sqlite3.OperationalError:
            c.execute("insert into s select c from aux.t")
        """,
        {AUX}, {S: {"a": [f"{AUX}.c"]}},
    ),
    "attached-in-a-transaction": (
        """
        c.execute("insert into s values (1)")
        c.execute("attach 'other.db' as aux")
        c.rollback()
        c.execute("insert into s select c from aux.t")
        """,
        {AUX}, {S: {"a": [f"{AUX}.c"]}},
    ),
    "not-there-yet": (
        """
        c.execute("attach 'third.db' as aux")
        c.execute("insert into t values (3, 4)")
        c.execute("create table if not exists aux.t (a, c)")
        """,
        set(), {T: {}},
    ),
    "main-made-later": (
        """
        c.execute("attach 'other.db' as aux")
        for _ in range(2):
            c.execute("insert into r select a from t")
            c.commit()
            c.execute("create table if not exists main.r (d)")
        """,
        {T}, {R: {"d": [f"{T}.a"]}, f"{MAIN}/r": {"d": [f"{T}.a"]}},
    ),
    "main-dropped": (
        """
        c.execute("attach 'other.db' as aux")
        for drop in (False, True, False):
            if drop:
                c.execute("drop table main.t")
            c.execute("insert into s select a from t")
            c.commit()
        """,
        {T, AUX}, {S: {"a": [f"{T}.a", f"{AUX}.a"]}},
    ),
    "script-that-detaches-what-it-does-not-name": (
        """
        c.executescript(
            "attach 'other.db' as x; create table k as select d from r; insert into s select d from k; drop table k;"
            "detach x"
        )
        c.execute("insert into s select a from t")
        """,
        {R, T}, {f"{MAIN}/k": {"d": [f"{R}.d"]}, S: {"a": [f"{MAIN}/k.d", f"{T}.a"]}},
    ),
    "script-of-two-files-by-one-name": (
        """
        c.executescript(
            "attach 'other.db' as x; insert into s select a from x.t; detach x;"
            "attach 'third.db' as x; insert into keyed (v) select a from x.t; detach database x"
        )
        """,
        {AUX, f"{THIRD}/t"}, {S: {"a": [f"{AUX}.a"]}, f"{MAIN}/keyed": {"v": [f"{THIRD}/t.a"]}},
    ),
    "script-that-turns-a-name": (
        """
        c.execute("attach 'other.db' as x")
        c.executescript(
            "insert into s select a from x.t; detach x; attach 'third.db' as x; insert into keyed (v) select a from x.t"
        )
        c.execute("insert into x.t (c) select b from main.t")
        """,
        {AUX, f"{THIRD}/t", T},
        {S: {"a": [f"{AUX}.a"]}, f"{MAIN}/keyed": {"v": [f"{THIRD}/t.a"]}, f"{THIRD}/t": {"c": [f"{T}.b"]}},
    ),
    "copied-to-main": (
        """
        c.execute("attach 'other.db' as aux")
        c.execute("create table r as select d from r")
        """,
        {R}, {f"{MAIN}/r": {"d": [f"{R}.d"]}},
    ),
    "renamed": (
        """
        c.execute("attach 'other.db' as aux")
        c.execute("alter table aux.r rename to q")
        """,
        {R}, {f"{OTHER}/q": {"d": [f"{R}.d"]}},
    ),
    "star": (
        """
        c.execute("attach 'other.db' as aux")
        c.execute("create table k as select * from aux.t")
        """,
        {AUX}, {f"{MAIN}/k": {"a": [f"{AUX}.a"], "c": [f"{AUX}.c"]}},
    ),
    "keys": (
        """
        c.execute("attach 'other.db' as aux")
        c.execute("insert or replace into aux.keyed select a, b from main.t")
        """,
        {T}, {f"{OTHER}/keyed": {"k": [f"{T}.a"], "v": [f"{T}.b"], "": [f"{T}.b"]}},
    ),
    "the-same-file": (
        """
        c.execute("attach 'main.db' as again")
        c.execute("create temp table k as select a from again.t")
        """,
        {T}, {f"{SESSION}/temp.k": {"a": [f"{T}.a"]}},
    ),
    "dots": (
        """
        c.execute('create table "aux.t" as select a from t')
        c.execute("attach 'other.db' as other")
        c.execute('insert into s select a from "aux.t"')
        """,
        {T}, {f"{MAIN}/aux.t": {"a": [f"{T}.a"]}, S: {"a": [f"{MAIN}/aux.t.a"]}},
    ),
    "pandas": (
        """
        c.execute("attach 'other.db' as aux")
        pd.read_sql("select a, c from aux.t", c).to_sql("k", c, index=False, schema="aux")  # which sqlite3 passes over
        """,
        {AUX}, {f"{MAIN}/k": {"a": [f"{AUX}.a"], "c": [f"{AUX}.c"]}},
    ),
    "sqlalchemy": (
        """
        aux = sa.Table("t", sa.MetaData(), sa.Column("a"), sa.Column("c"), schema="aux")
        own = sa.Table("t", sa.MetaData(), sa.Column("a"), sa.Column("b"))
        with engine.begin() as connection:
            connection.execute(aux.insert().from_select(["a", "c"], sa.select(own.c.a, own.c.b)))
        """,
        {T}, {AUX: {"a": [f"{T}.a"], "c": [f"{T}.b"]}},
    ),
    "polars": (
        """
        frame = pl.read_database("select a, c from aux.t", engine)
        frame.write_database("aux.k", engine)
        """,
        {AUX}, {f"{OTHER}/k": {"a": [f"{AUX}.a"], "c": [f"{AUX}.c"]}},
    ),
    "pandas-over-sqlalchemy": (
        """
        pd.read_sql("select a, b from t", engine).to_sql("k", engine, index=False, schema="aux")
        pd.read_sql("select c from aux.t", engine).to_sql("l", engine, index=False)
        """,
        {T, AUX},
        {f"{OTHER}/k": {"a": [f"{T}.a"], "b": [f"{T}.b"]}, f"{MAIN}/l": {"c": [f"{AUX}.c"]}},
    ),
    "table-of-pandas-over-sqlalchemy": (
        """
        pd.read_sql_table("t", engine, schema="aux").to_sql("l", engine, index=False)
        """,
        {AUX}, {f"{MAIN}/l": {"a": [f"{AUX}.a"], "c": [f"{AUX}.c"]}},
    ),
}  # fmt: skip
