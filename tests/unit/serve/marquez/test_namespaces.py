from starlette.testclient import TestClient

BASE = "postgres%3A%2F%2Fh%3A5432"


def test_namespaces_and_sources_are_listed(shop: TestClient) -> None:
    said = shop.get("/api/v1/namespaces?limit=1&offset=1").json()
    assert said["totalCount"] == 2
    assert said["namespaces"] == [
        {
            "name": "postgres://h:5432",
            "createdAt": "2026-01-02T03:00:00Z",
            "updatedAt": "2026-01-02T03:00:00Z",
            "ownerName": "anonymous",
            "description": None,
            "isHidden": False,
        }
    ]
    [source] = shop.get("/api/v1/sources").json()["sources"]
    assert (source["name"], source["type"], source["connectionUrl"]) == (
        "postgres://h:5432",
        "POSTGRES",
        "postgres://h:5432",
    )


def test_one_is_found_by_its_encoded_name(shop: TestClient) -> None:
    assert shop.get(f"/api/v1/namespaces/{BASE}").json()["name"] == "postgres://h:5432"
    assert shop.get(f"/api/v1/sources/{BASE}").json()["name"] == "postgres://h:5432"
    assert shop.get("/api/v1/namespaces/none").status_code == 404
    assert shop.get("/api/v1/sources/none").status_code == 404


def test_what_people_say_of_a_namespace_and_a_source_is_kept(shop: TestClient) -> None:
    said = shop.put("/api/v1/namespaces/new", json={"ownerName": "me", "description": "mine"}).json()
    assert (said["name"], said["ownerName"], said["description"]) == ("new", "me", "mine")
    assert shop.get("/api/v1/namespaces/new").json() == said
    again = shop.put("/api/v1/namespaces/new", json={"ownerName": "you"}).json()
    assert (again["ownerName"], again["description"], again["createdAt"]) == ("you", None, said["createdAt"])
    body = {"type": "POSTGRESQL", "connectionUrl": "jdbc:postgresql://h/x", "description": "shop"}
    source = shop.put("/api/v1/sources/shop-db", json=body).json()
    assert (source["type"], source["connectionUrl"]) == ("POSTGRESQL", "jdbc:postgresql://h/x")
    assert shop.get("/api/v1/sources").json()["totalCount"] == 2


def test_a_namespace_that_is_deleted_is_hidden_until_it_is_put_again(shop: TestClient) -> None:
    since = shop.get("/api/v1/namespaces/etl").json()["createdAt"]
    assert shop.delete("/api/v1/namespaces/etl").json()["isHidden"] is True
    listed = {one["name"]: one["isHidden"] for one in shop.get("/api/v1/namespaces").json()["namespaces"]}
    assert listed == {"etl": True, "postgres://h:5432": False}
    shown = shop.put("/api/v1/namespaces/etl", json={"ownerName": "me"}).json()
    assert (shown["isHidden"], shown["createdAt"]) == (False, since)
    assert shop.delete("/api/v1/namespaces/none").status_code == 404


def test_a_name_must_be_one(shop: TestClient) -> None:
    assert shop.put("/api/v1/namespaces/%20", json={}).status_code == 400
    assert shop.put("/api/v1/namespaces/a%07", json={}).status_code == 400


def test_parameters_that_are_not_known_or_empty_are_passed_over(shop: TestClient) -> None:
    assert shop.get("/api/v1/namespaces/?limit=&color=red").json()["totalCount"] == 2
    assert shop.get("/api/v1/namespaces?limit=-1").status_code == 400
