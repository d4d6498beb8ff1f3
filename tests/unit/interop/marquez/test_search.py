import pytest

from driftline import clock
from driftline.event.label import Tag
from driftline.interop.marquez import search
from driftline.store import Store

NOW = clock.parse("2026-01-04T03:30:00Z")


def names(found: search.MarquezResults) -> list[tuple[str, str]]:
    return [(one.type, one.name) for one in found.results]


def test_a_part_of_a_name_finds_datasets_and_jobs(store: Store) -> None:
    found = search.search(store, "MART", "name", "", "", 10)
    assert names(found) == [("JOB", "etl.mart"), ("DATASET", "shop.mart")]
    assert found.total_count == 2
    assert found.results[1].node_id == "dataset:postgres://h:5432:shop.mart"
    assert found.results[1].updated_at == "2026-01-04T03:00:00Z"


def test_a_search_can_be_narrowed_and_ordered(store: Store) -> None:
    assert names(search.search(store, "mart", "name", "DATASET", "", 10)) == [("DATASET", "shop.mart")]
    assert names(search.search(store, "r", "name", "", "etl", 10)) == [("JOB", "etl.mart"), ("JOB", "report")]
    newest = search.search(store, "mart", "UPDATE_AT", "", "", 10)
    assert names(newest) == [("DATASET", "shop.mart"), ("JOB", "etl.mart")]
    assert len(search.search(store, "r", "name", "", "", 1).results) == 1


def test_percent_and_underscore_are_wild_and_a_backslash_is_not(store: Store) -> None:
    assert names(search.search(store, "s%.m_rt", "name", "", "", 10)) == [("DATASET", "shop.mart")]
    assert names(search.search(store, "\\", "name", "", "", 10)) == []


def test_events_come_back_as_they_came_newest_first(store: Store) -> None:
    found = search.events(store, 1, 2**62, 2, 0, up=False)
    assert found.total_count == 5
    assert b'"eventTime":"2026-01-04T03:00:00Z"' in bytes(found.events[0])
    oldest = search.events(store, 1, 2**62, 1, 0, up=True)
    assert b'"eventTime":"2026-01-02T03:00:00Z"' in bytes(oldest.events[0])


def test_events_can_be_cut_out_of_time(store: Store) -> None:
    since, until = clock.parse("2026-01-03T00:00:00Z"), clock.parse("2026-01-04T00:00:00Z")
    found = search.events(store, since, until, 10, 1, up=True)
    assert (len(found.events), found.total_count) == (1, 2)


def test_a_day_is_twenty_four_whole_hours_and_a_week_seven_days_of_a_place() -> None:
    day = search.spans("DAY", "", NOW)
    assert (len(day), day[0].start, day[-1].end) == (
        24,
        "2026-01-03T04:00:00Z",
        "2026-01-04T04:00:00Z",
    )
    week = search.spans("WEEK", "Europe/Rome", NOW)
    assert (len(week), clock.iso(week[0].since_us), clock.iso(week[-1].until_us)) == (
        7,
        "2025-12-28T23:00:00Z",
        "2026-01-04T23:00:00Z",
    )
    assert (week[0].start, week[-1].end) == ("2025-12-29T00:00:00Z", "2026-01-05T00:00:00Z")  # the dates of the place
    with pytest.raises(ValueError, match="no time zone"):
        search.spans("WEEK", "Moon/Sea", NOW)


def test_events_are_counted_by_state(store: Store) -> None:
    week = search.event_counts(store, search.spans("WEEK", "UTC", NOW))
    assert [(one.start, one.complete, one.fail, one.abort) for one in week[-3:]] == [
        (1, 1, 0, 0),
        (1, 0, 1, 0),
        (1, 0, 0, 0),
    ]


def test_jobs_datasets_and_sources_are_counted_as_they_add_up(store: Store) -> None:
    week = search.spans("WEEK", "UTC", NOW)
    assert [one.count for one in search.counts(store, "jobs", week)[-4:]] == [0, 2, 2, 3]
    assert [one.count for one in search.counts(store, "datasets", week)[-4:]] == [0, 2, 2, 3]
    assert [one.count for one in search.counts(store, "sources", week)[-4:]] == [0, 1, 1, 2]


def test_tags_are_listed_by_name(store: Store) -> None:
    store.labels.tag("dataset:s3://out:report", Tag(name="raw"))
    store.marks.say("tags", "gold", {"description": "checked"})
    found = search.tags(store, 10, 0)
    assert [(one.name, one.description) for one in found.tags] == [("gold", "checked"), ("raw", None)]
