from collections.abc import Callable

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
