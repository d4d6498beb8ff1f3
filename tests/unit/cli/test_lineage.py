import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from tests.unit.cli.conftest import run_event

from driftline.errors import Ambiguous, BadInput, NotFound

Run = Callable[..., Result]
LINK = {"from", "to", "kind", "provenance", "confidence"}  # and, of a link over a job, "via"


def graph(run: Run, *words: str) -> tuple[set[str], set[tuple[str, str]]]:
    body = json.loads(run("lineage", *words, "--json").stdout)
    assert set(body) - {"unmatched"} == {"nodes", "edges"}
    assert all(set(edge) - {"via"} == LINK for edge in body["edges"])
    return {node["id"] for node in body["nodes"]}, {(edge["from"], edge["to"]) for edge in body["edges"]}


def test_json_holds_nodes_and_edges_with_every_field(run: Run) -> None:
    nodes, edges = graph(run, "features")
    assert {"dataset:file:feed/raw", "job:default:clean", "dataset:file:features", "dataset:file:desk"} <= nodes
    assert ("dataset:file:feed/raw", "job:default:clean") in edges
    assert ("job:default:clean", "dataset:file:features") in edges


def test_up_and_down_leave_the_other_side_out(run: Run) -> None:
    assert "dataset:file:desk" not in graph(run, "features", "--up")[0]
    assert "dataset:file:feed/raw" not in graph(run, "features", "--down")[0]


def test_both_flags_together_mean_both_sides(run: Run) -> None:
    assert graph(run, "features", "--up", "--down") == graph(run, "features")


def test_columns_are_walked_from_column_to_column(run: Run) -> None:
    _, edges = graph(run, "features.delay", "--up", "--columns")
    assert ("datasetField:file:feed/raw:delay", "datasetField:file:features:delay") in edges


def test_a_dataset_of_which_only_columns_are_linked_is_drawn_as_trees_of_its_columns(run: Run) -> None:
    lines = run("lineage", "features", "--columns", "--up").stdout.splitlines()
    assert lines[0].startswith("features has ")
    at = next(place for place, line in enumerate(lines) if line.startswith("features.delay"))
    assert "feed/raw.delay" in lines[at + 1]


def test_as_of_before_anything_was_known_shows_nothing(run: Run) -> None:
    assert graph(run, "features", "--as-of", "2012-12-31")[1] == set()


def test_people_get_a_sentence_and_a_tree(run: Run) -> None:
    lines = run("lineage", "features").stdout.splitlines()
    assert lines[0].startswith("features has ")
    text = "\n".join(lines)
    assert text.index("Comes from") < text.index("feed/raw") < text.index("Goes to") < text.index("desk")


def test_piped_output_has_no_escape_codes(run: Run) -> None:
    assert "\x1b" not in run("lineage", "features").stdout


def test_what_is_known_can_be_listed_and_narrowed(run: Run) -> None:
    result = run("lineage", "--list")
    assert result.stdout.startswith("4 datasets are known:\n")
    body = json.loads(run("lineage", "--list", "feed", "--json").stdout)
    assert [entry["dataset"]["name"] for entry in body["datasets"]] == ["feed/raw"]


def test_a_node_must_be_named(run: Run) -> None:
    with pytest.raises(BadInput, match="no node"):
        run("lineage")


def test_a_moment_that_is_none_is_told(run: Run) -> None:
    with pytest.raises(BadInput, match="soon"):
        run("lineage", "features", "--as-of", "soon")


def test_a_moment_may_be_a_run_a_version_or_an_answer(run: Run) -> None:
    first, second = (f"run:0194a1b2-0000-7000-8000-{number:012d}" for number in (1, 2))
    assert "dataset:file:desk" not in graph(run, "features", "--as-of", first)[0]
    assert "dataset:file:desk" in graph(run, "features", "--as-of", second)[0]
    assert "dataset:file:desk" in graph(run, "features", "--as-of", "0194a1b2-1111-7000-8000-000000000001")[0]


def test_edges_that_sum_up_others_say_through_which_job(run: Run) -> None:
    body = json.loads(run("lineage", "features", "--up", "--json").stdout)
    (derived,) = [edge for edge in body["edges"] if edge["kind"] == "DERIVED"]
    assert derived["via"] == "job:default:clean"
    assert all("via" not in edge for edge in body["edges"] if edge["kind"] != "DERIVED")


def test_the_tree_draws_each_neighbour_once(run: Run) -> None:
    text = run("lineage", "features", "--up").stdout
    assert text.count("feed/raw") == 1


def test_one_run_is_shown_without_a_node(run: Run) -> None:
    words = ("lineage", "--view", "0194a1b2-0000-7000-8000-000000000001", "--json")
    body = json.loads(run(*words).stdout)
    assert {node["type"] for node in body["nodes"]} >= {"RUN"}
    assert not any("desk" in node["id"] for node in body["nodes"])
    assert "clean" in run(*words[:-1]).stdout


def test_a_selector_takes_the_place_of_a_node(run: Run) -> None:
    nodes, _ = graph(run, "--select", "+features", "--exclude", "desk")
    assert nodes == {"dataset:file:feed/raw", "job:default:clean", "dataset:file:features"}
    assert run("lineage", "--select", "+features").stdout.startswith("3 nodes, 2 links.\n")
    with pytest.raises(BadInput, match="both"):
        run("lineage", "features", "--select", "desk")


def test_an_answer_that_was_cut_says_so_and_how_to_see_more(run: Run) -> None:
    result = run("lineage", "features", "--limit", "1", "--json")
    assert json.loads(result.stdout)["truncated"] is True
    assert "--limit takes more" in result.stderr
    assert "truncated" not in json.loads(run("lineage", "features", "--json").stdout)


