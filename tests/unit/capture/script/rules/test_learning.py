from collections.abc import Callable

import pytest

Wrote = Callable[..., dict[str, str]]
IMPORTS = """
        from sklearn.model_selection import train_test_split
        from sklearn.preprocessing import StandardScaler, LabelEncoder
        from sklearn.decomposition import PCA
        from sklearn.linear_model import LinearRegression
"""


def test_rows_are_split_and_columns_scaled_one_to_one(wrote: Wrote) -> None:
    text = (
        IMPORTS
        + """
        train, test = train_test_split(df, test_size=0.3)
        scaler = StandardScaler().fit(train)
        pd.DataFrame(scaler.transform(test), columns=["x", "y"]).to_csv("o")
    """
    )
    assert wrote(text) == {"x": "a transformation", "y": "b transformation"}


def test_labels_are_encoded(wrote: Wrote) -> None:
    text = (
        IMPORTS
        + """
        df["x"] = LabelEncoder().fit_transform(orders["k"])
        df.to_csv("o")
    """
    )
    assert wrote(text)["x"] == "k transformation"


def test_components_and_predictions_come_from_all_features_and_are_not_sure(wrote: Wrote) -> None:
    text = (
        IMPORTS
        + """
        pd.DataFrame(PCA(2).fit_transform(df), columns=["x", "y"]).to_csv("o")
    """
    )
    assert wrote(text)["x"] == "a transformation ?, b transformation ?"
    text = (
        IMPORTS
        + """
        model = LinearRegression()
        model.fit(df, users["age"])
        orders["p"] = model.predict(df)
        orders[["p"]].to_csv("o")
    """
    )
    assert wrote(text)["p"] == "a transformation ?, age aggregation ?, b transformation ?"


def test_an_index_is_nothing_that_a_model_sees(wrote: Wrote) -> None:
    text = """
        users = pd.read_csv("users", index_col="k")[["age"]]
        model = LinearRegression()
        model.fit(users, users["age"])
        pd.DataFrame({"y": model.predict(users)}).to_csv("o")
    """
    assert {one.split()[0] for one in wrote(text)["y"].split(", ")} == {"age"}


def test_what_an_encoder_makes_of_the_label_comes_from_the_label_too(wrote: Wrote) -> None:
    text = """
        from sklearn.preprocessing import TargetEncoder
        users = pd.read_csv("users")
        encoder = TargetEncoder()
        made = encoder.fit_transform(users[["k"]], users["age"])
        made.to_csv("o")
    """
    assert wrote(text) == {"k": "age aggregation ?, k transformation"}


def test_what_is_fitted_and_asked_at_once_has_learned_too(wrote: Wrote) -> None:
    text = """
        from sklearn.cluster import KMeans
        model = KMeans(3)
        users["c"] = model.fit_predict(df)
        pd.DataFrame(model.cluster_centers_, columns=["x", "y"]).to_csv("o")
    """
    assert wrote(text) == dict.fromkeys("xy", "a transformation ?, b transformation ?")


def test_an_index_is_no_feature_and_the_rows_that_a_model_learned_from_decide(wrote: Wrote) -> None:
    text = """
        table = orders[orders["s"] != ""].set_index("oid")
        model = LinearRegression().fit(table[["a"]], table["b"])
        users["p"] = model.predict(df.set_index("b"))
        users[["p"]].to_csv("o")
    """
    assert wrote(IMPORTS + text)["p"] == "a transformation ?, b aggregation ?, s filter ?"


COLUMN_WISE = """
        from sklearn.compose import ColumnTransformer
        from sklearn.model_selection import GridSearchCV, cross_val_predict
        from sklearn.pipeline import Pipeline
        prepare = ColumnTransformer([("n", Pipeline([("s", StandardScaler())]), ["a"]), ("c", OneHot(), ["s"])])
        model = GridSearchCV(Pipeline([("prepare", prepare), ("model", LinearRegression())]), {})
"""


