import pytest
from starlette.testclient import TestClient

from driftline import clock
from driftline.engine.engine import Engine


@pytest.fixture
def then(engine: Engine) -> None:
    """It is the evening of the day on which the job ran."""
    engine.house.now = lambda: clock.parse("2026-01-02T20:30:00Z")


def test_a_day_by_hours(shop: TestClient, then: None) -> None:
    said = shop.get("/api/v1/stats/lineage-events?period=DAY&timezone=UTC").json()
    assert len(said) == 24
    busy = [one for one in said if one["start"]]
    assert busy == [
        {
            "startInterval": "2026-01-02T03:00:00Z",
            "endInterval": "2026-01-02T04:00:00Z",
            "fail": 0,
            "start": 1,
            "complete": 1,
            "abort": 0,
        }
    ]


def test_a_week_by_days(shop: TestClient, then: None) -> None:
    for asset, known in (("jobs", 1), ("datasets", 2), ("sources", 1)):
        said = shop.get(f"/api/v1/stats/{asset}?period=WEEK&timezone=Europe/Rome").json()
        assert [one["count"] for one in said] == [0, 0, 0, 0, 0, 0, known]
        assert said[-1]["startInterval"] == "2026-01-02T00:00:00Z"


def test_a_period_and_a_place_must_be_known(shop: TestClient) -> None:
    assert shop.get("/api/v1/stats/jobs?period=YEAR").status_code == 400
    assert shop.get("/api/v1/stats/jobs").status_code == 400
    assert shop.get("/api/v1/stats/jobs?period=WEEK&timezone=Moon/Sea").status_code == 400
