from driftline.capture.script.reading import Table
from driftline.capture.script.rules.shared import level_of, words


def test_expressions_name_columns_and_not_texts_or_words_of_the_language() -> None:
    table = Table({"a": frozenset(), "two words": frozenset(), "and": frozenset()}, closed=True)
    assert words("a > 3 and `two words` == 'a b' or @limit < 2", table) == ["a", "and", "two words"]
    assert words("x > 3 and not y", Table({})) == ["x", "y"]


def test_a_level_is_told_by_name_or_place() -> None:
    labels = {"k": frozenset(), "s": frozenset()}
    assert [level_of(labels, one) for one in ("k", -1, 0, 5)] == ["k", "s", "k", None]
