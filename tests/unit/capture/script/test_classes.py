from collections.abc import Callable

Wrote = Callable[..., dict[str, str]]


def test_attributes_of_classes_are_set_later(wrote: Wrote) -> None:
    text = """
        class Settings:
            target = "a"

            def pick(self, frame):
                return frame["a"] * 2

        Settings.target = "b"
        Settings.pick = lambda self, frame: frame["b"] * 3
        pd.DataFrame({"v": df[Settings.target] * 2, "w": Settings().pick(df)}).to_csv("o")
    """
    assert wrote(text) == {"v": "b transformation", "w": "b transformation"}


def test_a_transformer_of_the_users_own_has_fit_transform(wrote: Wrote) -> None:
    text = """
        from sklearn.base import BaseEstimator, TransformerMixin

        class Ratio(BaseEstimator, TransformerMixin):
            def fit(self, X, y=None):
                return self

            def transform(self, X):
                return X.assign(ratio=X.a / X.b)

        Ratio().fit_transform(df).to_csv("o")
    """
    assert wrote(text) == {"a": "a", "b": "b", "ratio": "a transformation, b transformation"}


def test_a_named_tuple_is_made_of_a_row(wrote: Wrote) -> None:
    text = """
        import csv
        from collections import namedtuple
        User = namedtuple("User", "k name age")
        users = map(User._make, csv.reader(open("users")))
        pd.DataFrame([{"n": one.name.upper(), "old": one.age} for one in users]).to_csv("o")
    """
    assert wrote(text) == {"n": "name transformation", "old": "age"}
