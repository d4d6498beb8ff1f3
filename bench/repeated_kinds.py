"""What a loop may repeat, by library: the calls that ``repeated.py`` times, as text, as ``timeit`` takes it.

A kind is what is done once, the call with its ``number``, and an expression whose value must be the same with
``watch`` and without. Paths are names in a folder of its own. ``calls`` is how often it is timed in one process.
"""

import textwrap
from typing import NamedTuple


class Kind(NamedTuple):
    """A call in a loop."""

    calls: int
    begin: str
    call: str
    result: str
    needs: tuple[str, ...] = ()  # modules that are not Python's own


def kind(calls: int, begin: str, call: str, result: str, *needs: str) -> Kind:
    """Return a kind from indented texts."""
    begin, call = (textwrap.dedent(text).strip("\n") for text in (begin, call))
    return Kind(calls, begin, call, result, needs)


_SQLITE = """
    import sqlite3
    base = sqlite3.connect({place!r})
    base.execute("CREATE TABLE t (k INTEGER PRIMARY KEY, g TEXT)")
    base.execute("INSERT INTO t VALUES (-1, 'x')")
    base.commit()
    """
_ON_FILE, _IN_MEMORY = _SQLITE.format(place="b.db"), _SQLITE.format(place=":memory:")
_OPENED = """
    with sqlite3.connect("b.db") as opened:
        found = opened.execute("SELECT g FROM t WHERE k = ?", (-1,)).fetchall()
    opened.close()
    """
_KEPT = 'base.execute("SELECT count(*), sum(k), min(g), max(g) FROM t").fetchall()'
_SQLITE_KINDS = {
    "INSERT, file": kind(1500, _ON_FILE, 'base.execute("INSERT INTO t VALUES (?, ?)", (number + 100, "a"))', _KEPT),
    "INSERT, memory": kind(1500, _IN_MEMORY, 'base.execute("INSERT INTO t VALUES (?, ?)", (number + 100, "a"))', _KEPT),
    "INSERT and commit, file": kind(
        300, _ON_FILE, 'base.execute("INSERT INTO t VALUES (?, ?)", (number + 100, "a"))\nbase.commit()', _KEPT
    ),
    "INSERT, values in its text": kind(
        500, _IN_MEMORY, "base.execute(f\"INSERT INTO t VALUES ({number + 100}, 'a{number}')\")", _KEPT
    ),
    "executemany, ten rows": kind(
        1000,
        _IN_MEMORY,
        'base.executemany("INSERT INTO t VALUES (?, ?)", [(10 * number + one + 1000, "a") for one in range(10)])',
        _KEPT,
    ),
    "SELECT, file": kind(
        1500, _ON_FILE, 'found = base.execute("SELECT g FROM t WHERE k = ?", (-1,)).fetchall()', "found"
    ),
    "SELECT, memory": kind(
        1500, _IN_MEMORY, 'found = base.execute("SELECT g FROM t WHERE k = ?", (-1,)).fetchall()', "found"
    ),
    "SELECT, a value in its text": kind(
        500,
        _IN_MEMORY,
        'found = base.execute(f"SELECT g, {number} AS n FROM t WHERE k < {number}").fetchall()',
        "found",
    ),
    "UPDATE, memory": kind(
        1500, _IN_MEMORY, 'base.execute("UPDATE t SET g = ? WHERE k = ?", (f"a{number}", -1))', _KEPT
    ),
    "connect, SELECT, close": kind(400, _ON_FILE, _OPENED, "found"),
}

_ALCHEMY = """
    import sqlalchemy as sa
    engine = sa.create_engine("sqlite:///b.db")
    table = sa.Table("t", sa.MetaData(), sa.Column("k", sa.Integer, primary_key=True), sa.Column("g", sa.String))
    table.create(engine)
    base = engine.connect()
    base.execute(sa.text("INSERT INTO t VALUES (-1, 'x')"))
    base.commit()
    text = sa.text("INSERT INTO t VALUES (:k, :g)")
    """
