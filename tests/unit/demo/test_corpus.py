"""Ranks are worked out by hand on three short passages; the rest is read from the pages that are shipped."""

import math

import pytest

from driftline.demo import corpus, desk
from driftline.demo.corpus import Index, Passage


@pytest.fixture
def folder(tmp_path):
    corpus.publish(tmp_path)
    return tmp_path


def index(folder, pages=corpus.APPROVED):
    return Index(corpus.cut(corpus.pages(folder / pages)))


def passages(*texts):
    return tuple(Passage(f"p{number}", text, "") for number, text in enumerate(texts))


def test_the_score_is_bm25_worked_out_by_hand():
    found = Index(passages("rain rain delay", "delay", "bags")).search("rain", 1)
    # rain: in 1 of 3 passages, twice in one of 3 words; mean length 5/3
    rarity = math.log(1 + 2.5 / 1.5)
    length = 1 - 0.75 + 0.75 * 3 / (5 / 3)
    assert found[0][0].id == "p0"
    assert found[0][1] == pytest.approx(rarity * 2 * 2.2 / (2 + 1.2 * length), abs=1e-4)


def test_equal_scores_are_ordered_by_passage():
    found = Index(passages("bags", "delay", "delay")).search("delay", 3)
    assert [passage.id for passage, _ in found] == ["p1", "p2", "p0"]


def test_an_empty_corpus_answers_nothing():
    assert Index(()).search("delay") == ()


def test_there_are_a_dozen_pages_and_each_has_passages(folder):
    pages = corpus.pages(folder / corpus.APPROVED)
    assert len(pages) == 12
    cut = {passage.id.partition("#")[0] for passage in corpus.cut(pages)}
    assert cut == {page["id"] for page in pages}


def test_passages_have_distinct_texts_and_hashes(folder):
    cut = corpus.cut(corpus.pages(folder / corpus.APPROVED))
    assert len({passage.text for passage in cut}) == len({passage.hash for passage in cut}) == len(cut)


def test_the_staging_pages_differ_in_the_threshold_and_not_in_the_amounts(folder):
    approved, staging = (desk.read_terms(index(folder, pages)) for pages in (corpus.APPROVED, corpus.STAGING))
    assert (approved.threshold, staging.threshold) == (180, 30)
    assert approved.tiers == staging.tiers
    assert (approved.long, approved.cancelled, approved.goodwill) == (staging.long, staging.cancelled, staging.goodwill)


def test_an_editorial_change_touches_one_passage_and_no_term(folder):
    for edition in range(len(corpus._EDITS) + 1):
        before = index(folder)
        corpus.edit(folder, edition)
        after = index(folder)
        changed = {passage.hash for passage in before.passages} ^ {passage.hash for passage in after.passages}
        assert len(changed) == 2
        assert desk.read_terms(before) == desk.read_terms(after)
