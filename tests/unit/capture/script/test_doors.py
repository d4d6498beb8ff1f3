from collections.abc import Callable

Wrote = Callable[..., dict[str, str]]


def test_parts_of_dates_and_codes_are_computed_from_the_column(wrote: Wrote) -> None:
    text = 'd = pd.to_datetime(orders["s"])\npd.DataFrame({"y": d.dt.year, "c": orders["k"].cat.codes}).to_csv("o")\n'
    assert wrote(text) == {"y": "s transformation", "c": "k transformation"}


def test_the_names_of_an_array_s_columns_are_those_of_its_file(wrote: Wrote) -> None:
    text = 'd = np.genfromtxt("one", names=True)\npd.DataFrame({"v": d[d.dtype.names[0]]}).to_csv("o")\n'
    assert wrote(text) == {"v": "a"}
