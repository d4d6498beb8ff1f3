"""What is to be found of a dataset, a job, a column or a term, and by which words.

Enters: names and labels. Leaves: documents: one for the node, one for each of its columns. The rank of a word says
where it stands: the smaller, the more it says. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
import xxhash

from driftline.event import names
from driftline.event.label import SENSITIVE, Attached, Description, Owner, Tag, TagKind, Term
from driftline.event.said import Said
from driftline.store import words

EXACT, LAST, NAME, LABEL, COLUMN, TEXT, PLACE = 0, 10, 40, 50, 60, 70, 80  # ranks
COLUMNS = 2_000  # of one dataset that are found by name
_SIGNED = 1 << 63
_encode = msgspec.msgpack.Encoder().encode


class Labelled(NamedTuple):
    """What people say of one node."""

    tags: tuple[Tag, ...] = ()
    owners: tuple[Owner, ...] = ()
    descriptions: tuple[Description, ...] = ()
    terms: tuple[Attached, ...] = ()


class Document(NamedTuple):
    """One thing that can be found."""

    node: str
    type: str
    kind: str
    namespace: str
    name: str
    marks: tuple[str, ...]  # tag=, owner= and term= with their names, in order
    sensitive: bool
    terms: dict[str, int]  # word -> rank

    @property
    def hash(self) -> int:
        """A number for all of it."""
        return xxhash.xxh3_64_intdigest(_encode((*self[:-1], sorted(self.terms.items())))) - _SIGNED


class Meanings(NamedTuple):
    """What labels mean, whoever carries them."""

    kinds: Mapping[str, TagKind] = {}
    terms: Mapping[str, Term] = {}

    def sensitive(self, tag: str) -> bool:
        """Say whether a tag marks what must be handled with care."""
        kind = self.kinds.get(tag)
        return kind.sensitive if kind else tag.casefold() in SENSITIVE


def mark(sort: str, name: str) -> str:
    """Return the word by which everything with a label is found."""
    return f"{sort}={words.fold(name)}"


def of_node(
    key: tuple[str, str, str],
    kind: str,
    said: Said,
    labels: Mapping[str, Labelled],
    columns: Iterable[str],
    meanings: Meanings,
) -> list[Document]:
    """Return the documents of a dataset or a job.

    Args:
        key: type, namespace, name.
        kind: table, file, model ….
        said: what events say of it.
        labels: what people say, by node id, of it and its columns.
        columns: the names of its columns, beside those that events describe.
        meanings: what tags and terms mean.
    """
    type_, namespace, name = key
    node = (names.dataset_id if type_ == "DATASET" else names.job_id)(namespace, name)
    found = list(dict.fromkeys((*said.columns, *columns)))[:COLUMNS]
    terms: dict[str, int] = {}
    for column in found:
        _say(terms, words.of_name(column), COLUMN)
    _say(terms, words.of_name(namespace), PLACE)
    own = labels.get(node, Labelled())
    parent = _document(
        node, type_, kind, namespace, name, own, said.tags, said.owners, said.description, terms, meanings
    )
    documents = [parent]
    context = words.of_name(name)
    for column in found:
        inner: dict[str, int] = dict.fromkeys(context, PLACE)
        place = names.column_id(namespace, name, column)
        documents.append(
            _document(
                place,
                "FIELD",
                kind,
                namespace,
                f"{name}.{column}",
                labels.get(place, Labelled()),
                said.column_tags.get(column, ()),
                (),
                said.column_descriptions.get(column),
                inner,
                meanings,
                column,
            )
        )
    return documents


def of_state(
    node: str,
    key: tuple[str, str, str, str],
    label: str,
    short: str,
    context: str,
    labels: Labelled,
    meanings: Meanings,
) -> Document:
    """Return the document of a run or of a version.

    Args:
        node: its id.
        key: type, kind, namespace, and the name under which it is listed.
        label: what it is called by itself.
        short: what it is called beside others of its job or dataset.
        context: the name of its job or dataset.
        labels: what people say of it.
        meanings: what tags and terms mean.
    """
    type_, kind, namespace, name = key
    terms = dict.fromkeys((*words.of_name(context), *words.of_name(namespace)), PLACE)
    _name(terms, label)
    return _document(node, type_, kind, namespace, name, labels, (), (), None, terms, meanings, short)


def of_term(term: Term) -> Document:
    """Return the document of a glossary term."""
    terms: dict[str, int] = {}
    for name in (term.name, *term.synonyms):
        _name(terms, name)
    for name in term.related:
        _say(terms, words.of_name(name), LABEL)
    _say(terms, words.split(term.definition), TEXT)
    return Document(f"term:{term.name}", "TERM", "", "", term.name, (), False, terms)


def _document(
    node: str,
    type_: str,
    kind: str,
    namespace: str,
    name: str,
    labels: Labelled,
    tags: Sequence[Tag],
    owners: Sequence[Owner],
    description: Description | None,
    terms: dict[str, int],
    meanings: Meanings,
    short: str = "",
) -> Document:
    _name(terms, short or name)
    every = {tag.name: tag for tag in (*tags, *labels.tags)}
    marks = [("tag", tag) for tag in sorted(every)]
    marks += [("owner", owner) for owner in sorted({owner.name for owner in (*owners, *labels.owners)})]
    marks += [("term", term) for term in sorted(term.name for term in labels.terms)]
    for sort, label in marks:
        terms[mark(sort, label)] = EXACT
        _say(terms, words.of_name(label), LABEL)
    for tag in every.values():
        _say(terms, words.split(" ".join((tag.value, *tag.attributes.values()))), LABEL)
    for term in labels.terms:
        for synonym in meanings.terms[term.name].synonyms if term.name in meanings.terms else ():
            _say(terms, words.of_name(synonym), LABEL)
    for text in (*labels.descriptions, *((description,) if description else ())):
        _say(terms, words.split(text.text), TEXT)
    sensitive = any(meanings.sensitive(tag) for tag in every)
    return Document(node, type_, kind, namespace, name, tuple("=".join(one) for one in marks), sensitive, terms)


def _name(terms: dict[str, int], name: str) -> None:
    exact, *last = words.whole(name)
    _say(terms, [f"^{exact}"], EXACT)
    _say(terms, [f"^{part}" for part in last], LAST)
    _say(terms, words.of_name(name), NAME)


def _say(terms: dict[str, int], found: Iterable[str], rank: int) -> None:
    for word in found:
        if terms.get(word, rank + 1) > rank:
            terms[word] = rank
