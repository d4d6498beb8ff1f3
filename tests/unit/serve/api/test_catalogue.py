from starlette.testclient import TestClient

BASE = "/api/v1/catalogue"
RAW, FEATURES = "dataset:file:raw", "dataset:file:features"


def test_a_tag_is_put_inherited_found_and_removed(filled: TestClient) -> None:
    order = {"node": "raw", "name": "pii", "attributes": {"law": "gdpr"}, "expires": "2999-01-01", "by": "ann"}
    made = filled.post(f"{BASE}/labels/tag", json=order)
    assert made.status_code == 201
    assert (made.json()["name"], made.json()["by"]) == ("pii", "ann")
    labels = filled.get(f"{BASE}/labels", params={"node": FEATURES}).json()
    assert [(one["source"], one["path"]) for one in labels["inherited"]] == [(RAW, [RAW, FEATURES])]
    assert [hit["node"] for hit in filled.get(f"{BASE}/search?tag=pii").json()["hits"]] == [RAW]
    gone = filled.post(f"{BASE}/labels/remove", json={"node": RAW, "label": "tag", "name": "pii"})
    assert gone.json() == {"node": RAW}
    assert filled.get(f"{BASE}/search?tag=pii").json()["total"] == 0


def test_search_finds_narrows_counts_and_pages(filled: TestClient) -> None:
    found = filled.get(f"{BASE}/search", params={"q": "feat", "type": "DATASET"}).json()
    assert [hit["node"] for hit in found["hits"]] == [FEATURES]
    assert found["facets"]["type"] == {"DATASET": 1}
    assert (
        filled.get(f"{BASE}/search?limit=1").json()["total"] == 5
    )  # two datasets, a job, and the window of answers with its endpoint
    assert filled.get(f"{BASE}/search?type=NONE").status_code == 400


def test_owners_descriptions_and_terms_are_kept(filled: TestClient) -> None:
    assert filled.post(f"{BASE}/terms", json={"name": "Delay", "definition": "late"}).status_code == 201
    filled.post(f"{BASE}/labels/owner", json={"node": "raw", "name": "ann", "type": "STEWARD"})
    filled.post(f"{BASE}/labels/description", json={"node": "raw", "text": "as it came"})
    labels = filled.post(f"{BASE}/labels/term", json={"node": "raw", "name": "Delay"}).json()
    assert [owner["name"] for owner in labels["owners"]] == ["ann"]
    assert [text["text"] for text in labels["descriptions"]] == ["as it came"]
    assert [term["name"] for term in labels["terms"]] == ["Delay"]
    assert filled.post(f"{BASE}/terms/remove", json={"name": "Delay"}).json() == {"terms": []}
    assert filled.get(f"{BASE}/terms").json() == {"terms": []}


def test_blocks_and_kinds_of_tags_are_listed(filled: TestClient) -> None:
    filled.post(f"{BASE}/labels/tag", json={"node": "raw", "name": "pii"})
    block = {"source": "raw", "target": "features", "tag": "pii"}
    assert filled.post(f"{BASE}/blocks", json=block).status_code == 201
    assert len(filled.get(f"{BASE}/blocks").json()["blocks"]) == 1
    assert "inherited" not in filled.get(f"{BASE}/labels?node=features").json()
    assert filled.post(f"{BASE}/blocks/remove", json=block).json() == {"blocks": []}
    filled.post(f"{BASE}/tags", json={"name": "pii", "description": "personal", "sensitive": True})
    assert [tag["description"] for tag in filled.get(f"{BASE}/tags").json()["tags"]] == ["personal"]


def test_what_is_not_known_is_refused_with_a_hint(filled: TestClient) -> None:
    refused = filled.post(f"{BASE}/labels/tag", json={"node": "nowhere", "name": "pii"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "not-found")
    assert filled.post(f"{BASE}/labels/tag", json={"node": "raw", "name": " "}).status_code == 400
    assert filled.post(f"{BASE}/labels/tag", json={"node": "raw", "name": "a", "expires": "soon"}).status_code == 400
