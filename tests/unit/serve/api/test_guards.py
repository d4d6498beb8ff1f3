from starlette.testclient import TestClient

ORDER = {"node": "features", "reason": "seconds instead of minutes"}


def test_a_quarantine_is_in_force_until_it_is_released(filled: TestClient) -> None:
    made = filled.post("/api/v1/guards/quarantine", json=ORDER)
    assert made.status_code == 201
    assert made.json()["node"] == "dataset:file:features"
    assert [entry["id"] for entry in filled.get("/api/v1/guards").json()["quarantines"]] == [made.json()["id"]]
    released = filled.post(f"/api/v1/guards/{made.json()['id']}/release", json={"by": "ada"})
    assert (released.status_code, released.json()["released_by"]) == (200, "ada")
    assert filled.get("/api/v1/guards").json()["quarantines"] == []


def test_decisions_are_counted_from_the_ledger(filled: TestClient) -> None:
    assert filled.get("/api/v1/guards").json()["decisions"] == {"allow": 1}


def test_releasing_what_is_not_held_is_not_found(client: TestClient) -> None:
    assert client.post("/api/v1/guards/nothing/release", json={"by": "ada"}).status_code == 404


def test_an_order_without_a_reason_or_with_a_misspelt_field_is_refused(filled: TestClient) -> None:
    for order in ({"node": "features"}, {**ORDER, "reason": ""}, {**ORDER, "reasons": "x"}):
        assert filled.post("/api/v1/guards/quarantine", json=order).status_code == 400
    assert filled.get("/api/v1/guards").json()["quarantines"] == []
