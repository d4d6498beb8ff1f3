import pytest

from driftline.store import words


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("feed/raw_flights", ("feed", "raw", "flights", "rawflights")),
        ("customerOrders", ("customer", "orders", "customerorders")),
        ("HTTPServer", ("http", "server", "httpserver")),
        ("public.dim-airport", ("public", "dim", "airport", "dimairport")),
        ("orders2024", ("orders2024",)),
        ("Über_größe", ("uber", "grosse", "ubergrosse")),
        ("été", ("ete",)),
        ("注文", ("注文",)),
        ("__", ()),
    ],
)
def test_a_name_is_cut_into_words(name: str, expected: tuple[str, ...]) -> None:
    assert words.of_name(name) == expected


def test_a_name_in_composed_and_in_decomposed_signs_is_the_same() -> None:
    assert words.of_name("caf\u00e9") == words.of_name("cafe\u0301") == ("cafe",)


def test_the_whole_name_is_the_same_however_its_words_are_joined() -> None:
    assert words.whole("feed/raw_flights") == ("feed/rawflights", "rawflights")
    assert words.whole("rawFlights") == words.whole("raw flights") == words.whole("RAW-FLIGHTS") == ("rawflights",)


def test_a_long_text_gives_a_bounded_number_of_words() -> None:
    assert len(list(words.split("a " * 1_000))) == words.MOST


def test_folding_leaves_no_capitals_and_no_marks() -> None:
    assert words.fold("Crème BRÛLÉE") == "creme brulee"
