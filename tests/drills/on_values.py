"""Values of every kind as features and rows, and text tables that are written in odd ways."""

import asyncio
import copy
import dataclasses
import datetime as dt
import sqlite3
import zipfile
from collections import OrderedDict, deque, namedtuple
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from sklearn.linear_model import LinearRegression
from tests.drills.kit import Custom, Kit, frame

Claim = namedtuple("Claim", "amount kind")  # noqa: PYI024 - one of the sorts that there are


@dataclasses.dataclass
class Case:
    amount: float
    kind: str


class Unreadable:
    """Fails at everything that it is asked."""

    def __str__(self) -> str:
        raise Custom(12)

    __repr__ = __str__
    __hash__ = None

    def __iter__(self) -> Any:
        raise Custom(13)

    @property
    def shape(self) -> Any:
        raise Custom(14)


def features(kit: Kit) -> Any:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    row = connection.execute("select 1 as amount, 'late' as kind").fetchone()
    connection.close()
    record = np.array([(1.5, "a")], dtype=[("amount", "f8"), ("kind", "U4")])[0]
    table = pd.DataFrame({"amount": [1.5], "when": [pd.Timestamp(2026, 1, 1)]})
    given = [
        {"a": 1, 2: np.float32(2), "t": "x" * 3000, "\ud800": None}, Case(1.0, "late"), Claim(2, "lost"), row, record,
        table, table.iloc[0], pl.DataFrame({"a": [1]}), pa.table({"a": [1]}), np.arange(4), np.arange(4).reshape(1, 4),
        [1, "a", None], deque([1, 2]), OrderedDict(a=1), frame(), 7, "text", Unreadable(), None,
    ]  # fmt: skip
    for number, one in enumerate(given):
        kit.api.record_answer("desk", question=str(number), features=one)
    nested = {"list": [1, [2, {"a": np.arange(3)}]], "tuple": (1, Claim(3, "x"))}
    with kit.api.answer("desk", question="all") as made:
        made.features(nested, big=np.arange(5000), days=np.array(["2026-01-01"], dtype="M8[D]"), odd=Unreadable())
        made.features(objects=np.array([1, "a"], dtype=object), column=pd.Series([1, 2], index=["a", "b"]))
        made.features(frame=frame(), polars=pl.Series([1, 2]), arrow=pa.array([1]), money=Decimal("1.5"), number=2**70)
        made.features({"day": dt.date(2026, 1, 1), "raw": b"\xff", "many": {1, 2}})
        nested["list"].append(4)
        shown = isinstance(repr(made), str)
    linear = kit.api.serve(LinearRegression().fit([[0.0, 1.0], [1.0, 0.0]], [0.0, 2.0]), "linear", endpoint="score")
    one_row = linear.predict(pd.DataFrame([[3.0, 1.0]]).to_numpy()).round(9).tolist()
    return len(given), nested, shown, one_row, copy.copy(linear).predict(np.array([[0.0, 0.0]])).round(9).tolist()


def contexts(kit: Kit) -> Any:
    """Answers and runs that are begun in one context and end in another, or in none."""

    @kit.api.answer("desk")
    def streaming(question: str) -> Any:
        kit.called("streaming")
        with kit.api.run("inside"):
            yield "a"
            yield question

    @kit.api.answer("desk")
    async def later(question: str) -> Any:
        kit.called("later")
        yield question
        yield "end"

    async def ahead(lazy: Any) -> Any:
        return await asyncio.create_task(_next(lazy))

    async def together() -> Any:
        lazy = later("b")
        first = await ahead(lazy), await ahead(lazy)
        await asyncio.create_task(_close(lazy))
        return first

    lazy = streaming("c")
    first = asyncio.run(_step(lazy)), asyncio.run(_step(lazy)), next(lazy, "over")
    left = streaming("d")
    next(left)
    asyncio.run(_shut(left))
    return first, asyncio.run(together())


async def _next(lazy: Any) -> Any:
    return await anext(lazy)


async def _close(lazy: Any) -> None:
    await lazy.aclose()


async def _step(lazy: Any) -> Any:
    return next(lazy)


async def _shut(lazy: Any) -> None:
    lazy.close()


def odd_tables(kit: Kit) -> Any:
    at = kit.folder
    (at / "notes.csv").write_text("# made by hand\nid;x\n1;2 # more\n# less\n3;4\ntotal;6\n")
    (at / "thousands.csv").write_text('id,x\n1,"1,200"\n2,"3,400"\n')
    (at / "no-header.csv").write_text("1|a\n2|b\n")
    (at / "quoted.tsv").write_text("id\tx\n1\t'a\tb'\n2\t'c'\n")
    (at / "nulls.csv").write_text("id,x\n1,none\n2,7\nNA,8\n")
    with zipfile.ZipFile(at / "zipped.csv.zip", "w") as archive:  # pandas would write the time into it
        archive.writestr(zipfile.ZipInfo("zipped.csv"), frame().to_csv(index=False))
    frame().to_csv(at / "packed.csv.gz", index=False, compression={"method": "gzip", "mtime": 1})
    (at / "two.txt").write_text("one\n")
    with zipfile.ZipFile(at / "two.zip", "w") as archive:
        for name in ("a.csv", "b.csv"):
            archive.writestr(zipfile.ZipInfo(name), "id,x\n1,2\n")
    read = [
        pd.read_csv(at / "notes.csv", sep=";", comment="#", skipfooter=1, engine="python"),
        pd.read_csv(at / "notes.csv", sep=None, skiprows=[0, 3], engine="python", skipfooter=1),
        pd.read_csv(at / "thousands.csv", thousands=","), pd.read_csv(at / "no-header.csv", sep="|", header=None),
        pd.read_csv(at / "quoted.tsv", sep="\t", quotechar="'"), pd.read_csv(at / "nulls.csv", na_values=["none"]),
        pd.read_csv(at / "nulls.csv", keep_default_na=False, dtype={"id": str}), pd.read_csv(at / "zipped.csv.zip"),
        pd.read_csv(at / "packed.csv.gz", usecols=["id", "x"], nrows=3), pd.read_csv(at / "nulls.csv", chunksize=2),
    ]  # fmt: skip
    shapes = [one.shape if hasattr(one, "shape") else [part.shape for part in one] for one in read]
    two = kit.caught(lambda: pd.read_csv(at / "two.zip"))
    by_polars = [
        pl.read_csv(at / "no-header.csv", separator="|", has_header=False).rows(),
        pl.read_csv(at / "thousands.csv").rows(), pl.read_csv(at / "nulls.csv", null_values=["none", "NA"]).rows(),
        pl.scan_csv(at / "notes.csv", separator=";", comment_prefix="#", truncate_ragged_lines=True).collect().shape,
    ]  # fmt: skip
    index = pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["g", "n"])
    pd.DataFrame({("x", "y"): [1, 2]}, index=index).to_csv(at / "deep.csv")
    return shapes, two[:2], by_polars, pd.read_csv(at / "deep.csv", header=[0, 1], index_col=[0, 1]).to_dict()
