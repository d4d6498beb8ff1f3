from collections.abc import Callable

import pytest

from driftline.capture.script.reading import Table

Wrote = Callable[..., dict[str, str]]


def test_a_function_that_changes_its_argument_changes_the_table_of_the_caller(wrote: Wrote) -> None:
    text = """
        def add(table, name="x"):
            table[name] = table["a"] + table["b"]

        add(df)
        add(df, name="y")
        df.to_csv("o")
    """
    both = "a transformation, b transformation"
    assert wrote(text) == {"a": "a", "b": "b", "x": both, "y": both}


def test_a_row_function_is_followed_with_its_conditions(wrote: Wrote) -> None:
    text = """
        def level(row):
            if row.b > 1:
                return "high"
            return row["a"]

        df["x"] = df.apply(level, axis=1)
        df.to_csv("o")
    """
    assert wrote(text)["x"] == "a, b conditional"


def test_two_returns_of_the_same_origins_are_still_decided_between(wrote: Wrote) -> None:
    text = """
        def tax(row):
            if row.a > 5:
                return row.a * 3
            elif row.b > 1:
                return row.a * 2
            return row.a * 1

        df["x"] = df.apply(tax, axis=1)
        df.to_csv("o")
    """
    assert wrote(text)["x"] == "a conditional, a transformation, b conditional"


def test_objects_keep_tables_and_classes_are_inherited(wrote: Wrote) -> None:
    text = """
        class Base:
            def __init__(self, df):
                self.df = df

            def clean(self):
                self.df = self.df.assign(c=self.df.a * 2)
                return self

        class Job(Base):
            def __init__(self, df):
                super().__init__(df)
                self.least = 3

            @property
            def big(self):
                return self.df[self.df.b > self.least]

        Job(df).clean().big.to_csv("o")
    """
    assert wrote(text) == {"a": "a", "b": "b", "c": "a transformation", "rows": "b filter"}


def test_a_dataclass_takes_its_fields_in_order(wrote: Wrote) -> None:
    text = """
        @dataclass
        class Config:
            cols: list
            out: str = "x"

        config = Config(["b"])
        df[config.cols].to_csv("o")
    """
    assert wrote("from dataclasses import dataclass\n" + text.replace("\n        ", "\n")) == {"b": "b"}


def test_a_function_that_calls_itself_is_cut(given: Callable[..., Table]) -> None:
    text = """
        def again(x):
            return again(x) if x is unknown else x

        df["x"] = again(df["a"])
        df.to_csv("o")
    """
    assert {one.column for one in given(text).columns["x"]} == {"a"}


def test_an_unknown_decorator_makes_the_result_unsure_and_a_known_one_does_not(wrote: Wrote) -> None:
    text = """
        import driftline, magic

        @{}
        def load(table):
            return table

        load(df).to_csv("o")
    """
    assert wrote(text.format("driftline.step")) == {"a": "a", "b": "b"}
    assert wrote(text.format("magic.thing")) == {"a": "a transformation ?", "b": "b transformation ?"}


def test_a_decorator_of_the_user_is_followed(wrote: Wrote) -> None:
    text = """
        def twice(function):
            def inner(table):
                out = function(table)
                out["a"] = out["a"] * 2
                return out
            return inner

        @twice
        def load(table):
            return table

        load(df).to_csv("o")
    """
    assert wrote(text) == {"a": "a transformation", "b": "b"}


def test_generators_and_star_arguments_are_followed(wrote: Wrote) -> None:
    text = """
        def parts(table, *names, **more):
            for name in names:
                yield table[[name]]

        pd.concat(list(parts(df, "a", "b", c=1))).to_csv("o")
    """
    assert wrote(text) == {"a": "a", "b": "b"}


def test_what_a_generator_leaves_out_decides_what_it_yields(wrote: Wrote) -> None:
    text = """
        def good():
            for row in orders.itertuples():
                if row.b < 0:
                    continue
                yield {"a": row.a}

        pd.DataFrame(list(good())).to_csv("o")
    """
    assert wrote(text) == {"a": "a", "rows": "b filter"}


