"""The catalogue: labels of nodes, the glossary, and searching for all of it.

Enters: node ids or what people type, labels, who says them. Leaves: labels with what is inherited, and pages of hits.
What people say is kept beside what events say; neither ever changes the other. What was changed can be searched for
when the change returns.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from driftline.engine import labelled
from driftline.engine.house import House
from driftline.errors import BadInput, NotFound
from driftline.event.label import (
    SENSITIVE,
    Attached,
    Block,
    Carried,
    Description,
    Labels,
    Matches,
    Owner,
    Sort,
    Tag,
    TagKind,
    Term,
)
from driftline.store.finder import Wanted

LONGEST = 200  # letters of a name
TEXT = 20_000  # letters of a text
_ONE_STATE = ("RUN", "VERSION")  # their tags stay there: a version inherits what its dataset does
ALARMS_US = 30 * 86_400_000_000  # how far back findings count as a risk


class Catalogue:
    """Labels, the glossary, and the search."""

    def __init__(self, house: House) -> None:
        self._house = house

    def tag(
        self,
        node: str,
        tag: str,
        *,
        value: str = "",
        attributes: Mapping[str, str] | None = None,
        propagates: bool | None = None,
        indirect: bool = False,
        expires_us: int = 0,
        by: str = "",
    ) -> Tag:
        """Put a tag on a node, in place of the one of the same name that people put there.

        Args:
            node: the node.
            tag: its name.
            value: its value.
            attributes: further texts by key.
            propagates: whether it holds for what derives from the node; None: as the tag's kind says, else yes.
            indirect: whether it also passes column edges that only shape.
            expires_us: from when on it does not count; 0 = never.
            by: who says so.
        """
        name = _name("tag", tag)
        kind = self._house.store.labels.kinds().get(name)
        spreads = (kind.propagates if kind else True) if propagates is None else propagates
        if 0 < expires_us <= self._house.now():
            raise BadInput(f"the tag {name!r} would have expired already")
        with self._changing(node) as place:
            made = Tag(
                name=name,
                value=_text(value),
                attributes=dict(attributes or {}),
                propagates=spreads and labelled.found(self._house, place).type not in _ONE_STATE,
                indirect=indirect,
                expires_us=expires_us,
                by=by,
                at_us=self._house.now(),
            )
            self._house.store.labels.tag(place, made)
            self._house.store.index.expect(expires_us)
        return made

    def untag(self, node: str, tag: str, *, by: str = "") -> None:
        """Take a tag away that people put on a node.

        Raises:
            NotFound: nobody put it there; one that events say goes with a newer facet.
        """
        self._remove(node, "TAG", _name("tag", tag), by)

    def own(self, node: str, owner: str, *, type: str = "", by: str = "") -> Owner:  # noqa: A002 - as in OpenLineage
        """Say who owns a node."""
        with self._changing(node) as place:
            made = Owner(name=_name("owner", owner), type=_text(type), by=by, at_us=self._house.now())
            self._house.store.labels.own(place, made)
        return made

    def disown(self, node: str, owner: str, *, by: str = "") -> None:
        """Take an owner away that people named.

        Raises:
            NotFound: nobody named it.
        """
        self._remove(node, "OWNER", _name("owner", owner), by)

    def describe(self, node: str, text: str, *, by: str = "") -> Description:
        """Say what a node is, in place of what people said before; an empty text takes that away."""
        if not text.strip():
            self._remove(node, "DESCRIPTION", "", by)
            return Description(text="")
        with self._changing(node) as place:
            made = Description(text=_text(text), by=by, at_us=self._house.now())
            self._house.store.labels.describe(place, made)
        return made

    def attach(self, node: str, term: str, *, by: str = "") -> Attached:
        """Say that a node stands for a term of the glossary.

        Raises:
            NotFound: there is no such term.
        """
        known = self.term(term)
        with self._changing(node) as place:
            made = Attached(name=known.name, by=by, at_us=self._house.now())
            self._house.store.labels.attach(place, made)
        return made

    def detach(self, node: str, term: str, *, by: str = "") -> None:
        """Say that a node does not stand for a term any more.

        Raises:
            NotFound: it did not.
        """
        self._remove(node, "TERM", _name("term", term), by)

    def define(
        self, name: str, definition: str, *, synonyms: tuple[str, ...] = (), related: tuple[str, ...] = (), by: str = ""
    ) -> Term:
        """Put a term into the glossary, in place of one of the same name."""
        house = self._house
        term = Term(
            name=_name("term", name),
            definition=_text(definition),
            synonyms=tuple(_name("synonym", one) for one in dict.fromkeys(synonyms)),
            related=tuple(_name("term", one) for one in dict.fromkeys(related)),
            by=by,
            at_us=house.now(),
        )
        with house.lock, house.store.transaction():
            house.store.glossary.put(term)
            house.store.index.refresh_term(term.name)
        return term

    def forget_term(self, name: str, *, by: str = "") -> None:
        """Take a term out of the glossary, and off every node.

        Raises:
            NotFound: there is no such term.
        """
        house = self._house
        term = self.term(name)
        with house.lock, house.store.transaction():
            nodes = house.store.labels.carrying("TERM", term.name)
            for node in nodes:
                house.store.labels.remove(node, "TERM", term.name, by, house.now())
            house.store.glossary.remove(term.name)
            house.store.index.refresh_term(term.name)
            house.store.index.refresh(nodes)

    def term(self, name: str) -> Term:
        """Return a term of the glossary.

        Raises:
            NotFound: there is none of that name.
        """
        found = self._house.store.glossary.get(_name("term", name))
        if found is None:
            raise NotFound(f"the term {name!r}", hint="'driftline term list' shows the glossary.")
        return found

    def terms(self) -> list[Term]:
        """Return the glossary."""
        return list(self._house.store.glossary.all().values())

    def standing_for(self, term: str) -> list[str]:
        """Return the nodes that stand for a term."""
        return self._house.store.labels.carrying("TERM", self.term(term).name)

    def explain_tag(
        self, name: str, description: str, *, propagates: bool = True, sensitive: bool = False, by: str = ""
    ) -> TagKind:
        """Say what a tag means: whether it spreads where events put it, and whether it marks what is sensitive."""
        house = self._house
        kind = TagKind(
            name=_name("tag", name),
            description=_text(description),
            propagates=propagates,
            sensitive=sensitive,
            by=by,
            at_us=house.now(),
        )
        with house.lock, house.store.transaction():
            house.store.labels.put_kind(kind)
            house.store.index.refresh(house.store.labels.carrying("TAG", kind.name))
        return kind

    def tag_kinds(self) -> list[TagKind]:
        """Return what tags were said to mean, and those in use of which nobody said it."""
        store = self._house.store
        known = store.labels.kinds()
        used = {
            name: TagKind(name=name, propagates=name.casefold() in SENSITIVE, sensitive=name.casefold() in SENSITIVE)
            for name in (*store.labels.counts(), *store.index.told_tags())
        }
        return [kind for _, kind in sorted({**used, **known}.items())]

    def block(self, source: str, target: str, tag: str = "", *, by: str = "") -> Block:
        """Let a tag (or any) not pass from one node to the next.

        Raises:
            BadInput: the two are one.
        """
        house = self._house
        made = Block(
            source=self.node(source), target=self.node(target), tag=_text(tag).strip(), by=by, at_us=house.now()
        )
        if made.source == made.target:
            raise BadInput("a block is between two nodes, and these are one")
        with house.lock, house.store.transaction():
            house.store.labels.block(made)
        return made

    def unblock(self, source: str, target: str, tag: str = "", *, by: str = "") -> None:
        """Let a tag pass again.

        Raises:
            NotFound: it was not blocked.
        """
        house = self._house
        block = Block(source=self.node(source), target=self.node(target), tag=_text(tag).strip())
        with house.lock, house.store.transaction():
            if not house.store.labels.unblock(block, by, house.now()):
                what = f"a block for {tag!r}" if tag else "a block for every tag"
                raise NotFound(
                    f"{what} from {block.source} to {block.target}", hint="'driftline tag blocks' lists them."
                )

    def blocks(self) -> list[Block]:
        """Return the blocks in force."""
        return self._house.store.labels.blocks()

    def tags(self, node: str, *, as_of_us: int | None = None) -> list[Carried]:
        """Return the tags that count for a node as of a moment: its own first, then those that it inherits."""
        return labelled.tags(self._house, node, as_of_us)

    def labels(self, node: str, *, as_of_us: int | None = None) -> Labels:
        """Return everything that is said of a node, and the tags that it inherits, as of a moment.

        Of what events say, only what still stands is known: a facet that was replaced since is not.
        """
        return labelled.labels(self._house, node, as_of_us)

    def node(self, text: str) -> str:
        """Return the node id that ``text`` means; also of a column that only a schema names.

        Raises:
            NotFound, Ambiguous: it means nothing or several things.
        """
        return labelled.node(self._house, text)

    def search(self, wanted: Wanted, *, limit: int = 20, offset: int = 0) -> Matches:
        """Return one page of what has all the words asked for, the best first, with counts."""
        store = self._house.store
        if not store.read_only and store.index.behind():
            with self._house.lock:
                store.index.catch_up()
        if not store.read_only and store.index.due(self._house.now()):
            with self._house.lock:
                store.index.expire(self._house.now())
        newest = store.incidents.findings(limit=1)
        trouble = store.finder.trouble(newest[0].time_us - ALARMS_US if newest else 0)
        trouble.update({entry.node.partition("#")[0]: "quarantined" for entry in store.quarantines.list(active=True)})
        return store.finder.find(wanted, trouble, limit, offset)

    def reindex(self) -> int:
        """Make the index anew; return how many datasets and jobs it holds."""
        with self._house.lock:
            return self._house.store.index.rebuild()

    @contextmanager
    def _changing(self, node: str) -> Iterator[str]:
        """Find the node, change it alone, and index it anew."""
        house = self._house
        with house.lock, house.store.transaction():
            house.store.index.catch_up()
            place = self.node(node)
            yield place
            house.store.index.refresh([place])

    def _remove(self, node: str, sort: Sort, name: str, by: str) -> None:
        house = self._house
        with self._changing(node) as place:
            if not house.store.labels.remove(place, sort, name, by, house.now()):
                word = {"TAG": "tag", "OWNER": "owner", "DESCRIPTION": "description", "TERM": "term"}[sort]
                hint = f"'driftline tag list {place}' shows what is there; what events say goes with a newer event."
                raise NotFound(f"a {word} {name!r} that somebody gave {place}".replace(" ''", ""), hint=hint)


def _name(what: str, text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > LONGEST or not name.isprintable():
        raise BadInput(f"{text!r} is no name for a {what}", hint=f"It has 1 to {LONGEST} letters, on one line.")
    return name


def _text(text: str) -> str:
    if len(text) > TEXT:
        raise BadInput(f"a text of {len(text):,} letters", hint=f"Up to {TEXT:,} are kept.")
    return text.replace("\x00", "")
