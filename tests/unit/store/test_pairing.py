from hypothesis import given
from hypothesis import strategies as st

from driftline.store import pairing
from driftline.store.connection import OPEN
from driftline.store.pairing import JUDGED, MANY_SIDED, ONE_SIDED, RANKS, Pairing, Said, Span, absorb, changed, merged, rank, spans, spans_of

COLUMN = rank("column")
MOMENTS = range(12)


def at(found: set[Span], moment: int) -> set[tuple[int, str, float]]:
    """Return which sources are edges at a moment, and how they are known."""
    return {(s.source, s.provenance, s.confidence) for s in found if s.from_us <= moment < s.to_us}


def plain(words: list[Said], moment: int) -> set[tuple[int, str, float]]:
    """The definition, moment by moment: of each source the best word that holds; a judged one is no edge."""
    best: dict[int, int] = {}
    for word in words:
        if word.from_us <= moment < word.to_us:
            best[word.source] = min(word.rank, best.get(word.source, len(RANKS)))
    return {(source, *RANKS[place]) for source, place in best.items() if place != JUDGED}


_ranks = st.sampled_from([0, 2, COLUMN, JUDGED, ONE_SIDED, MANY_SIDED])
_open = st.builds(lambda source, place, since: Said(source, place, since), st.integers(1, 3), _ranks, st.integers(0, 9))
_ending = st.builds(lambda word, length: word._replace(to_us=word.from_us + length), _open, st.integers(0, 5))


def test_a_guess_holds_until_a_run_knows_better() -> None:
    """By hand: source 1 guessed at 2, known by columns at 5; source 2 guessed at 2, judged at 5."""
    words = [Said(1, MANY_SIDED, 2), Said(2, MANY_SIDED, 2), Said(1, COLUMN, 5), Said(2, JUDGED, 5)]
    assert spans(merged(words)) == {
        Span(1, 2, 5, "cartesian", 0.5),
        Span(1, 5, OPEN, "column", 1.0),
        Span(2, 2, 5, "cartesian", 0.5),
    }


def test_a_guess_after_better_knowledge_is_no_edge() -> None:
    assert spans(merged([Said(1, JUDGED, 3), Said(1, ONE_SIDED, 4)])) == set()


def test_a_word_that_ends_gives_way_to_the_next_best() -> None:
    words = [Said(1, COLUMN, 2, 6), Said(1, MANY_SIDED, 1)]
    assert spans_of(words) == {
        Span(1, 1, 2, "cartesian", 0.5),
        Span(1, 2, 6, "column", 1.0),
        Span(1, 6, OPEN, "cartesian", 0.5),
    }


def test_a_provenance_has_the_first_rank_of_its_name_and_an_unknown_one_the_best() -> None:
    assert (rank("cartesian"), rank("symlink"), rank("hearsay")) == (ONE_SIDED, 0, 0)


@given(st.lists(_open, max_size=12))
def test_spans_of_words_without_an_end_are_what_holds_moment_by_moment(words: list[Said]) -> None:
    found = spans(merged(words))
    for moment in (*MOMENTS, OPEN - 1):
        assert at(found, moment) == plain(words, moment)


@given(st.lists(_open | _ending, max_size=12))
def test_spans_of_words_that_end_are_what_holds_moment_by_moment(words: list[Said]) -> None:
    found = spans_of(words)
    for moment in (*MOMENTS, *range(12, 16), OPEN - 1):
        assert at(found, moment) == plain(words, moment)
    assert all(span.from_us < span.to_us for span in found)


@given(st.lists(_open, max_size=12))
def test_both_ways_of_adding_up_agree(words: list[Said]) -> None:
    assert spans(merged(words)) == spans_of(words)


@given(st.lists(_open | _ending, max_size=10), st.data())
def test_the_order_of_words_plays_no_part(words: list[Said], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations([*words, *words[:3]]))
    assert (merged(shuffled), spans_of(shuffled)) == (merged(words), spans_of(words))


@given(st.lists(_open, max_size=12), st.data())
def test_words_taken_one_after_the_other_add_up_to_the_same(words: list[Said], data: st.DataObject) -> None:
    held: Pairing | None = Pairing()
    for word in data.draw(st.permutations(words)):
        held = absorb(held, [word]) if held else None
    assert held is not None
    assert spans(held) == spans(merged(words))


def test_what_adds_nothing_is_the_same_pairing_and_what_ends_is_to_be_counted_anew() -> None:
    held = merged([Said(1, COLUMN, 5)])
    assert absorb(held, [Said(1, COLUMN, 7)]) is held
    assert absorb(held, [Said(1, COLUMN, 1, 9)]) is None
    assert absorb(merged([Said(1, COLUMN, 1, 9)]), [Said(2, COLUMN, 1)]) is None


def test_a_pairing_comes_back_from_its_bytes() -> None:
    held = merged([Said(1, COLUMN, 5), Said(2, JUDGED, 3, 4)])
    assert pairing.unpack(pairing.pack(held)) == held


@given(st.lists(_open, max_size=8), st.lists(_open, max_size=8))
def test_dropping_and_writing_what_changed_leads_from_one_to_the_other(one: list[Said], other: list[Said]) -> None:
    before, after = spans_of(one), spans_of(other)
    rows = {(span.source, span.from_us): span for span in before}
    gone, kept = changed(rows, after)
    for span in gone:
        del rows[span.source, span.from_us]
    rows |= {(span.source, span.from_us): span for span in kept}
    assert set(rows.values()) == after
    assert not set(kept) & before