_CORE_KEPT = 'base.execute(sa.text("SELECT count(*), sum(k), min(g) FROM t")).fetchone()._tuple()'
_MAPPED = """
    import sqlalchemy as sa
    from sqlalchemy import orm
    class Base(orm.DeclarativeBase): pass
    class Item(Base):
        __tablename__ = "t"
        k: orm.Mapped[int] = orm.mapped_column(primary_key=True)
        g: orm.Mapped[str]
    engine = sa.create_engine("sqlite:///b.db")
    Base.metadata.create_all(engine)
    base = orm.Session(engine)
    base.add(Item(k=-1, g="x"))
    base.commit()
    """
_FLUSHED = 'base.add(Item(k=number + 100, g="a"))\nbase.flush()'
_ALCHEMY_KINDS = {
    "text INSERT": kind(800, _ALCHEMY, 'base.execute(text, {"k": number + 100, "g": "a"})', _CORE_KEPT, "sqlalchemy"),
    "insert()": kind(
        800, _ALCHEMY, 'base.execute(table.insert().values(k=number + 100, g="a"))', _CORE_KEPT, "sqlalchemy"
    ),
    "select()": kind(
        800, _ALCHEMY, "found = base.execute(sa.select(table.c.g).where(table.c.k == -1)).scalar()", "found",
        "sqlalchemy",
    ),
    "begin, INSERT, commit": kind(
        200, _ALCHEMY, 'with engine.begin() as one:\n    one.execute(text, {"k": number + 100, "g": "a"})', _CORE_KEPT,
        "sqlalchemy",
    ),
    "session.add, flush": kind(500, _MAPPED, _FLUSHED, _CORE_KEPT, "sqlalchemy"),
    "session.get": kind(500, _MAPPED, "found = base.get(Item, -1, populate_existing=True).g", "found", "sqlalchemy"),
    "session.scalars(select)": kind(
        500, _MAPPED, "found = base.scalars(sa.select(Item).where(Item.k == -1)).one().g", "found", "sqlalchemy"
    ),
}  # fmt: skip

POSTGRES = "BENCH_POSTGRES"  # the variable with the address of an empty schema
_PSYCOPG = f"""
    import os, psycopg
    base = psycopg.connect(os.environ["{POSTGRES}"])
    base.execute("CREATE TABLE t (k INTEGER PRIMARY KEY, g TEXT)")
    base.execute("INSERT INTO t VALUES (-1, 'x')")
    """
_PSYCOPG_KINDS = {
    "INSERT": kind(
        500, _PSYCOPG, 'base.execute("INSERT INTO t VALUES (%s, %s)", (number + 100, "a"))', _KEPT, "psycopg"
    ),
    "SELECT": kind(
        500, _PSYCOPG, 'found = base.execute("SELECT g FROM t WHERE k = %s", (-1,)).fetchall()', "found", "psycopg"
    ),
}

_DUCK = """
    import duckdb
    base = duckdb.connect(config={"threads": 1})
    base.execute("CREATE TABLE t (k INTEGER, g TEXT)")
    base.execute("INSERT INTO t VALUES (-1, 'x')")
    """
_FRAMED = """
    import duckdb
    import pandas as pd
    base = duckdb.connect(config={"threads": 1})
    frame = pd.DataFrame({"a": [1, 2]})
    """
_DUCK_KINDS = {
    "INSERT": kind(300, _DUCK, 'base.execute("INSERT INTO t VALUES (?, ?)", (number, "a"))', _KEPT, "duckdb"),
    "SELECT": kind(300, _DUCK, 'found = base.execute("SELECT g FROM t WHERE k = ?", (-1,)).fetchall()', "found",
                   "duckdb"),
    "SELECT, a value in its text": kind(
        200, _DUCK, 'found = base.execute(f"SELECT g, {number} AS n FROM t WHERE k < {number}").fetchall()', "found",
        "duckdb",
    ),
    "relation": kind(
        200, _DUCK, 'found = base.table("t").filter("k = -1").project("g").fetchall()', "found", "duckdb"
    ),
    "SELECT from a DataFrame": kind(
        200, _FRAMED, 'found = base.sql("SELECT sum(a) FROM frame").fetchall()', "found", "duckdb", "pandas"
    ),
}  # fmt: skip