def test_fields_of_dataclasses_have_their_defaults(wrote: Wrote) -> None:
    text = """
        from dataclasses import asdict, dataclass, field

        @dataclass
        class Basket:
            key: str
            prices: list = field(default_factory=list)
            total: float = 0.0

            def add(self, price):
                self.prices.append(price)
                self.total += price

        basket = Basket("x")
        for row in orders.itertuples():
            basket.add(row.a)
        pd.DataFrame([asdict(basket)]).to_csv("o")
    """
    assert wrote(text) == {"key": "", "prices": "a", "total": "a transformation"}


def test_a_member_of_an_enumeration_by_its_value_comes_from_the_value(wrote: Wrote) -> None:
    text = """
        from enum import Enum
        class Kind(Enum):
            X = "x"
            Y = "y"
        rows = [{"k": Kind(r.k).name, "v": Kind(r.s).value, "c": Kind("x").value} for r in orders.itertuples()]
        pd.DataFrame(rows).to_csv("o")
    """
    assert wrote(text) == {"k": "k transformation", "v": "s transformation", "c": ""}


def test_a_function_that_remembers_its_results_reads_once(given: Callable[..., Table]) -> None:
    text = """
        import functools

        class Data:
            @functools.cached_property
            def frame(self):
                return pd.read_csv("users")

        @functools.lru_cache
        def load(number):
            return pd.read_csv("orders")

        data = Data()
        print(data.frame, load(1))
        data.frame[["age"]].join(load(1)["b"]).join(load(2)[["a"]]).to_csv("o")
    """
    columns = given(text).columns
    first = {name: cames for name, cames in columns.items() if name != "a"}
    lines = {name: {one.read[0].line for one in cames} for name, cames in columns.items()}
    assert len(lines["age"] | lines["b"]) == 1  # where it was asked for first
    assert lines["a"] == {line + 1 for line in lines["b"]}  # load(2) is another one
    assert [len(cames) for cames in first.values()] == [1, 1]


@pytest.mark.parametrize(
    ("chosen", "rows"),
    [
        ('getattr(book, "on_" + row["k"], book.ignored)(row)', "k conditional"),
        ("getattr(book, f\"on_{row['k']}\")(row)", "k conditional"),
        ('{"in": book.on_in, "out": book.on_out}[row["k"]](row)', "k join"),
    ],
)
def test_what_decides_which_function_is_called_decides_what_it_does(wrote: Wrote, chosen: str, rows: str) -> None:
    text = f"""
        class Book:
            def __init__(self):
                self.lines = []
            def on_in(self, row):
                self.lines.append({{"s": row["s"], "x": row["a"]}})
            def on_out(self, row):
                self.lines.append({{"s": row["s"], "x": -row["b"]}})
            def other(self, row):
                self.lines.append({{"oid": row["oid"]}})
            def ignored(self, row):
                pass
        book = Book()
        for row in orders.to_dict("records"):
            {chosen}
        pd.DataFrame(book.lines).to_csv("o")
    """
    assert wrote(text) == {"s": "s", "x": "a, b transformation", "rows": rows}


def test_a_record_that_a_function_returns_where_it_finds_it_is_this_one_because_of_what_it_looks_at(
    wrote: Callable[..., dict[str, str]],
) -> None:
    """By hand: with another ``a`` another record is the first."""
    for rows, field, asked in (("orders.to_dict('records')", "['b']", "['a']"), ("orders.itertuples()", ".b", ".a")):
        text = f"""
            def first(rows):
                for row in rows:
                    if row{asked} > 1:
                        return row
            found = first({rows})
            pd.DataFrame([{{"x": found{field}}}]).to_csv("o")
        """
        assert wrote(text) == {"x": "a conditional, b"}


def test_a_record_that_a_function_keeps_or_gives_back_is_decided_by_what_it_compares(wrote: Wrote) -> None:
    text = """
        def keep(row, best):
            if best is None:
                return row
            if row["s"] == "x":
                return best
            return row if row["b"] > best["b"] else best
        best = None
        for row in orders.to_dict("records"):
            best = keep(row, best)
        pd.DataFrame([{"id": best["oid"]}]).to_csv("o")
    """
    assert wrote(text) == {"id": "b conditional, oid, s conditional"}


def test_a_method_calls_the_function_that_is_called_like_it(wrote: Wrote) -> None:
    """By hand: names of a class are no names in its methods, so ``load`` is the function of the module."""
    text = """
        def load(table):
            return table[["a"]]
        class Source:
            b = None
            def load(self, table):
                return load(table)
        Source().load(df).to_csv("o")
    """
    assert wrote(text) == {"a": "a"}
