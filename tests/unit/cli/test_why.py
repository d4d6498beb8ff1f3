import json
from collections.abc import Callable

import pytest
from click.testing import Result

from driftline.cli.why import WIDE, _difference, _explain
from driftline.errors import NotFound
from driftline.event.answer import Answer, Retrieved, Source
from driftline.event.lineage import Dataset, Link, Node, Subgraph, Version
from driftline.event.report import ColumnCells, DataChange, Explanation, Step, Trail

Run = Callable[..., Result]
ANSWER = "0194a1b2-1111-7000-8000-000000000001"


def test_an_answer_is_explained_by_what_it_stood_on(run: Run) -> None:
    text = run("why", ANSWER).stdout
    assert text.splitlines()[0].startswith("It stood on features features.")
    assert "300.00 USD" in text


def test_an_incident_is_explained_by_its_likeliest_cause(run: Run) -> None:
    text = run("why", "abcdef").stdout
    assert text.splitlines()[0] == "The likeliest cause of abcdef123456 is feed/raw (80%)."
    assert "feed/raw → features" in text


def test_without_an_id_the_newest_answers_are_listed(run: Run) -> None:
    text = run("why").stdout
    assert text.startswith("1 answer, newest first:\n")
    assert ANSWER in text


def test_json_is_the_record(run: Run) -> None:
    assert json.loads(run("why", ANSWER, "--json").stdout)["answer"]["id"] == ANSWER
    assert json.loads(run("why", "abcdef", "--json").stdout)["incident"]["id"] == "abcdef123456"
    assert json.loads(run("why", "--json").stdout)["answers"][0]["id"] == ANSWER


def test_what_is_neither_is_told(run: Run) -> None:
    with pytest.raises(NotFound, match="neither an answer nor an incident"):
        run("why", "zzzz")


def test_a_dataset_is_no_answer_and_is_told_where_its_changes_are(run: Run) -> None:
    with pytest.raises(NotFound) as said:
        run("why", "features")
    assert "'driftline diff features@previous features@latest'" in str(said.value.hint)


def test_what_an_answer_has_perhaps_read_is_told_as_that(capsys: pytest.CaptureFixture[str]) -> None:
    answer = Answer(id=ANSWER, time_us=0, endpoint="desk", documents=(Retrieved("", "a.md"), Retrieved("", "b.md")))
    trails = (Trail(content="", document="a.md"), Trail(content="", document="b.md", sure=False))
    _explain(Explanation(answer=answer, documents=trails), WIDE)
    shown = capsys.readouterr().out
    assert "b.md (perhaps)" in shown
    assert "a.md (perhaps)" not in shown


def test_a_text_that_was_read_goes_by_its_name_in_the_index(capsys: pytest.CaptureFixture[str]) -> None:
    answer = Answer(id=ANSWER, time_us=0, endpoint="desk", documents=(Retrieved("xxh3:1"), Retrieved("xxh3:2")))
    step = Step(node="dataset:file:policy-index#3", document="refunds.md#0", content="xxh3:1")
    trails = (Trail(content="xxh3:1", steps=(step,)), Trail(content="xxh3:2"))
    _explain(Explanation(answer=answer, documents=trails), WIDE)
    rows = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert rows[-2:] == ["refunds.md#0", "xxh3:2"]


def test_of_400_sources_the_first_are_listed_and_the_rest_counted(capsys: pytest.CaptureFixture[str]) -> None:
    sources = tuple(
        Source(role="document", version=Version(Dataset("file", f"doc{number}.txt"), "v1")) for number in range(400)
    )
    found = Explanation(answer=Answer(id=ANSWER, time_us=0, endpoint="desk", sources=sources))
    _explain(found, WIDE)
    few = capsys.readouterr().out
    assert few.count("doc") - few.count("document") == 12
    assert few.rstrip().endswith("+388 more; --all lists them.")
    _explain(found, 1_000)
    every = capsys.readouterr().out
    assert every.count("doc") - every.count("document") == 400
    assert "more" not in every


def test_a_prediction_is_told_with_its_score_its_values_and_what_its_model_was_made_of(
    capsys: pytest.CaptureFixture[str],
) -> None:
    model, data, raw = (Version(Dataset("file", name), "v1") for name in ("model", "features", "raw"))
    nodes = [
        Node(id=one.node, type="VERSION", label="", depth=depth) for depth, one in enumerate((raw, data, model), -4)
    ]
    runs = [Node(id="run:1", type="RUN", label="clean"), Node(id="run:2", type="RUN", label="train")]
    links = (
        Link(source=raw.node, target=data.node, kind="DERIVED", via="run:1"),
        Link(source=raw.node, target="run:1", kind="READ"),
        Link(source=data.node, target=model.node, kind="DERIVED", via="run:2", provenance="cartesian", confidence=0.8),
    )
    answer = Answer(
        id=ANSWER,
        time_us=1_357_034_400_000_000,
        endpoint="churn",
        sources=(Source(role="model", version=model),),
        features={"age": 59, "total": 240.29000000001, "segment": "b", "new": True},
        score=0.75,
        text="no " * 100,
    )
    _explain(Explanation(answer=answer, graph=Subgraph(nodes=(*nodes, *runs), edges=links)), 2)
    told = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert told[1].endswith("churn 2013-01-01 10:00 UTC score 0.75")
    said = told.index("It said")
    assert told[said + 1 : said + 4] == ["no " * 32 + "no", "no " * 32 + "no", "+2 more lines; --all shows them."]
    given = told.index("It was given")
    assert told[given + 2 : given + 5] == ["age 59", "total 240.29", "+2 more; --all lists them."]
    made = told.index("Where that came from")
    assert told[made + 2 : made + 4] == ["model#v1 features#v1 train cartesian, 80% sure", "features#v1 raw#v1 clean"]


def test_all_is_an_option_of_both_commands(run: Run) -> None:
    assert run("why", ANSWER, "--all").stdout == run("why", ANSWER).stdout  # which is short
    assert run("lineage", "features", "--all").stdout == run("lineage", "features").stdout


def test_a_changed_cell_is_told_by_the_rows_among_which_it_is() -> None:
    rows = ((65_536, 131_071), (196_608, 200_000))
    columns = (ColumnCells(name="b", change="changed", rows=rows), ColumnCells(name="c", change="came"))
    one = DataChange(node="dataset:n:t", before="1", after="2", verdict="changed", columns=columns, sentence="So.")
    assert _difference(one)[-1] == "So. In b (rows 65,536 to 131,071, 196,608 to 200,000), c."


def test_a_difference_names_a_few_columns_and_counts_the_rest() -> None:
    columns = tuple(ColumnCells(name=name, change="changed") for name in "abcdef")
    one = DataChange(
        node="dataset:n:t", before="xxh3:1", after="xxh3:0123456789abcdef", verdict="changed", columns=columns,
        sentence="1 row came.",
    )  # fmt: skip
    assert _difference(one) == ("t", "", "1", "01234567", "1 row came. In a, b, c, d and 2 more.")
