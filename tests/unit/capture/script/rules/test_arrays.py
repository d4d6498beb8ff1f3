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


def test_an_array_that_is_filled_column_by_column_keeps_them_apart(wrote: Wrote) -> None:
    for shape in ("(len(df), 2)", "(100, 2)"):
        text = f"""
            x = np.zeros({shape})
            x[:, 0] = df["a"]
            x[:, 1] = df["b"]
            pd.DataFrame(x * 2, columns=["p", "q"]).to_csv("o")
        """
        assert wrote(text) == {"p": "a transformation", "q": "b transformation"}


def test_an_array_of_a_width_that_the_text_does_not_say_holds_everything(wrote: Wrote) -> None:
    text = 'x = np.zeros((9, width()))\nx[:, 0] = df["a"]\nx[:, 1] = df["b"]\npd.DataFrame(x).to_csv("o")\n'
    assert wrote(text)["..."] == "a transformation ?, b transformation ?"


def test_the_values_of_one_column_in_one_dimension_are_that_column(wrote: Wrote) -> None:
    for form in (
        "np.ravel(y)",
        "y.values.ravel()",
        "y.to_numpy().flatten()",
        "y.values.reshape(-1)",
        "np.reshape(y, -1)",
    ):
        text = f'y = pd.read_csv("users")[["age"]]\nx = {form}\npd.DataFrame({{"x": x}}).to_csv("o")\n'
        assert wrote(text) == {"x": "age"}, form
    text = 'y = pd.read_csv("users")[["age"]].values.reshape(-1, 1)\npd.DataFrame(y, columns=["x"]).to_csv("o")\n'
    assert wrote(text) == {"x": "age"}


def test_values_of_several_columns_in_another_shape_may_be_from_each_of_them(wrote: Wrote) -> None:
    text = 'y = pd.read_csv("users")[["age", "k"]].values.reshape(-1, 4)\npd.DataFrame({"x": y[:, 0]}).to_csv("o")\n'
    assert wrote(text) == {"x": "age transformation ?, k transformation ?"}
    text = 'y = pd.read_csv("users")[["age", "k"]].values.ravel()\npd.DataFrame({"x": y}).to_csv("o")\n'
    assert wrote(text) == {"x": "age, k"}