_LISTED = "import os\nimport pathlib\n"
_READ = 'import pathlib\npathlib.Path("a.txt").write_text("1,2\\n")'
_FILE_KINDS = {
    "open, read": kind(1500, _READ, 'with open("a.txt") as file:\n    found = file.read()', "found"),
    "Path.read_text": kind(1500, _READ, 'found = pathlib.Path("a.txt").read_text()', "found"),
    "open, append": kind(
        1500, "", 'with open("a.txt", "a") as file:\n    file.write("x")', 'len(open("a.txt").read())'
    ),
    "open, write the same": kind(
        800, "", 'with open("a.txt", "w") as file:\n    file.write(f"{number}")', 'open("a.txt").read()'
    ),
    "open, write a new one": kind(
        800, "import os", 'with open(f"o{number}.txt", "w") as file:\n    file.write("x")',
        'sum(name.startswith("o") for name in os.listdir("."))',
    ),
    "write beside, os.replace": kind(
        500, "import os", 'with open("a.tmp", "w") as file:\n    file.write(f"{number}")\nos.replace("a.tmp", "a.txt")',
        'open("a.txt").read()',
    ),
    "csv, write, read, os.rename": kind(
        300, "import csv, os",
        """
        with open("work.csv", "w") as file:
            csv.writer(file).writerows([["a", "b"], [1, number]])
        with open("work.csv") as file:
            found = list(csv.reader(file))
        os.rename("work.csv", f"done{number}.csv")
        """,
        "(found, sum(name.startswith('done') for name in os.listdir('.')))",
    ),
    "json, write, read, os.replace": kind(
        300, "import json, os",
        """
        with open("a.tmp", "w") as file:
            json.dump([{"a": number}], file)
        with open("a.tmp") as file:
            found = json.load(file)
        os.replace("a.tmp", "a.json")
        """,
        "(found, open('a.json').read())",
    ),
    "into one that stays open": kind(3000, 'file = open("a.txt", "w")', 'file.write("x")', "file.tell()"),
    "shutil.copy": kind(400, _READ + "\nimport shutil", 'shutil.copy("a.txt", "b.txt")', 'open("b.txt").read()'),
    "os.listdir": kind(2000, _LISTED, 'found = os.listdir(".")', 'sorted({*found} - {".driftline"})'),
    "os.path.exists": kind(3000, _LISTED, 'found = os.path.exists("a.txt")', "found"),
    "gzip, write": kind(
        300, "import gzip", 'with gzip.open("a.gz", "wt") as file:\n    file.write(f"{number}")',
        'gzip.open("a.gz", "rt").read()',
    ),
    "gzip, read": kind(
        500, 'import gzip\nwith gzip.open("a.gz", "wt") as file:\n    file.write("x")',
        'with gzip.open("a.gz", "rt") as file:\n    found = file.read()', "found",
    ),
}  # fmt: skip

