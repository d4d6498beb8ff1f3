"""Decisions are worked out by hand from the shipped policy: 180 and 300 minutes; 75/150, 150/250, 225/400 dollars."""

from datetime import date

import pytest

from driftline.demo import corpus, desk
from driftline.demo.claims import Claim
from driftline.demo.corpus import Index, Passage
from driftline.event.lineage import Dataset, Touched

CLAIM = Claim(id="c", flight_key="B61-JFK-900", flight="B6 1", distance=1_000, minutes=200, cancelled=False)
SOME = Touched(dataset=Dataset("file", "features"), version="v")


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    corpus.publish(folder)
    return Index(corpus.cut(corpus.pages(folder / corpus.APPROVED)))


def shelf(index, row, score=0.9):
    rows = {} if row is None else {CLAIM.flight_key: row}
    return desk.Shelf(
        day=date(2013, 7, 1),
        rows=rows,
        scores={CLAIM.flight_key: score},
        index=index,
        features=SOME,
        indexed=SOME,
        model=SOME,
        prompt=SOME,
        template="{flight}: {reason} {outcome}",
    )


def record(minutes, distance=1_000, departed=5.0):
    return {"arr_delay": minutes, "dep_delay": departed, "distance": distance}


@pytest.mark.parametrize(
    ("minutes", "distance", "money"),
    [
        (180, 1_000, 0),  # exactly the threshold is not enough
        (181, 500, 75),
        (181, 501, 150),
        (300, 1_500, 150),  # exactly 300 minutes is no long delay
        (301, 1_500, 250),
        (301, 1_501, 400),
        (181, 1_501, 225),
        (301, 200, 150),
        (-20, 200, 0),
    ],
)
def test_the_money_follows_the_tiers_of_the_policy(index, minutes, distance, money):
    reply = desk.decide(CLAIM, shelf(index, record(minutes, distance)))
    assert (reply.decision, reply.money) == ("refund" if money else "deny", money)
    assert (reply.threshold, reply.minutes) == (180, minutes)


def test_a_flight_without_a_record_is_paid_as_goodwill(index):
    reply = desk.decide(CLAIM, shelf(index, None))
    assert (reply.decision, reply.money) == ("goodwill", desk.read_terms(index).goodwill)


def test_a_cancelled_flight_is_paid_the_fixed_sum(index):
    reply = desk.decide(CLAIM, shelf(index, record(None, departed=None)))
    assert (reply.decision, reply.money) == ("refund", desk.read_terms(index).cancelled)


@pytest.mark.parametrize(("score", "money"), [(0.49, 0), (0.5, 150), (None, 0)])
def test_without_an_arrival_the_model_decides(index, score, money):
    assert desk.decide(CLAIM, shelf(index, record(None), score)).money == money


def test_the_threshold_is_read_from_the_index_that_is_in_place(index):
    wrong = Index(
        tuple(
            Passage(passage.id, passage.text.replace("more than 180 minutes", "more than 30 minutes"), passage.hash)
            for passage in index.passages
        )
    )
    reply = desk.decide(CLAIM, shelf(wrong, record(45)))
    assert (reply.decision, reply.money, reply.threshold) == ("refund", 150, 30)


@pytest.mark.parametrize("words", ["more than 180 minutes", " dollars"])
def test_a_policy_that_cannot_be_read_sends_the_claim_to_a_person(index, words):
    unreadable = Index(tuple(Passage(p.id, p.text.replace(words, " much"), p.hash) for p in index.passages))
    assert desk.decide(CLAIM, shelf(unreadable, record(400))).person


def test_an_empty_index_sends_the_claim_to_a_person():
    assert desk.decide(CLAIM, shelf(Index(()), record(400))).person


@pytest.mark.parametrize("row", [record(400, distance=None), record("400"), record(400, distance=float("nan"))])
def test_a_record_that_cannot_be_read_sends_the_claim_to_a_person(index, row):
    reply = desk.decide(CLAIM, shelf(index, row))
    assert (reply.person, reply.money) == (True, 0)
