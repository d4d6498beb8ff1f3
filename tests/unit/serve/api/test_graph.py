import pytest
from starlette.testclient import TestClient

GRAPH = "/api/v1/graph"


def test_the_lineage_of_a_name_comes_with_a_place_for_each_node(filled: TestClient) -> None:
    body = filled.get(GRAPH, params={"node": "features"}).json()
    ids = {node["id"] for node in body["nodes"]}
    assert {"dataset:file:raw", "job:default:build", "dataset:file:features"} <= ids
    assert set(body["layout"]) == ids
    # raw feeds build, build writes features: left to right
    columns = [body["layout"][node][0] for node in ("dataset:file:raw", "job:default:build", "dataset:file:features")]
    assert columns == sorted(columns)
    assert len(set(columns)) == 3


def test_a_direction_leaves_the_other_side_out(filled: TestClient) -> None:
    body = filled.get(GRAPH, params={"node": "features", "direction": "down"}).json()
    assert "dataset:file:raw" not in {node["id"] for node in body["nodes"]}


def test_before_anything_was_known_the_graph_is_empty(filled: TestClient) -> None:
    body = filled.get(GRAPH, params={"node": "features", "as_of": "2012-12-31"}).json()
    assert body["edges"] == []


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"node": "featurs"}, 404, "not-found"),
        ({}, 400, "bad-input"),
        ({"node": ""}, 400, "bad-input"),
        ({"node": "features", "depth": "-1"}, 400, "bad-input"),
        ({"node": "features", "depth": "many"}, 400, "bad-input"),
        ({"node": "features", "direction": "sideways"}, 400, "bad-input"),
        ({"node": "features", "as_of": "yesterday"}, 400, "bad-input"),
        ({"node": "features", "dept": "3"}, 400, "bad-input"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    filled: TestClient, query: dict[str, str], status: int, code: str
) -> None:
    response = filled.get(GRAPH, params=query)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


def test_an_unknown_parameter_is_answered_with_the_known_ones(filled: TestClient) -> None:
    message = filled.get(GRAPH, params={"node": "features", "dept": "3"}).json()["error"]["message"]
    assert "dept" in message
    assert "depth" in message


def test_the_impact_of_a_dataset_is_told(filled: TestClient) -> None:
    body = filled.get("/api/v1/impact", params={"node": "raw"}).json()
    assert body["node"] == "dataset:file:raw"
    assert body["sentence"]


def test_derived_links_come_when_they_are_asked_for(filled: TestClient) -> None:
    kinds = {link["kind"] for link in filled.get(GRAPH, params={"node": "features"}).json()["edges"]}
    assert "DERIVED" not in kinds  # the page would draw them beside READ and WRITE
    body = filled.get(GRAPH, params={"node": "features", "derived": "true"}).json()
    assert {link["via"] for link in body["edges"] if link["kind"] == "DERIVED"} >= {"job:default:build"}
    assert set(body["layout"]) == {node["id"] for node in body["nodes"]}


def test_a_graph_that_was_cut_says_so(filled: TestClient) -> None:
    assert filled.get(GRAPH, params={"node": "features", "limit": "1"}).json()["truncated"] is True
    assert filled.get(GRAPH, params={"node": "features"}).json()["truncated"] is False


def test_a_view_a_level_and_a_moment_of_a_run_are_taken(filled: TestClient) -> None:
    run = "0194a1b2-0000-7000-8000-000000000001"
    asked = {"node": "features", "view": "last", "roll_up": "root", "hide_inner": "true", "as_of": f"run:{run}"}
    assert filled.get(GRAPH, params=asked).status_code == 200
    body = filled.get(GRAPH, params={"view": run}).json()
    assert f"run:{run}" in {node["id"] for node in body["nodes"]}


def test_a_selector_takes_the_place_of_a_node(filled: TestClient) -> None:
    body = filled.get(GRAPH, params={"select": "+features", "exclude": "raw"}).json()
    assert [node["id"] for node in body["nodes"]] == ["dataset:file:features"]
    listed = filled.get("/api/v1/select", params={"selector": "+features"}).json()
    assert ([node["label"] for node in listed["nodes"]], listed["total"]) == (["features", "raw"], 2)
    assert filled.get("/api/v1/select", params={"selector": "color:red"}).status_code == 400


def test_a_way_is_found(filled: TestClient) -> None:
    body = filled.get("/api/v1/path", params={"start": "raw", "end": "features"}).json()
    assert [node["id"] for node in body["nodes"]] == ["dataset:file:raw", "job:default:build", "dataset:file:features"]
    assert filled.get("/api/v1/path", params={"start": "features", "end": "raw"}).json()["nodes"] == []


def test_a_difference_is_told(filled: TestClient) -> None:
    body = filled.get("/api/v1/diff", params={"since": "2012-12-31"}).json()
    assert {"dataset:file:raw", "dataset:file:features"} <= {node["id"] for node in body["came"]}
    assert body["sentence"]
    near = filled.get("/api/v1/diff", params={"since": "2012-12-31", "until": "2013-12-31", "node": "features"}).json()
    assert near["node"] == "dataset:file:features"
    assert filled.get("/api/v1/diff").status_code == 400
    assert filled.get("/api/v1/diff", params={"since": "soon"}).json()["error"]["code"] == "bad-input"


def test_a_plus_that_an_address_made_a_space_is_told_or_understood(filled: TestClient) -> None:
    lost = filled.get("/api/v1/select?selector=+features").json()
    assert [node["label"] for node in lost["nodes"]] == ["features"]
    assert lost["notes"] == ["a selector has a space where a plus may have been: in an address a plus is written %2B"]
    for query in ("select=features+", "select=2+features", "select=raw&exclude=+features"):
        assert "%2B" in filled.get(f"{GRAPH}?{query}").json()["notes"][-1], query
    kept = filled.get("/api/v1/select?selector=%2Bfeatures raw").json()
    assert (kept["total"], kept["notes"]) == (2, [])
    asked = f"{GRAPH}?node=features&as_of="
    late, early = ("2013-01-01T23:00:00+02:00", "2013-01-01T01:00:00+02:00")
    for moment in (late, early):
        plus = filled.get(asked + moment.replace("+", "%2B")).json()
        assert filled.get(asked + moment).json() == plus
    assert "%2B" in filled.get(asked + "2013-01-01T23:00:00+2 o'clock").json()["error"]["hint"]


def test_words_that_fit_nothing_come_with_what_is_near(filled: TestClient) -> None:
    body = filled.get("/api/v1/select", params={"selector": "featurs"}).json()
    assert (body["unmatched"], body["notes"]) == (["featurs"], ["nothing fits 'featurs'; near are features"])


def test_a_direction_that_is_none_is_answered_with_those_there_are(filled: TestClient) -> None:
    hint = filled.get(GRAPH, params={"node": "features", "direction": "sideways"}).json()["error"]["hint"]
    assert hint == "direction is one of both, up, down."


def test_two_versions_of_a_dataset_are_compared(filled: TestClient) -> None:
    (version, *_) = filled.get("/api/v1/dataset", params={"node": "features"}).json()["versions"]
    asked = {"before": version["node"], "after": version["node"]}
    body = filled.get("/api/v1/diff/versions", params=asked).json()
    (change,) = body["data"]
    assert (body["node"], change["before"], change["after"]) == (
        version["node"].partition("#")[0],
        *[version["version"]] * 2,
    )
    refused = filled.get("/api/v1/diff/versions", params={"before": "features", "after": "features"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "bad-input")
