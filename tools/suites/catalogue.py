"""Which suites of other libraries are run, and what of them.

A suite is found where its package is installed, in its source distribution, or in the standard library. Left out is
what needs a network, a server, or more than a few minutes.
"""

from typing import NamedTuple

PACKAGES = (
    "pytest", "pytest-timeout", "hypothesis", "pandas", "pyarrow", "numpy", "polars", "duckdb", "sqlalchemy", "fsspec",
    "scikit-learn", "joblib", "psycopg[binary]", "cloudpickle", "openpyxl", "xlsxwriter", "lxml", "html5lib",
    "beautifulsoup4", "tables", "pytest-mock", "psutil", "narwhals", "dask", "petl", "sqlite-utils",
    "universal-pathlib", "pytest-env",
)  # fmt: skip
SOURCES = (
    "sqlalchemy",
    "narwhals",
    "petl",
    "sqlite-utils",
    "universal-pathlib", "pytest-env",
)  # distributions whose sources carry tests that their wheels do not


class Suite(NamedTuple):
    """Some tests of a library."""

    name: str
    paths: tuple[str, ...]  # below the folder
    package: str = ""  # whose installed folder it is; "" = that of the source distribution, or the standard library
    source: str = ""  # the source distribution; "" = the standard library
    options: tuple[str, ...] = ()


def _python(name: str, *paths: str) -> Suite:
    return Suite(f"python-{name}", paths, options=("-o", "python_classes=none"))  # mixins are not tests by themselves


def _pandas(name: str, *paths: str) -> Suite:
    marks = "not slow and not network and not clipboard"
    return Suite(f"pandas-{name}", paths, package="pandas", options=("-m", marks, "--no-strict-data-files"))


def _alchemy(name: str, *paths: str) -> Suite:
    # Its own plugin reads setup.cfg and runs everything against SQLite.
    return Suite(f"sqlalchemy-{name}", paths, source="sqlalchemy", options=("-p", "no:logging"))


SUITES = (
    _python("csv", "test_csv.py"),
    _python("json", "test_json"),
    _python("pickle", "test_pickle.py", "test_pickletools.py"),
    _python("sqlite3", "test_sqlite3"),
    _python("shutil", "test_shutil.py", "test_os.py"),
    _python("threads", "test_threading.py"),
    _python("argparse", "test_argparse.py"),
    _pandas("csv", "tests/io/parser", "tests/frame/methods/test_to_csv.py", "tests/series/methods/test_to_csv.py"),
    _pandas("json", "tests/io/json"),
    _pandas("parquet", "tests/io/test_parquet.py", "tests/io/test_feather.py", "tests/io/test_orc.py"),
    _pandas("sql", "tests/io/test_sql.py"),
    _pandas("pickle", "tests/io/test_pickle.py", "tests/io/test_common.py", "tests/io/test_compression.py",
            "tests/io/test_fsspec.py", "tests/io/test_stata.py", "tests/io/sas"),
    _pandas("excel", "tests/io/excel"),
    _pandas("xml", "tests/io/xml", "tests/io/test_html.py"),
    _pandas("hdf", "tests/io/pytables"),
    Suite("pyarrow-parquet", ("tests/parquet",), package="pyarrow"),
    Suite("pyarrow-files", tuple(f"tests/test_{name}.py" for name in ("csv", "feather", "json", "orc", "ipc", "io")),
          package="pyarrow"),
    Suite("pyarrow-dataset", ("tests/test_dataset.py", "tests/test_fs.py"), package="pyarrow"),
    Suite("numpy", ("lib/tests/test_io.py", "lib/tests/test_format.py", "lib/tests/test__datasource.py",
                    "_core/tests/test_multiarray.py"), package="numpy"),
    Suite("joblib", ("test",), package="joblib"),
    Suite("sklearn-pipeline", ("tests/test_pipeline.py", "compose/tests", "preprocessing/tests", "impute/tests"),
          package="sklearn"),
    Suite("sklearn-models", ("linear_model/tests/test_base.py", "tree/tests", "ensemble/tests/test_forest.py",
                             "ensemble/tests/test_voting.py", "ensemble/tests/test_stacking.py",
                             "model_selection/tests/test_search.py", "tests/test_calibration.py",
                             "feature_extraction/tests/test_text.py", "cluster/tests/test_k_means.py"),
          package="sklearn"),
    _alchemy("sqlite", "test/dialect/test_sqlite.py", "test/dialect/test_suite.py"),
    _alchemy("engine", "test/engine"),
    _alchemy("sql", "test/sql"),
    _alchemy("orm", "test/orm/test_session.py", "test/orm/test_unitofwork.py", "test/orm/test_query.py",
             "test/orm/test_transaction.py"),
    # Polars and DuckDB publish no tests: these run both, lazily and not, and sqlite3, csv and fsspec beside them.
    Suite("narwhals", ("tests",), source="narwhals"),
    Suite("petl", ("petl/test",), source="petl"),
    Suite("sqlite-utils", ("tests",), source="sqlite-utils"),
    Suite("universal-pathlib", ("upath/tests",), source="universal-pathlib"),
    Suite("dask", ("dataframe/io/tests", "dataframe/dask_expr/io/tests", "bag/tests"), package="dask"),
)  # fmt: skip