_PICKLED = 'import pickle\nwith open("a.pkl", "wb") as file:\n    pickle.dump({"a": 1}, file)'
_JSON = 'import json\nwith open("a.json", "w") as file:\n    json.dump([{"a": 1}], file)'
_CSV = 'import csv\nwith open("a.csv", "w") as file:\n    csv.writer(file).writerows([["a", "b"], [1, 2]])'
_XML = 'import pathlib\nimport xml.etree.ElementTree as tree\npathlib.Path("a.xml").write_text("<a><b>1</b></a>")'
_PYTHON_KINDS = {
    "pickle in memory": kind(3000, "import pickle", 'found = pickle.loads(pickle.dumps({"a": number}))', "found"),
    "pickle.dump": kind(
        500, _PICKLED, 'with open("a.pkl", "wb") as file:\n    pickle.dump({"a": number}, file)',
        'pickle.load(open("a.pkl", "rb"))',
    ),
    "pickle.load": kind(500, _PICKLED, 'with open("a.pkl", "rb") as file:\n    found = pickle.load(file)', "found"),
    "json in memory": kind(3000, _JSON, 'found = json.loads(json.dumps({"a": number}))', "found"),
    "json.dump": kind(
        500, _JSON, 'with open("a.json", "w") as file:\n    json.dump({"a": number}, file)', 'open("a.json").read()'
    ),
    "json.load": kind(500, _JSON, 'with open("a.json") as file:\n    found = json.load(file)', "found"),
    "csv.writer": kind(
        500, _CSV, 'with open("a.csv", "w") as file:\n    csv.writer(file).writerow(["a", number])',
        'open("a.csv").read()',
    ),
    "csv.writer, one that stays open": kind(
        2000, 'import csv\nfile = open("a.csv", "w")\nrows = csv.writer(file)', "rows.writerow([number, 1])",
        "file.tell()",
    ),
    "csv.reader": kind(500, _CSV, 'with open("a.csv") as file:\n    found = list(csv.reader(file))', "found"),
    "csv.reader of a list": kind(2000, _CSV, 'found = list(csv.reader(["a,b", "1,2"]))', "found"),
    "ElementTree.parse": kind(400, _XML, 'found = tree.parse("a.xml").getroot()[0].text', "found"),
    "thread, start and join": kind(
        400, "import threading\ndone = []", "thread = threading.Thread(target=done.append, args=(number,))\n"
        "thread.start()\nthread.join()", "len(done)",
    ),
    "ThreadPoolExecutor.submit": kind(
        800, "from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(1)",
        "found = pool.submit(abs, number).result()", "found",
    ),
    "subprocess.run": kind(60, "import subprocess", 'found = subprocess.run(["true"]).returncode', "found"),
    "a step": kind(
        200, 'step = driftline.step if "driftline" in globals() else lambda function: function\n'
        "@step\ndef add(a):\n    return a + 1", "found = add(number)", "found",
    ),
}  # fmt: skip

_NUMPY = 'import numpy as np\nheld = np.arange(5)\nnp.save("a.npy", held)'
_PANDAS = """
    import io, sqlite3
    import pandas as pd
    held = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    held.to_csv("a.csv", index=False)
    """
_SQL_FRAME = _PANDAS + 'base = sqlite3.connect("b.db")\n    held.to_sql("t", base, index=False)\n'
_POLARS = """
    import polars as pl
    held = pl.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    held.write_csv("a.csv")
    held.write_parquet("a.parquet")
    """
_ARROW = """
    import pyarrow as pa
    from pyarrow import parquet
    held = pa.table({"a": [1, 2]})
    parquet.write_table(held, "a.parquet")
    """
_MODEL = """
    import numpy as np
    from sklearn.linear_model import LinearRegression
    from sklearn.preprocessing import StandardScaler
    held = np.eye(3)
    model = LinearRegression().fit(held, [1, 2, 3])
    scaler = StandardScaler().fit(held)
    """
