"""What people say of nodes: tags, owners, descriptions, attached terms; which edges a tag does not pass.

Enters: node ids, labels, who said them and when. Leaves: labels as they stood at a moment. A label that is said again
replaces the one before; one that is taken away stays as a fact about the past. Never touches what events say.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from driftline.event.label import Attached, Block, Description, Owner, Sort, Tag, TagKind
from driftline.store.connection import OPEN, Connection
from driftline.store.document import Labelled

NOW = OPEN - 1
_TOGETHER = 2_000  # nodes asked for at once


class _Body(msgspec.Struct, frozen=True, omit_defaults=True):
    attributes: dict[str, str] = {}
    propagates: bool = True
    indirect: bool = False
    expires_us: int = 0


_encode = msgspec.msgpack.Encoder().encode
_body = msgspec.msgpack.Decoder(_Body).decode
_kind = msgspec.msgpack.Decoder(TagKind).decode


class Labels:
    """Labels by node id."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def tag(self, node: str, tag: Tag) -> None:
        """Put a tag on a node, in place of one of the same name."""
        body = _Body(tag.attributes, tag.propagates, tag.indirect, tag.expires_us)
        self._put(node, "TAG", tag.name, tag.value, _encode(body), tag.by, tag.at_us)

    def own(self, node: str, owner: Owner) -> None:
        """Say who owns a node."""
        self._put(node, "OWNER", owner.name, owner.type, b"", owner.by, owner.at_us)

    def describe(self, node: str, text: Description) -> None:
        """Say what a node is, in place of what people said before."""
        self._put(node, "DESCRIPTION", "", text.text, b"", text.by, text.at_us)

    def attach(self, node: str, term: Attached) -> None:
        """Say that a node stands for a term."""
        self._put(node, "TERM", term.name, "", b"", term.by, term.at_us)

    def remove(self, node: str, sort: Sort, name: str, by: str, at_us: int) -> bool:
        """Take a label away; return whether it was there."""
        ended = self._connection.execute(
            "label_end", node=node, sort=sort, name=name, ended_by=by, until_us=at_us, open=OPEN
        )
        return ended > 0

    def of(self, nodes: Iterable[str], at_us: int = NOW) -> dict[str, Labelled]:
        """Return what people said of some nodes, as it stood at a moment."""
        wanted = list(dict.fromkeys(nodes))
        found: dict[str, Labelled] = {}
        for at in range(0, len(wanted), _TOGETHER):
            texts = json.dumps(wanted[at : at + _TOGETHER])
            for node, sort, name, value, body, by, since in self._connection.rows(
                "labels_of", texts=texts, at_us=at_us
            ):
                held = found.get(node, Labelled())
                if sort == "TAG":
                    tag = Tag(name=name, value=value, by=by, at_us=since, **_fields(body))
                    held = held._replace(tags=(*held.tags, tag))
                elif sort == "OWNER":
                    held = held._replace(owners=(*held.owners, Owner(name=name, type=value, by=by, at_us=since)))
                elif sort == "DESCRIPTION":
                    text = Description(text=value, by=by, at_us=since)
                    held = held._replace(descriptions=(*held.descriptions, text))
                else:
                    held = held._replace(terms=(*held.terms, Attached(name=name, by=by, at_us=since)))
                found[node] = held
        return found

    def tagged(self, nodes: Mapping[str, int], at_us: int) -> Iterator[tuple[int, Tag]]:
        """Yield the tags that people put on some nodes, with the number that the node goes by."""
        for name, value, node, body, by, since in self._tags(nodes, at_us):
            yield nodes[node], Tag(name=name, value=value, by=by, at_us=since, **_fields(body))

    def every_tag(self, at_us: int = NOW) -> Iterator[tuple[str, Tag]]:
        """Yield every tag that people put on a node, as it stood at a moment, expired ones included."""
        for name, value, node, body, by, since in self._connection.rows("labels_tagged", at_us=at_us, limit=OPEN):
            yield node, Tag(name=name, value=value, by=by, at_us=since, **_fields(body))

    def _tags(self, nodes: Mapping[str, int], at_us: int) -> Iterator[tuple[str, str, str, bytes, str, int]]:
        """Read the tags of ``nodes``, or every tag where these are fewer."""
        every = self._connection.rows("labels_tagged", at_us=at_us, limit=len(nodes) + 1)
        if len(every) <= len(nodes):
            yield from (row for row in every if row[2] in nodes)
            return
        wanted = list(nodes)
        for at in range(0, len(wanted), _TOGETHER):
            texts = json.dumps(wanted[at : at + _TOGETHER])
            for node, sort, name, value, body, by, since in self._connection.rows(
                "labels_of", texts=texts, at_us=at_us
            ):
                if sort == "TAG":
                    yield name, value, node, body, by, since

    def carrying(self, sort: Sort, name: str) -> list[str]:
        """Return the nodes with a label that stands."""
        return [node for (node,) in self._connection.rows("label_nodes", sort=sort, name=name, open=OPEN)]

    def block(self, block: Block) -> None:
        """Let a tag (or any) not pass an edge."""
        with self._connection.transaction():
            self.unblock(block, block.by, block.at_us)
            self._connection.execute(
                "block_put",
                source=block.source,
                target=block.target,
                tag=block.tag,
                said_by=block.by,
                since_us=block.at_us,
                until_us=OPEN,
            )

    def unblock(self, block: Block, by: str, at_us: int) -> bool:
        """Let a tag pass an edge again; return whether it was blocked."""
        ended = self._connection.execute(
            "block_end", source=block.source, target=block.target, tag=block.tag, by=by, until_us=at_us, open=OPEN
        )
        return ended > 0

    def blocks(self, at_us: int = NOW) -> list[Block]:
        """Return the blocks in force at a moment."""
        return [
            Block(source=source, target=target, tag=tag, by=by, at_us=since)
            for source, target, tag, by, since in self._connection.rows("blocks_at", at_us=at_us)
        ]

    def put_kind(self, kind: TagKind) -> None:
        """Say what a tag means."""
        self._connection.execute("tag_kind_put", name=kind.name, body=_encode(kind))

    def kinds(self) -> dict[str, TagKind]:
        """Return what tags mean, by name."""
        return {name: _kind(body) for name, body in self._connection.rows("tag_kinds")}

    def counts(self) -> dict[str, int]:
        """Return how often each tag that people gave stands."""
        return dict(self._connection.rows("tag_counts", open=OPEN))

    def _put(self, node: str, sort: Sort, name: str, value: str, body: bytes, by: str, at_us: int) -> None:
        with self._connection.transaction():
            self.remove(node, sort, name, by, at_us)
            self._connection.execute(
                "label_put",
                node=node,
                sort=sort,
                name=name,
                value=value,
                body=body,
                said_by=by,
                since_us=at_us,
                until_us=OPEN,
            )


def _fields(body: bytes) -> dict[str, Any]:
    held = _body(body)
    return {name: getattr(held, name) for name in _Body.__struct_fields__}