def test_a_pipeline_takes_the_columns_that_its_first_step_names(wrote: Wrote) -> None:
    text = """
        model.fit(orders, orders["b"])
        users["p"] = model.predict(orders)
        users["q"] = cross_val_predict(model, orders, orders["b"])
        users[["p", "q"]].to_csv("o")
    """
    assert wrote(IMPORTS + COLUMN_WISE + text) == {
        "p": "a transformation ?, b aggregation ?, s transformation ?",
        "q": "a transformation ?, b transformation ?, s transformation ?",
    }
    text = """
        from sklearn.compose import make_column_transformer
        prepare = make_column_transformer((StandardScaler(), ["a"]), remainder="passthrough")
        pd.DataFrame(prepare.fit_transform(df)).to_csv("o")
    """
    assert wrote(IMPORTS + text) == {"...": "a transformation ?, b transformation ?"}


def test_columns_that_were_chosen_by_a_test_are_decided_by_what_it_was_given(wrote: Wrote) -> None:
    text = """
        from sklearn.feature_selection import SelectKBest
        chosen = SelectKBest(k=1).fit(df, orders["oid"])
        df[df.columns[chosen.get_support()]].to_csv("o")
    """
    told = wrote(text)
    assert (told["a"], told["b"]) == ("a", "b")
    assert told["rows"] == "a conditional ?, b conditional ?, oid conditional ?"


def test_what_rows_are_split_by_decides_which_part_they_are_in(wrote: Wrote) -> None:
    text = """
        train, test = train_test_split(df, stratify=orders["s"], random_state=1)
        test.to_csv("o")
    """
    assert wrote(IMPORTS + text) == {"a": "a", "b": "b", "rows": "s filter"}


def test_a_sparse_matrix_that_is_made_dense_is_no_column_of_that_name(wrote: Wrote) -> None:
    text = """
        from sklearn.preprocessing import OneHotEncoder
        encoder = OneHotEncoder()
        dense = encoder.fit_transform(orders[["k", "s"]]).toarray()
        pd.DataFrame(dense, columns=encoder.get_feature_names_out()).to_csv("o")
    """
    assert wrote(text) == {"...": "k transformation ?, s transformation ?"}


def test_a_transformer_that_is_a_function_of_the_user_is_followed(wrote: Wrote) -> None:
    text = """
        from sklearn.preprocessing import FunctionTransformer
        def ratio(table):
            return table.assign(r=table["a"] / table["b"])
        FunctionTransformer(ratio).fit_transform(orders[["k", "a", "b"]]).to_csv("o")
    """
    assert wrote(text) == {"k": "k", "a": "a", "b": "b", "r": "a transformation, b transformation"}


def test_a_function_in_a_transformer_is_given_its_further_arguments(wrote: Wrote) -> None:
    text = """
        from sklearn.preprocessing import FunctionTransformer
        def chosen(table, column):
            return table[[column]] * 2
        FunctionTransformer(chosen, kw_args={"column": "a"}).fit_transform(df).to_csv("o")
    """
    assert wrote(text) == {"a": "a transformation"}


def test_what_a_transformer_takes_is_not_known_once_it_is_set_anew(wrote: Wrote) -> None:
    text = (
        IMPORTS
        + """
        from sklearn.compose import ColumnTransformer
        both = ColumnTransformer([("n", StandardScaler(), ["a"])])
        both.set_params(remainder="passthrough")
        pd.DataFrame(both.fit_transform(df), columns=["x", "y"]).to_csv("o")
    """
    )
    assert wrote(text)["y"] == "a transformation ?, b transformation ?"


@pytest.mark.parametrize("step", ["chosen.fit(X, y).transform(X)", "chosen.fit_transform(X, y)"])
def test_what_is_chosen_by_a_label_comes_from_the_label_too(wrote: Wrote, step: str) -> None:
    text = f"""
        from sklearn.feature_selection import SelectKBest, f_classif
        X, y = orders[["a", "b"]], orders["oid"]
        chosen = SelectKBest(f_classif, k=1)
        pd.DataFrame({step}).to_csv("o")
    """
    assert wrote(text) == {"...": "a transformation ?, b transformation ?, oid conditional ?"}
