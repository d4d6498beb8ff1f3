from collections.abc import Callable

import pytest

Wrote = Callable[..., dict[str, str]]
BOTH = {"a": "a", "b": "b"}


def test_queries_and_masks_decide_the_rows(wrote: Wrote) -> None:
    assert wrote('df.query("a > 3 and @x == 2").to_csv("o")\n') == {**BOTH, "rows": "a filter"}
    assert wrote('df[(df["a"] > 3) & ~df.b.isna()].to_csv("o")\n') == {**BOTH, "rows": "a filter, b filter"}
    assert wrote('df.dropna(subset=["b"], inplace=True)\ndf.to_csv("o")\n') == {**BOTH, "rows": "b filter"}
    assert wrote('df.drop_duplicates("a").to_csv("o")\n') == {**BOTH, "rows": "a filter"}


def test_sorting_decides_the_order(wrote: Wrote) -> None:
    assert wrote('df.sort_values(["a"], ascending=False).to_csv("o")\n') == {**BOTH, "rows": "a sort"}
    assert wrote('df.nlargest(3, "b").to_csv("o")\n') == {**BOTH, "rows": "b filter"}


@pytest.mark.parametrize(
    "some",
    [
        "df.head(m)", "df.tail(m)", "df[m:]", "df[:m]", "df.sample(m)", "df.truncate(m)",
        "df.a.head(m).to_frame()", "df.a[m:].to_frame()", "df.a.nlargest(m).to_frame()",
        'pd.DataFrame(df.to_dict("records")[:m])', 'pd.DataFrame(list(itertools.islice(df.to_dict("records"), m)))',
        'pd.DataFrame(heapq.nlargest(m, df.to_dict("records"), key=lambda row: row["b"]))',
        'pd.DataFrame(heapq.nsmallest(n=m, iterable=df.to_dict("records"), key=len))',
    ],
)  # fmt: skip
def test_how_many_rows_are_taken_decides_them(some: str, wrote: Wrote) -> None:
    found = wrote(f'import heapq, itertools\nm = users.age.max()\n{some}.to_csv("o")\n')
    assert found["a"] == "a"
    assert "age filter" in found["rows"].split(", ")


def test_how_wide_a_window_is_decides_what_is_in_it(wrote: Wrote) -> None:
    for rolled in ("df.rolling(m).a.sum()", "df.a.rolling(m).sum()", 'df.groupby("b").rolling(m).a.sum()'):
        found = wrote(f'm = users.age.max()\n{rolled}.to_csv("o")\n')
        assert {"a aggregation", "age window"} <= set(found["a"].split(", "))


def test_columns_become_the_index_and_come_back(wrote: Wrote) -> None:
    assert wrote('df.set_index("a").to_csv("o")\n') == {"b": "b", "index.a": "a"}
    assert wrote('df.set_index("a").reset_index().to_csv("o")\n') == {"a": "a", "b": "b"}
    assert wrote('df.set_index("a").reset_index(drop=True).to_csv("o")\n') == {"b": "b"}
    assert wrote('df.set_index("a").rename_axis("x").reset_index().to_csv("o")\n') == {"x": "a", "b": "b"}


def test_exploded_values_decide_the_number_of_rows(wrote: Wrote) -> None:
    assert wrote('df.explode("a").to_csv("o")\n') == {"a": "a transformation", "b": "b", "rows": "a filter"}


def test_rows_are_counted(wrote: Wrote) -> None:
    text = 'df["a"].value_counts().reset_index().to_csv("o")\n'
    assert wrote(text) == {"a": "a", "count": "a aggregation", "rows": "a group_by"}


def test_rows_under_one_label_lose_a_level(wrote: Wrote) -> None:
    text = 'orders.groupby(["k", "s"])[["a"]].sum().xs("y", level="s").to_csv("o")\n'
    assert wrote(text) == {"a": "a aggregation", "index.k": "k", "rows": "k group_by, s filter, s group_by"}


def test_numbers_of_each_column_become_one_column(wrote: Wrote) -> None:
    both = "a aggregation, b aggregation"
    assert wrote('df.isna().sum().to_frame("missing").to_csv("o")\n') == {"missing": both, "index.index": ""}
    text = """
        table = df.mean().reset_index()
        table.columns = ["rule", "share"]
        table.to_csv("o")
    """
    told = wrote(text)
    assert (told["rule"], told["share"]) == ("", both)  # names of columns are text of the script, not data
    text = 'df.mean().rename_axis("which").reset_index(name="mean").to_csv("o")\n'
    told = wrote(text)
    assert (told["which"], told["mean"]) == ("", both)


def test_a_row_has_a_name_and_fields_that_are_renamed(wrote: Wrote) -> None:
    both = "a aggregation, b aggregation"
    text = """
        low, high = df.quantile(0.25), df.quantile(0.75)
        limits = pd.concat([low.rename("low"), (high - low).rename("range")], axis=1)
        limits.rename_axis("which").reset_index().to_csv("o")
    """
    assert wrote(text) == {"which": "", "low": both, "range": both}
    text = 'df.sum().rename("n").rename_axis("which").reset_index().to_csv("o")\n'
    told = wrote(text)
    assert (told["which"], told["n"]) == ("", both)
    text = 'pd.DataFrame([df.mean().rename({"a": "x"})]).to_csv("o")\n'
    assert wrote(text) == {"x": "a aggregation", "b": "b aggregation"}