def test_views_and_roll_up_are_taken(run: Run) -> None:
    assert graph(run, "features", "--view", "last") == graph(run, "features")
    assert graph(run, "features", "--roll-up", "root", "--hide-inner")[0] == graph(run, "features")[0]


def _known(run: Run, tmp_path: Path) -> None:
    """``orders`` is the last part of two datasets; ``revenue`` is a job, and the last part of a dataset."""
    events = [run_event("load", "shop.public.orders", "stg/orders", 3), run_event("revenue", "x", "mart/revenue", 4)]
    file = tmp_path / "more.json"
    file.write_text(json.dumps(events))
    assert run("ingest", str(file)).exit_code == 0


def test_a_name_of_several_things_is_refused_with_their_ids_also_when_writing(run: Run, tmp_path: Path) -> None:
    _known(run, tmp_path)
    for words in ("lineage orders", "impact orders", "path orders mart/revenue", "tag add orders oops"):
        with pytest.raises(Ambiguous, match=r"dataset:file:shop\.public\.orders, dataset:file:stg/orders"):
            run(*words.split())
    assert run("select", "orders").stdout.startswith("2 datasets are selected:")
    assert run("lineage", "stg/orders").stderr == ""
    assert run("tag", "list", "dataset:file:stg/orders").stdout.count("oops") == 0


def test_what_else_goes_by_a_name_is_told_beside_the_answer(run: Run, tmp_path: Path) -> None:
    _known(run, tmp_path)
    note = "Note: 'revenue' is job:default:revenue here; also: dataset:file:mart/revenue.\n"
    assert run("lineage", "revenue").stderr == note
    assert run("tag", "add", "revenue", "money").stderr == note
    assert run("lineage", "job:default:revenue").stderr == ""
    assert run("lineage", "default:revenue").stderr == ""


def test_a_misspelt_job_is_answered_with_jobs_that_are_near(run: Run) -> None:
    with pytest.raises(NotFound, match="near are clean"):
        run("lineage", "claen")


def test_names_with_the_signs_of_ids_are_shown_whole(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "odd.json"
    file.write_text(json.dumps([run_event("odd", "we#ird:na.me", "<b>x</b>", 3)]))
    assert run("ingest", str(file)).exit_code == 0
    shown = run("lineage", "we#ird:na.me").stdout
    assert shown.startswith("we#ird:na.me has 0 upstream and 2 downstream")
    assert "<b>x</b>" in shown
    assert "we#ird:na.me" in run("lineage", "odd", "--up").stdout
    way = run("path", "we#ird:na.me", "<b>x</b>").stdout
    assert way.startswith("we#ird:na.me leads to <b>x</b> in 2 steps:")


def test_what_is_shown_of_a_run_or_a_version_is_taken(run: Run) -> None:
    (at,) = json.loads(run("lineage", "--list", "features", "--json").stdout)["datasets"]
    version = at["latest"]
    assert version == "run:0194a1b2-0000-7000-8000-000000000001"
    shown = run("lineage", f"features#{version}").stdout
    assert shown.startswith("features#00000001 has ")
    for typed in ("features#00000001", "features @ 00000001"):
        assert run("lineage", typed).stdout == shown
    assert run("lineage", "features#00000001").stdout == shown
    taken = run("lineage", "run 00000001", "--json").stdout
    assert json.loads(taken)["nodes"]
    assert taken == run("lineage", "run:0194a1b2-0000-7000-8000-000000000001", "--json").stdout


def test_not_knowing_as_of_a_moment_names_the_moment(run: Run) -> None:
    then = run("lineage", "features", "--as-of", "2012-12-31").stdout
    assert then == "No lineage of features is known as of 2012-12-31 00:00 UTC.\n"
    up = run("lineage", "feed/raw", "--up", "--as-of", "2013-02-01").stdout
    assert up == "No lineage of feed/raw is known upstream as of 2013-02-01 00:00 UTC.\n"
    columns = run("lineage", "feed/raw", "--columns", "--as-of", "2012-12-31").stdout
    assert columns == "No column lineage of feed/raw is known as of 2012-12-31 00:00 UTC.\n"


def test_where_declared_and_observed_columns_do_not_agree_is_told_beside_the_tree(run: Run, tmp_path: Path) -> None:
    said = run_event("clean", "feed/raw", "features", 3)
    one = {
        "output": "dataset:file:features", "column": "delay", "source": "dataset:file:feed/raw", "field": "delay",
        "observed": ["INDIRECT:FILTER"], "declared": ["DIRECT:IDENTITY"], "by": "plan",
    }  # fmt: skip
    said["run"]["facets"]["driftline_differences"] = {"differences": [one]}
    (tmp_path / "event.json").write_text(json.dumps(said))
    assert run("ingest", str(tmp_path / "event.json")).exit_code == 0
    lines = run("lineage", "features", "--columns").stdout.splitlines()
    at = lines.index("Declared and observed do not agree")
    assert lines[at + 1].split() == ["from", "to", "declared", "observed", "by", "run"]
    told = next(line for line in lines[at + 1 :] if "feed/raw.delay" in line)
    assert told.split() == [
        "feed/raw.delay",
        "features.delay",
        "DIRECT:IDENTITY",
        "INDIRECT:FILTER",
        "plan",
        "0194a1b2",
    ]
    body = json.loads(run("lineage", "features", "--columns", "--json").stdout)
    assert body["disagreements"] == [{
        "from": "datasetField:file:feed/raw:delay", "to": "datasetField:file:features:delay",
        "declared": ["DIRECT:IDENTITY"], "observed": ["INDIRECT:FILTER"], "by": "plan",
        "run": "0194a1b2-0000-7000-8000-000000000003",
    }]  # fmt: skip
    assert "disagreements" not in json.loads(run("lineage", "features", "--json").stdout)
