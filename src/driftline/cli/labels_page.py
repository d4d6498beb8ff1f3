"""What is said of a node, as people read it.

Enters: labels. Leaves: lines and tables. What an event says is marked so, because only a newer event changes it.
"""

from collections.abc import Sequence

from driftline.cli import show
from driftline.event import names
from driftline.event.label import Block, Labels, Tag, TagKind, Term


def page(found: Labels) -> None:
    """Print everything about one node."""
    show.say(found.node, "bold")
    for text in found.descriptions:
        show.say(f"{text.text} ({_who(text.origin, text.by)})")
    if not (found.tags or found.inherited):
        show.say("No tags count for it.")
    show.table(
        ("tag", "value", "spreads", "until", "said by"),
        ((*_tag(tag), show.when(tag.expires_us), _who(tag.origin, tag.by)) for tag in found.tags),
    )
    if found.inherited:
        show.heading("Inherited")
        show.table(
            ("tag", "value", "from", "by way of"),
            (
                (
                    one.tag.name,
                    _value(one.tag),
                    names.label(one.source),
                    " → ".join(names.label(place) for place in one.path[1:-1]),
                )
                for one in found.inherited
            ),
        )
    if found.truncated:
        show.say("There is more upstream than was looked at.")
    if found.columns:
        show.heading("Columns")
        show.table(("column", "tags"), ((column, ", ".join(tags)) for column, tags in found.columns.items()))
    if found.owners:
        show.heading("Owners")
        rows = ((owner.name, owner.type, _who(owner.origin, owner.by)) for owner in found.owners)
        show.table(("owner", "type", "said by"), rows)
    if found.terms:
        show.heading("Terms")
        show.table(("term", "said by"), ((term.name, term.by) for term in found.terms))


def kinds(found: Sequence[TagKind]) -> None:
    """Print the tags in use and those that were explained."""
    if not found:
        show.say("No tags are in use. 'driftline tag add NODE NAME' puts one on a node.")
    show.table(
        ("tag", "where an event puts it", "sensitive", "meaning"),
        (
            (kind.name, "spreads" if kind.propagates else "stays", "yes" if kind.sensitive else "", kind.description)
            for kind in found
        ),
    )


def blocks(found: Sequence[Block]) -> None:
    """Print where tags do not pass."""
    if not found:
        show.say("Every tag that spreads passes everywhere.")
    show.table(
        ("from", "to", "tag", "said by"),
        ((names.label(one.source), names.label(one.target), one.tag or "all", one.by) for one in found),
    )


def terms(found: Sequence[Term]) -> None:
    """Print the glossary."""
    if not found:
        show.say("The glossary is empty. 'driftline term define NAME DEFINITION' begins it.")
    show.table(
        ("term", "definition", "synonyms", "related"),
        ((term.name, term.definition, ", ".join(term.synonyms), ", ".join(term.related)) for term in found),
    )


def term(found: Term, nodes: Sequence[str]) -> None:
    """Print one term, and what stands for it."""
    terms([found])
    if nodes:
        show.heading("What stands for it")
        show.table(("node",), ((node,) for node in nodes))


def _tag(tag: Tag) -> tuple[str, str, str]:
    return tag.name, _value(tag), "yes" if tag.propagates else "no"


def _value(tag: Tag) -> str:
    more = ", ".join(f"{key}={value}" for key, value in sorted(tag.attributes.items()))
    return f"{tag.value} ({more})" if tag.value and more else tag.value or more


def _who(origin: str, by: str) -> str:
    return (f"event, {by}" if by else "event") if origin == "event" else by or "somebody"
