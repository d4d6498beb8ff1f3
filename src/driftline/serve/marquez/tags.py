"""The tags that people may put on things."""

from driftline.engine.engine import Engine
from driftline.interop.marquez import search
from driftline.interop.marquez.search import MarquezTag, MarquezTags
from driftline.interop.marquez.writing import MarquezNewTag
from driftline.serve.marquez.asking import ROOT, MarquezPageQuery, named, store
from driftline.serve.operation import reading, writing


def list_tags(engine: Engine, query: MarquezPageQuery) -> MarquezTags:
    """List tags, by name."""
    return search.tags(store(engine), query.size, query.offset)


def put_tag(engine: Engine, tag: str, body: MarquezNewTag) -> MarquezTag:
    """Say what a tag means."""
    named(tag, tag)
    engine.say("tags", tag, {"description": body.description} if body.description else {})
    return MarquezTag(tag, body.description)


OPERATIONS = (
    reading(f"{ROOT}/tags", list_tags, lenient=True),
    writing(f"{ROOT}/tags/{{tag}}", put_tag, method="PUT"),
)
