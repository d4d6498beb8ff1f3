from collections.abc import Callable

Wrote = Callable[..., dict[str, str]]


def test_options_of_a_reader_choose_name_and_index_columns(wrote: Wrote) -> None:
    assert wrote('pd.read_csv("users", usecols=["k", "age"]).to_csv("o")\n') == {"k": "k", "age": "age"}
    assert wrote('pd.read_csv("users", index_col="k")[["age"]].to_csv("o")\n') == {"age": "age", "index.k": "k"}
    assert wrote('pd.read_csv("users", names=["x", "y", "z"], header=None)[["z"]].to_csv("o")\n') == {"z": "age"}


def test_pieces_and_sheets_are_tables(wrote: Wrote) -> None:
    text = """
        for piece in pd.read_csv("users", chunksize=10):
            piece[["age"]].to_csv("o")
    """
    assert wrote(text) == {"age": "age"}
    assert wrote('pd.read_excel("users", sheet_name=None)["x"][["age"]].to_csv("o")\n') == {"age": "age"}


def test_a_sheet_by_a_name_that_is_not_known_is_one_table_unless_the_read_gave_several(wrote: Wrote) -> None:
    text = """
        for name in pd.ExcelFile("users").sheet_names:
            pd.read_excel("users", sheet_name=name)[["age"]].to_csv("o")
    """
    assert wrote(text) == {"age": "age"}
    assert wrote('pd.read_excel("sheets", sheet_name=orders)["Two"].to_csv("o")\n') == {"x": "Two!x", "y": "Two!y"}


def test_arrays_are_read_with_their_columns_by_place(wrote: Wrote) -> None:
    text = """
        raw = np.genfromtxt("users")
        name, age = raw[:, 1], raw[:, -1]
        table = np.column_stack([age[age > 3], name])
        pd.DataFrame(table, columns=["x", "y"]).to_csv("o")
    """
    assert wrote(text) == {"x": "age", "y": "name", "rows": "age filter"}


def test_an_index_by_place_is_what_the_frame_does_not_have(wrote: Wrote) -> None:
    text = 'pd.read_csv("users", index_col=0).reset_index().to_csv("o")\n'
    assert wrote(text) == {"k": "k", "name": "name", "age": "age", "...": "\0index"}
    text = 'pd.read_csv("users", index_col="id").reset_index()[["id", "age"]].to_csv("o")\n'
    assert wrote(text) == {"id": "id", "age": "age"}


def test_an_index_that_the_run_tells_of_has_its_levels_by_name(wrote: Wrote) -> None:
    text = 'pd.read_csv("users", index_col=given).to_csv("o")\n'
    assert wrote(text) == {"age": "age", "index.k": "k", "index.name": "name"}
    text = 'pd.read_csv("users", index_col=given).reset_index()[["name", "age"]].to_csv("o")\n'
    assert wrote(text) == {"name": "name", "age": "age"}
