"""Which suites of other libraries are run, and what of them.

A suite is found where its package is installed, in its source distribution, or in the standard library. Left out is
what needs a network, a server, or more than a few minutes.
"""

import os
from pathlib import Path
from typing import NamedTuple

PACKAGES = (
    "pytest", "pytest-timeout", "hypothesis", "pandas", "pyarrow", "numpy", "polars", "duckdb", "sqlalchemy", "fsspec",
    "scikit-learn", "joblib", "psycopg[binary]", "cloudpickle", "openpyxl", "xlsxwriter", "lxml", "html5lib",
    "beautifulsoup4", "tables", "pytest-mock", "psutil", "narwhals", "dask", "petl", "sqlite-utils",
    "pytest-env", "h5py", "statsmodels", "pandera", "pyiceberg", "pyiceberg-core", "deltalake", "toolz",
    "great_expectations", "pytest-benchmark",
    "xarray", "zarr", "h5netcdf", "cftime", "celery", "pytest-asyncio", "pytest-subtests", "pytest-click",
    "catboost", "coverage", "moto[s3]", "requests-mock", "pytest-lazy-fixtures", "aiosqlite", "greenlet",
    "networkx", "geopandas", "pyogrio", "dill",
)  # fmt: skip
SOURCES = (
    "sqlalchemy",
    "narwhals",
    "petl",
    "sqlite-utils",
    "pandera",
    "pyiceberg",
    "great_expectations",
    "zarr",
    "celery",
)  # distributions whose sources carry tests that their wheels do not


_ARRANGED = Path(__file__).resolve().parent / "arranged"  # suites of Python's that pytest does not find by itself


class Suite(NamedTuple):
    """Some tests of a library."""

    name: str
    paths: tuple[str, ...]  # below the folder
    package: str = ""  # whose installed folder it is; "" = that of the source distribution, or the standard library
    source: str = ""  # the source distribution; "" = the standard library
    options: tuple[str, ...] = ()


