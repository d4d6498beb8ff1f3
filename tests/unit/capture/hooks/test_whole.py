"""Which calls are about everything: those whose arguments are known to leave rows and columns as they are."""

from typing import Any

import pytest

from driftline.capture.hooks import whole


@pytest.mark.parametrize(
    ("args", "kwargs", "found"),
    [
        (("s3://b/x",), {}, True),
        ((), {"path": "s3://b/x"}, True),
        (("s3://b/x",), {"engine": "pyarrow", "storage_options": {}}, True),
        (("s3://b/x",), {"mode": "overwrite"}, True),
        (("s3://b/x",), {"mode": "a"}, False),
        (("s3://b/x",), {"if_exists": "append"}, False),
        (("s3://b/x",), {"columns": ["a"]}, False),
        (("s3://b/x",), {"nrows": 3}, False),
        (("s3://b/x",), {"chunksize": 3}, False),
        (("s3://b/x",), {"something_new": 3}, False),
        (("s3://b/x", ["a"]), {}, False),
    ],
)
def test_only_arguments_that_are_known_to_keep_everything_count(args: Any, kwargs: Any, found: bool) -> None:
    assert whole.call(args, kwargs, 1, "path") is found


@pytest.mark.parametrize(
    ("args", "kwargs", "found"),
    [
        (("s3://b/x",), {}, ""),
        (("s3://b/x",), {"columns": ["a"]}, "columns"),
        (("s3://b/x",), {"usecols": [0], "nrows": 3}, "columns"),
        (("s3://b/x",), {"nrows": 3, "engine": "c"}, "rows"),
        (("s3://b/x",), {"filters": [("a", ">", 1)]}, "rows"),
        (("s3://b/x",), {"columns": None}, ""),
        (("s3://b/x",), {"columns": ["a"], "names": ["b"]}, ""),  # which may rename them
        (("s3://b/x",), {"chunksize": 3, "nrows": 9}, ""),
        (("s3://b/x", ["a"]), {"nrows": 3}, ""),
    ],
)
def test_a_part_is_some_rows_or_some_columns_under_their_own_names(args: Any, kwargs: Any, found: str) -> None:
    assert whole.part(args, kwargs, 1, "path") == found


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("select * from t", "t"),
        ("  SELECT *\nFROM public.orders ;", "public.orders"),
        ('select * from "My_Table"', '"My_Table"'),
        ("select * from t where a > 1", ""),
        ("select * from t limit 5", ""),
        ("select * from t, u", ""),
        ("select * from t join u using (a)", ""),
        ("select a from t", ""),
        ("select distinct * from t", ""),
        ("select * from (select * from t)", ""),
        ("select * from t -- where a", ""),
        ("select * from t; drop table t", ""),
    ],
)
def test_a_statement_reads_a_whole_table_if_it_says_nothing_else(text: str, table: str) -> None:
    assert whole.statement(text) == table
