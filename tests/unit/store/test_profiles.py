from driftline.event import ids
from driftline.event.lineage import Dataset, Job, RunShape, Touched
from driftline.store import open_store

D = Dataset("n", "d")


def test_profiles_are_kept_by_the_hash_of_their_content() -> None:
    store = open_store(":memory:")
    store.profiles.put([b"one", b"two", b"one"])
    assert store.profiles.get(ids.content(b"two")) == b"two"
    assert store.profiles.get(ids.content(b"three")) is None
    assert store.profiles.get("") is None
    store.close()


def test_the_history_of_a_dataset_is_newest_first_and_leaves_out_what_is_not_there() -> None:
    store = open_store(":memory:")
    store.profiles.put([b"1", b"2"])
    for day in (1, 2, 3):
        said = Touched(dataset=D, version=f"v{day}", partition=f"day {day}", profile=ids.content(b"%d" % day))
        store.lineage.put_shape(
            RunShape(run=f"r{day}", job=Job("n", "j"), state="COMPLETE", ended_us=day, outputs=(said,))
        )
    assert store.profiles.history(D) == [("v2", "day 2", 2, b"2"), ("v1", "day 1", 1, b"1")]
    assert store.profiles.history(D, before_us=2) == [("v1", "day 1", 1, b"1")]
    assert store.profiles.history(Dataset("n", "other")) == []
    store.close()
