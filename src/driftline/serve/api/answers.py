"""Answers: what was predicted or said, what it stood on, and why it came out so."""

from typing import Annotated

import msgspec

from driftline.engine.engine import Engine
from driftline.event.answer import Answer
from driftline.event.report import Explanation
from driftline.graph import drawn
from driftline.serve.api.graph import MOMENT, Layout, draw
from driftline.serve.operation import reading, writing


class AnswersQuery(msgspec.Struct, frozen=True):
    """Which answers, and where the page begins."""

    endpoint: Annotated[str, msgspec.Meta(description="Name of the deployment. Empty: all.")] = ""
    document: Annotated[
        str,
        msgspec.Meta(description="Only those that retrieved it: a content hash, an id, or what chunks are part of."),
    ] = ""
    node: Annotated[
        str, msgspec.Meta(description="Only those that stood on this version, or on any version of this dataset.")
    ] = ""
    since: Annotated[str, msgspec.Meta(description=f"Event time from which on. {MOMENT}")] = ""
    until: Annotated[str, msgspec.Meta(description=f"Event time before which. {MOMENT}")] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 50
    before: Annotated[str, msgspec.Meta(description="Id of an answer: only older ones.")] = ""


class WhyQuery(msgspec.Struct, frozen=True):
    """How much of the graph."""

    derived: Annotated[
        bool, msgspec.Meta(description="Also the DERIVED links that sum up READ and WRITE links, with their run.")
    ] = False


class AnswerList(msgspec.Struct, frozen=True):
    """Answers, newest first."""

    answers: list[Answer]


class Recorded(msgspec.Struct, frozen=True):
    """How many answers are durable now."""

    recorded: int


class DrawnExplanation(Explanation, frozen=True, kw_only=True):
    """An explanation and where the nodes of its graph stand."""

    layout: Layout


def list_answers(engine: Engine, query: AnswersQuery) -> AnswerList:
    """List answers, newest first."""
    return AnswerList(
        engine.answers(
            endpoint=query.endpoint,
            document=query.document,
            node=engine.resolve(query.node) if query.node else "",
            since_us=engine.moment(query.since),
            until_us=engine.moment(query.until),
            limit=query.limit,
            before=query.before,
        )
    )


def get_answer(engine: Engine, key: str) -> Answer:
    """Tell one answer."""
    return engine.answer(key)


def explain_answer(engine: Engine, key: str, query: WhyQuery) -> DrawnExplanation:
    """Tell what an answer stood on, what moved there and which incident it belongs to."""
    explanation = engine.why(key)
    graph = explanation.graph if query.derived else drawn.plainly(explanation.graph)
    return DrawnExplanation(**{**msgspec.structs.asdict(explanation), "graph": graph}, layout=draw(graph))


def record_answers(engine: Engine, body: list[Answer]) -> Recorded:
    """Record answers; known ids are passed over."""
    engine.record(body)
    return Recorded(len(body))


OPERATIONS = (
    reading("/api/v1/answers", list_answers),
    writing("/api/v1/answers", record_answers, status=201),
    reading("/api/v1/answers/{key}", get_answer),
    reading("/api/v1/answers/{key}/why", explain_answer),
)
