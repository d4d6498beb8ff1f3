from driftline.store.line import Line, surer


def line(provenance: str, confidence: float) -> Line:
    return Line(1, 2, 0, 1, "", provenance, confidence)


def test_the_surer_word_is_shown_and_of_equally_sure_ones_the_better_known() -> None:
    assert surer(line("cartesian", 0.8), line("cartesian", 0.5))
    assert surer(line("explicit", 1.0), line("column", 1.0)), "explicit comes before column in pairing.RANKS"
    assert not surer(line("column", 1.0), line("explicit", 1.0))
    assert not surer(line("column", 1.0), line("column", 1.0))