def _python(name: str, *paths: str) -> Suite:
    # Mixins are not tests by themselves; the settings of the folder that some lie in are not theirs.
    return Suite(f"python-{name}", paths, options=("-o", "python_classes=none", "-c", os.devnull, "-p", "no:logging"))


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
    _python("threads", "test_threading.py", "test_thread.py", "test_queue.py", "test_sched.py"),
    _python("files", "test_fileio.py", "test_file.py", "test_largefile.py", "test_tempfile.py",
            "test_pathlib.py", "test_fileinput.py", "test_glob.py", "test_filecmp.py", "test_mmap.py"),
    _python("archives", "test_zipfile.py", "test_tarfile.py", "test_gzip.py", "test_bz2.py", "test_lzma.py",
            "test_zipimport.py"),
    _python("shelve", "test_shelve.py", "test_dbm.py", "test_dbm_dumb.py", "test_dbm_gnu.py", "test_dbm_ndbm.py",
            "test_copy.py", "test_copyreg.py", "test_marshal.py", "test_plistlib.py", "test_configparser.py",
            "test_mailbox.py"),
    _python("asyncio", "test_asyncio/test_tasks.py", "test_asyncio/test_runners.py", "test_asyncio/test_subprocess.py",
            "test_asyncio/test_threads.py", "test_asyncio/test_queues.py", "test_asyncio/test_locks.py",
            "test_contextlib.py", "test_contextlib_async.py", "test_context.py"),
    _python("processes", "test_fork1.py", "test_atexit.py", "test_multiprocessing_main_handling.py", "test_posix.py"),
    _python("multiprocessing", str(_ARRANGED / "test_multiprocessing_fork.py")),
    _python("spawned", str(_ARRANGED / "test_multiprocessing_spawn.py")),
    _python("forkserver", str(_ARRANGED / "test_multiprocessing_forkserver.py")),
    _python("io", str(_ARRANGED / "test_io_arranged.py"), "test_bufio.py", "test_memoryio.py", "test_univnewlines.py"),
    _python("subprocess", "test_subprocess.py", "test_popen.py", "test_signal.py", "test_sys.py", "test_runpy.py",
            "test_faulthandler.py"),
    _python("objects", "test_inspect", "test_exceptions.py", "test_warnings", "test_logging.py", "test_weakref.py",
            "test_traceback.py", "test_functools.py", "test_xml_etree.py"),
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
    _pandas("frames", "tests/frame/methods", "tests/groupby", "tests/reshape"),
    Suite("pyarrow-parquet", ("tests/parquet",), package="pyarrow"),
    Suite("pyarrow-files", tuple(f"tests/test_{name}.py" for name in ("csv", "feather", "json", "orc", "ipc", "io")),
          package="pyarrow"),
    Suite("pyarrow-dataset", ("tests/test_dataset.py", "tests/test_fs.py"), package="pyarrow",
          options=("-k", "not s3 and not S3 and not gcs and not Gcs and not azure and not Azure and not hdfs")),
    Suite("numpy", ("lib/tests/test_io.py", "lib/tests/test_format.py", "lib/tests/test__datasource.py",
                    "_core/tests/test_multiarray.py::TestIO", "_core/tests/test_multiarray.py::TestPickling",
                    "_core/tests/test_multiarray.py::TestTextSignatures"),
          package="numpy"),
    Suite("h5py", ("tests",), package="h5py"),
    Suite("joblib", ("test",), package="joblib"),
    Suite("sklearn-files", ("datasets/tests/test_svmlight_format.py", "datasets/tests/test_base.py",
                            "datasets/tests/test_common.py", "utils/tests/test_parallel.py", "tests/test_base.py"),
          package="sklearn"),
    Suite("sklearn-pipeline", ("tests/test_pipeline.py", "compose/tests"), package="sklearn"),
    Suite("sklearn-preprocessing", ("preprocessing/tests", "impute/tests"), package="sklearn"),
    Suite("sklearn-checks", ("utils/tests/test_estimator_checks.py", "utils/tests/test_set_output.py",
                             "utils/tests/test_metaestimators.py", "utils/tests/test_validation.py"),
          package="sklearn"),
    Suite("sklearn-models", ("linear_model/tests/test_base.py", "tree/tests", "ensemble/tests/test_forest.py",
                             "ensemble/tests/test_voting.py", "ensemble/tests/test_stacking.py",
                             "model_selection/tests/test_search.py", "tests/test_calibration.py",
                             "feature_extraction/tests/test_text.py", "cluster/tests/test_k_means.py"),
          package="sklearn"),
    _alchemy("sqlite", "test/dialect/sqlite", "test/dialect/test_suite.py"),
    _alchemy("engine", "test/engine"),
    _alchemy("sql", "test/sql"),
    _alchemy("sql-run", *(f"test/sql/test_{name}.py" for name in (
        "query", "resultset", "returning", "insert_exec", "defaults", "types", "type_expressions", "sequences",
        "from_linter", "lambdas"))),
    _alchemy("orm", "test/orm/test_session.py", "test/orm/test_unitofwork.py", "test/orm/test_query.py",
             "test/orm/test_transaction.py"),
    # Polars and DuckDB publish no tests: these run both, lazily and not, and sqlite3, csv and fsspec beside them.
    Suite("narwhals", ("tests",), source="narwhals"),
    Suite("petl", ("petl/test",), source="petl"),
    Suite("sqlite-utils", ("tests",), source="sqlite-utils"),
    Suite("dask", ("dataframe/io/tests", "dataframe/dask_expr/io/tests", "bag/tests"), package="dask"),
    Suite("dask-files", ("bytes/tests/test_local.py", "bytes/tests/test_bytes_utils.py", "bag/tests/test_text.py",
                         "bag/tests/test_avro.py", "dataframe/io/tests/test_json.py", "dataframe/io/tests/test_sql.py",
                         "tests/test_threaded.py", "tests/test_delayed.py"), package="dask",
          options=("-m", "not network and not slow")),
    Suite("statsmodels", ("iolib/tests", "base/tests/test_shrink_pickle.py"), package="statsmodels",
          options=("-o", "addopts=")),
    Suite("pandera", ("tests/base", "tests/core", "tests/io", "tests/pandas/test_decorators.py", "tests/pyarrow"),
          source="pandera"),
    Suite("pyiceberg", ("tests/catalog/test_sql.py", "tests/table/test_init.py", "tests/table/test_upsert.py",
                        "tests/avro"), source="pyiceberg"),
    Suite("xarray", ("tests/test_backends.py",), package="xarray"),
    Suite("zarr", ("tests/test_store", "tests/test_array.py", "tests/test_group.py", "tests/test_api.py",
                   "tests/test_codecs"), source="zarr"),
    Suite("celery", ("t/unit/app", "t/unit/tasks", "t/unit/worker", "t/unit/concurrency"), source="celery"),
    Suite("scipy-files", ("io",), package="scipy"),
    Suite("networkx", ("readwrite",), package="networkx"),
    Suite("geopandas", ("io",), package="geopandas"),
    Suite("pyogrio", ("tests",), package="pyogrio"),
    Suite("dill", ("tests",), package="dill"),
    Suite("great-expectations", ("tests/execution_engine", "tests/datasource/fluent"), source="great_expectations"),
)  # fmt: skip
