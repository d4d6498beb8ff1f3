"""The records of the catalogue: tags, owners, descriptions, glossary terms, and what a search finds.

A label comes from a person, who can take it away again, or from an event, where the newest facet decides. The two never
overwrite each other. Times are microseconds since 1970 UTC; 0 means never or unknown.
"""

from typing import Literal

import msgspec

Origin = Literal["person", "event"]
Sort = Literal["TAG", "OWNER", "DESCRIPTION", "TERM"]

# Tags that spread and count as sensitive without anybody having said so.
SENSITIVE = frozenset(
    {"confidential", "gdpr", "hipaa", "pci", "personal", "phi", "pii", "restricted", "secret", "sensitive", "spi"}
)


class Tag(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A classification of a node, with its attributes."""

    name: str
    value: str = ""
    attributes: dict[str, str] = {}
    propagates: bool = True  # to what derives from the node
    indirect: bool = False  # also along column edges that only shape: joins, filters, groupings
    expires_us: int = 0  # from then on it does not count; 0 = never
    origin: Origin = "person"
    by: str = ""  # who said it
    at_us: int = 0  # when it was said

    def holds(self, at_us: int) -> bool:
        """Say whether it has not expired by a moment."""
        return not self.expires_us or at_us < self.expires_us


class Owner(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Who answers for a node."""

    name: str
    type: str = ""  # such as MAINTAINER, STEWARD
    origin: Origin = "person"
    by: str = ""
    at_us: int = 0


class Description(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a node is, in words."""

    text: str
    origin: Origin = "person"
    by: str = ""
    at_us: int = 0


class Attached(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A glossary term that a node stands for."""

    name: str
    by: str = ""
    at_us: int = 0


class Term(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A term of the glossary."""

    name: str
    definition: str = ""
    synonyms: tuple[str, ...] = ()
    related: tuple[str, ...] = ()  # names of other terms
    by: str = ""
    at_us: int = 0


class TagKind(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a tag means: for tags whose sender does not say whether they spread, and for ranking by risk."""

    name: str
    description: str = ""
    propagates: bool = True
    sensitive: bool = False
    by: str = ""
    at_us: int = 0


class Block(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An edge that a tag does not pass."""

    source: str  # node ids
    target: str
    tag: str = ""  # "" = no tag does
    by: str = ""
    at_us: int = 0


class Carried(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A tag that counts for a node, with the node that it stands at and the way by which it came."""

    tag: Tag
    source: str
    path: tuple[str, ...] = ()  # from the source to the node; empty = it stands at the node itself


class Labels(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Everything that is said of a node."""

    node: str
    tags: tuple[Tag, ...] = ()
    inherited: tuple[Carried, ...] = ()
    owners: tuple[Owner, ...] = ()
    descriptions: tuple[Description, ...] = ()
    terms: tuple[Attached, ...] = ()
    columns: dict[str, tuple[str, ...]] = {}  # of a dataset: the tags of its columns, own and inherited
    truncated: bool = False  # there is more upstream than was looked at


class Match(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One thing that a search found."""

    node: str
    type: str  # DATASET, JOB, FIELD or TERM
    name: str
    namespace: str = ""
    kind: str = ""
    tags: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    status: str = ""  # quarantined, drift, changed or empty
    used: int = 0  # readings in the last thirty days, and ten for everything that reads it
    risk: int = 0  # 0 = none known, up to 10
    score: float = 0.0


class Matches(msgspec.Struct, frozen=True, kw_only=True):
    """One page of what was found, and how all of it divides."""

    hits: tuple[Match, ...] = ()
    total: int = 0
    more: bool = False  # there is more than was counted: the numbers are of the best
    facets: dict[str, dict[str, int]] = {}  # type, kind, namespace, tag, owner, term, status -> value -> how many