_FRAME_KINDS = {
    "numpy: save": kind(400, _NUMPY, 'np.save("a.npy", held + number)', 'np.load("a.npy").tolist()', "numpy"),
    "numpy: load": kind(400, _NUMPY, 'found = np.load("a.npy")', "found.tolist()", "numpy"),
    "numpy: loadtxt": kind(
        300, 'import numpy as np\nnp.savetxt("a.txt", np.eye(2))', 'found = np.loadtxt("a.txt")', "found.tolist()",
        "numpy",
    ),
    "pandas: read_csv": kind(200, _PANDAS, 'found = pd.read_csv("a.csv")', "found.to_dict()", "pandas"),
    "pandas: read_csv of StringIO": kind(
        200, _PANDAS, 'found = pd.read_csv(io.StringIO("a,b\\n1,2\\n"))', "found.to_dict()", "pandas"
    ),
    "pandas: to_csv": kind(200, _PANDAS, 'held.to_csv("b.csv", index=False)', 'open("b.csv").read()', "pandas"),
    "pandas: in memory": kind(200, _PANDAS, "found = held.assign(c=held.a * 2)", "found.to_dict()", "pandas"),
    "pandas: read_sql": kind(
        150, _SQL_FRAME, 'found = pd.read_sql("SELECT a FROM t WHERE a > ?", base, params=(1,))', "found.to_dict()",
        "pandas",
    ),
    "pandas: to_sql": kind(
        100, _SQL_FRAME, 'held.to_sql("t", base, index=False, if_exists="append")',
        'base.execute("SELECT count(*), sum(a) FROM t").fetchall()', "pandas",
    ),
    "pandas: read_parquet": kind(
        100, _PANDAS + 'held.to_parquet("a.parquet")', 'found = pd.read_parquet("a.parquet")', "found.to_dict()",
        "pandas", "pyarrow",
    ),
    "pandas: to_parquet": kind(
        100, _PANDAS, 'held.to_parquet("a.parquet")', 'pd.read_parquet("a.parquet").to_dict()', "pandas", "pyarrow"
    ),
    "polars: in memory": kind(
        400, _POLARS, 'found = held.select(pl.col("a") * 2).filter(pl.col("a") > 2)', "found.to_dicts()", "polars"
    ),
    "polars: scan_csv, collect": kind(
        150, _POLARS, 'found = pl.scan_csv("a.csv").select(pl.col("a") * 2).collect()', "found.to_dicts()", "polars"
    ),
    "polars: read_parquet": kind(
        150, _POLARS, 'found = pl.read_parquet("a.parquet")', "found.to_dicts()", "polars"
    ),
    "polars: write_csv": kind(200, _POLARS, 'held.write_csv("b.csv")', 'open("b.csv").read()', "polars"),
    "pyarrow: write_table": kind(
        200, _ARROW, 'parquet.write_table(held, "b.parquet")', 'parquet.read_table("b.parquet").to_pylist()', "pyarrow"
    ),
    "pyarrow: read_table": kind(
        200, _ARROW, 'found = parquet.read_table("a.parquet")', "found.to_pylist()", "pyarrow"
    ),
    "joblib: dump": kind(
        300, "import joblib", 'joblib.dump({"a": number}, "a.joblib")', 'joblib.load("a.joblib")', "joblib"
    ),
    "joblib: load": kind(
        300, 'import joblib\njoblib.dump({"a": 1}, "a.joblib")', 'found = joblib.load("a.joblib")', "found", "joblib"
    ),
    "scikit-learn: fit": kind(
        150, _MODEL, "found = LinearRegression().fit(held, [1, 2, 3])", "found.coef_.round(6).tolist()", "sklearn"
    ),
    "scikit-learn: predict": kind(
        400, _MODEL, "found = model.predict(held)", "found.round(6).tolist()", "sklearn"
    ),
    "scikit-learn: transform": kind(
        400, _MODEL, "found = scaler.transform(held)", "found.round(6).tolist()", "sklearn"
    ),
    "fsspec: open a local file": kind(
        500, _READ + "\nimport fsspec", 'with fsspec.open("a.txt", "r") as file:\n    found = file.read()', "found",
        "fsspec",
    ),
    "fsspec: open one in memory": kind(
        500, 'import fsspec\nwith fsspec.open("memory://a.txt", "w") as file:\n    file.write("x")',
        'with fsspec.open("memory://a.txt", "r") as file:\n    found = file.read()', "found", "fsspec",
    ),
    "h5py: File, read": kind(
        200, 'import h5py\nwith h5py.File("a.h5", "w") as file:\n    file["a"] = [1, 2]',
        'with h5py.File("a.h5", "r") as file:\n    found = file["a"][:].tolist()', "found", "h5py",
    ),
    "openpyxl: load_workbook": kind(
        60, 'import openpyxl\nbook = openpyxl.Workbook()\nbook.active.append([1, 2])\nbook.save("a.xlsx")',
        'found = openpyxl.load_workbook("a.xlsx").active["A1"].value', "found", "openpyxl",
    ),
}  # fmt: skip

_BY_LIBRARY = {
    "sqlite3": _SQLITE_KINDS, "SQLAlchemy": _ALCHEMY_KINDS, "psycopg": _PSYCOPG_KINDS, "DuckDB": _DUCK_KINDS,
    "file": _FILE_KINDS, "Python": _PYTHON_KINDS,
}  # fmt: skip
KINDS = {f"{library}: {name}": one for library, kinds in _BY_LIBRARY.items() for name, one in kinds.items()}
KINDS |= _FRAME_KINDS
