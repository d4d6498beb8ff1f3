from collections.abc import Callable

import pytest

Wrote = Callable[..., dict[str, str]]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('np.where(df["a"] > 3, df["b"], 0)', "a conditional, b"),
        ('np.select([df["a"] > 3, df["a"] > 1], ["x", "y"], default="z")', "a conditional"),
        ('np.log1p(df["a"])', "a transformation"),
        ('np.maximum(df["a"], df["b"])', "a transformation, b transformation"),
        ('np.mean(df["a"])', "a aggregation"),
        ("df.values[:, 1]", "b"),
        ("np.column_stack([df['b'], df['a']])[:, 0]", "b"),
        ("np.vectorize(lambda x, y: x if y > 1 else 0)(df['a'], df['b'])", "a, b conditional"),
    ],
)
def test_an_array_comes_from(wrote: Wrote, expression: str, expected: str) -> None:
    assert wrote(f'df["x"] = {expression}\ndf.to_csv("o")\n')["x"] == expected


def test_arrays_keep_their_columns_by_place(wrote: Wrote) -> None:
    text = """
        X = df[["a", "b"]].to_numpy()
        X = (X - X.mean(axis=0)) / X.std(axis=0)
        pd.DataFrame(X, columns=["x", "y"]).to_csv("o")
    """
    assert wrote(text) == {"x": "a transformation", "y": "b transformation"}


def test_a_product_of_matrices_mixes_all(wrote: Wrote) -> None:
    text = """
        weights, *_ = np.linalg.lstsq(df.to_numpy(), users["age"])
        df["x"] = df.to_numpy() @ weights
        df.to_csv("o")
    """
    assert wrote(text)["x"] == "a transformation, age transformation, b transformation"


def test_what_was_chosen_for_an_array_shapes_what_is_computed_from_it(wrote: Wrote) -> None:
    text = 'x = np.log([orders["a"][orders["s"] == s].mean() for s in "yz"])\npd.DataFrame({"x": x}).to_csv("o")\n'
    assert wrote(text) == {"x": "a aggregation", "rows": "s filter"}
