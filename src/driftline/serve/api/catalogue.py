"""The catalogue: search, labels of nodes, blocks of tags, and the glossary."""

from typing import Annotated, Literal

import msgspec

from driftline.engine.engine import Engine
from driftline.event.label import Block, Labels, Matches, Tag, TagKind, Term
from driftline.serve.operation import reading, writing
from driftline.store.finder import Wanted

Name = Annotated[str, msgspec.Meta(min_length=1)]
_NODE = msgspec.Meta(description="A node id, or a name that means one thing only.", min_length=1)


class CatalogueQuery(msgspec.Struct, frozen=True):
    """What to look for, what to narrow it to, and which page of it."""

    q: Annotated[str, msgspec.Meta(description="Words, or beginnings of words. Empty: everything.")] = ""
    type: Literal["", "DATASET", "VERSION", "FIELD", "JOB", "RUN", "TERM"] = ""
    kind: str = ""
    namespace: str = ""
    tag: str = ""
    owner: str = ""
    term: str = ""
    status: Literal["", "quarantined", "drift", "changed"] = ""
    sort: Literal["best", "use", "risk", "name"] = "best"
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 20
    offset: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 0


class LabelsQuery(msgspec.Struct, frozen=True):
    """Of which node, and as of when."""

    node: Annotated[str, _NODE]
    as_of: Annotated[
        str, msgspec.Meta(description="A moment, as ISO 8601 or in microseconds since 1970. Empty: now.")
    ] = ""


class TagOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A tag, and the node to put it on."""

    node: Annotated[str, _NODE]
    name: Name
    value: str = ""
    attributes: dict[str, str] = {}
    propagates: bool | None = None  # null: as the tag's kind says, else yes
    indirect: bool = False
    expires: Annotated[str, msgspec.Meta(description="A moment, as ISO 8601. Empty: never.")] = ""
    by: str = ""


class OwnerOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An owner, and what it owns."""

    node: Annotated[str, _NODE]
    name: Name
    type: str = ""
    by: str = ""


class DescriptionOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a node is; an empty text takes away what people said."""

    node: Annotated[str, _NODE]
    text: str
    by: str = ""


class AttachOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A term, and the node that stands for it."""

    node: Annotated[str, _NODE]
    name: Name
    by: str = ""


class RemoveOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which label of a node to take away."""

    node: Annotated[str, _NODE]
    label: Literal["tag", "owner", "term"]
    name: Name
    by: str = ""


class BlockOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Between which two nodes a tag (empty: any) does not pass."""

    source: Annotated[str, _NODE]
    target: Annotated[str, _NODE]
    tag: str = ""
    by: str = ""


class KindOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a tag means."""

    name: Name
    description: str = ""
    propagates: bool = True
    sensitive: bool = False
    by: str = ""


class TermOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A term of the glossary."""

    name: Name
    definition: str = ""
    synonyms: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    by: str = ""


class NameOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which term to take out of the glossary."""

    name: Name
    by: str = ""


class TagKinds(msgspec.Struct, frozen=True):
    """The tags that were explained, or that people use."""

    tags: list[TagKind]


class Blocks(msgspec.Struct, frozen=True):
    """Where tags do not pass."""

    blocks: list[Block]


class Glossary(msgspec.Struct, frozen=True):
    """Every term."""

    terms: list[Term]


def search(engine: Engine, query: CatalogueQuery) -> Matches:
    """Find what has all the words asked for in its name, columns, descriptions, tags, owners or terms."""
    wanted = Wanted(
        query.q, query.type, query.kind, query.namespace, query.tag, query.owner, query.term, query.status, query.sort
    )
    return engine.catalogue.search(wanted, limit=query.limit, offset=query.offset)


def get_labels(engine: Engine, query: LabelsQuery) -> Labels:
    """Tell everything that is said of a node, with the tags that it inherits."""
    return engine.catalogue.labels(query.node, as_of_us=engine.moment(query.as_of))


def put_tag(engine: Engine, body: TagOrder) -> Tag:
    """Put a tag on a node."""
    return engine.catalogue.tag(
        body.node,
        body.name,
        value=body.value,
        attributes=body.attributes,
        propagates=body.propagates,
        indirect=body.indirect,
        expires_us=engine.moment(body.expires) or 0,
        by=body.by,
    )


def put_owner(engine: Engine, body: OwnerOrder) -> Labels:
    """Say who owns a node."""
    engine.catalogue.own(body.node, body.name, type=body.type, by=body.by)
    return engine.catalogue.labels(body.node)


def put_description(engine: Engine, body: DescriptionOrder) -> Labels:
    """Say what a node is."""
    engine.catalogue.describe(body.node, body.text, by=body.by)
    return engine.catalogue.labels(body.node)


def put_term_on(engine: Engine, body: AttachOrder) -> Labels:
    """Say that a node stands for a term of the glossary."""
    engine.catalogue.attach(body.node, body.name, by=body.by)
    return engine.catalogue.labels(body.node)


def remove(engine: Engine, body: RemoveOrder) -> Labels:
    """Take a label away that people gave a node."""
    catalogue = engine.catalogue
    {"tag": catalogue.untag, "owner": catalogue.disown, "term": catalogue.detach}[body.label](
        body.node, body.name, by=body.by
    )
    return catalogue.labels(body.node)


def get_kinds(engine: Engine) -> TagKinds:
    """List what tags mean."""
    return TagKinds(engine.catalogue.tag_kinds())


def put_kind(engine: Engine, body: KindOrder) -> TagKind:
    """Say what a tag means."""
    return engine.catalogue.explain_tag(
        body.name, body.description, propagates=body.propagates, sensitive=body.sensitive, by=body.by
    )


def get_blocks(engine: Engine) -> Blocks:
    """List where tags do not pass."""
    return Blocks(engine.catalogue.blocks())


def block(engine: Engine, body: BlockOrder) -> Block:
    """Let a tag not pass from one node to the next."""
    return engine.catalogue.block(body.source, body.target, body.tag, by=body.by)


def unblock(engine: Engine, body: BlockOrder) -> Blocks:
    """Let a tag pass again."""
    engine.catalogue.unblock(body.source, body.target, body.tag, by=body.by)
    return Blocks(engine.catalogue.blocks())


def get_terms(engine: Engine) -> Glossary:
    """Tell the glossary."""
    return Glossary(engine.catalogue.terms())


def put_term(engine: Engine, body: TermOrder) -> Term:
    """Put a term into the glossary."""
    return engine.catalogue.define(body.name, body.definition, synonyms=body.synonyms, related=body.related, by=body.by)


def remove_term(engine: Engine, body: NameOrder) -> Glossary:
    """Take a term out of the glossary, and off every node."""
    engine.catalogue.forget_term(body.name, by=body.by)
    return Glossary(engine.catalogue.terms())


OPERATIONS = (
    reading("/api/v1/catalogue/search", search),
    reading("/api/v1/catalogue/labels", get_labels),
    writing("/api/v1/catalogue/labels/tag", put_tag, status=201),
    writing("/api/v1/catalogue/labels/owner", put_owner, status=201),
    writing("/api/v1/catalogue/labels/description", put_description, status=201),
    writing("/api/v1/catalogue/labels/term", put_term_on, status=201),
    writing("/api/v1/catalogue/labels/remove", remove),
    reading("/api/v1/catalogue/tags", get_kinds),
    writing("/api/v1/catalogue/tags", put_kind, status=201),
    reading("/api/v1/catalogue/blocks", get_blocks),
    writing("/api/v1/catalogue/blocks", block, status=201),
    writing("/api/v1/catalogue/blocks/remove", unblock),
    reading("/api/v1/catalogue/terms", get_terms),
    writing("/api/v1/catalogue/terms", put_term, status=201),
    writing("/api/v1/catalogue/terms/remove", remove_term),
)
