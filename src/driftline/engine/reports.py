"""Questions about trouble: incidents, answers, impact, money.

Enters: ids. Leaves: reports, with the money counted from the ledger at the moment of asking. Reads only.
"""

import string
from collections.abc import Iterable, Sequence

import msgspec

from driftline import clock
from driftline.engine import consequence, contents, costs, documents, paid, questions, replaced, series
from driftline.engine.house import House
from driftline.errors import Ambiguous, NotFound
from driftline.event import names
from driftline.event.answer import Answer, Source, Verdict
from driftline.event.finding import Change, Finding, Incident
from driftline.event.lineage import Subgraph, Version
from driftline.event.report import DataChange, Explanation, Impact, IncidentReport, Overview
from driftline.graph import walk

DEPTH = 12
DRAWN = 60  # versions that an explanation draws; beyond, it draws their datasets and jobs
LISTED = 60  # findings that an incident's page lists
TRACED = 12  # findings that are shown with their series
BEFORE_US = 56 * 86_400_000_000  # how far back an explanation looks for findings
_MOMENT = 12  # digits of an answer's id that tell its moment
_SHORTEST = 8  # digits of its beginning, those of a minute
_WITHIN = 500  # answers of one moment that are looked through


def incidents(house: House, state: str, limit: int, offset: int) -> tuple[list[Incident], int]:
    """Return incidents, newest first, with their money as of now."""
    page, total = house.store.incidents.list(state, limit, offset)
    return [counted(house, incident) for incident in page], total


def one_incident(house: House, id_: str) -> Incident:
    """Return the incident whose id begins with ``id_``."""
    found = house.store.incidents.matching(id_)
    if not found:
        raise NotFound(f"incident {id_}", hint="'driftline incidents' lists them.")
    if len(found) > 1:
        raise Ambiguous(f"incident {id_}: {', '.join(incident.id for incident in found[:5])}")
    return found[0]


def counted(house: House, incident: Incident) -> Incident:
    """Return ``incident`` with its money counted now; that of a resolved one stands."""
    if incident.state == "resolved":
        return incident
    return msgspec.structs.replace(incident, money=costs.count(house, incident))


def incident(house: House, id_: str) -> IncidentReport:
    """Return everything that the page of an incident shows."""
    known = counted(house, one_incident(house, id_))
    proofs = [id_ for one in known.causes for id_ in one.evidence]
    findings = _findings(house, dict.fromkeys((*known.findings[:LISTED], *proofs)))
    held = [entry for entry in house.quarantined if entry.incident == known.id]
    return IncidentReport(
        incident=known,
        findings=tuple(
            series.traced(house, f, known.first_bad_us) if place < TRACED else f for place, f in enumerate(findings)
        ),
        changes=_changes(house, known.changes),
        graph=questions.marked(house, _story(house, known, findings)),
        quarantines=tuple(e for e in house.store.quarantines.list(active=False) if e.incident == known.id),
        actions=_actions(known, len(held), house.settings.guards),
    )


def one_answer(house: House, id_: str) -> Answer:
    """Return the answer with ``id_``, or the one whose id begins so.

    Raises:
        NotFound, Ambiguous: no or several answers begin so.
    """
    found = house.store.ledger.get(id_)
    beginning = [found] if found is not None else _beginning(house, id_)
    if not beginning:
        raise NotFound(f"answer {id_}", hint="'driftline why' without an id lists the newest answers.")
    if len(beginning) > 1:
        raise Ambiguous(f"answer {id_}: {', '.join(answer.id for answer in beginning[:5])}")
    return beginning[0]


def _beginning(house: House, id_: str) -> list[Answer]:
    """Return answers whose ids begin so; the first digits of an id are the moment of the answer in milliseconds."""
    digits = id_.replace("-", "")[:_MOMENT]
    if len(digits) < _SHORTEST or not set(digits) <= set(string.hexdigits.lower()):
        return []
    since, until = int(digits.ljust(_MOMENT, "0"), 16), int(digits.ljust(_MOMENT, "f"), 16) + 1
    found = house.store.ledger.list(since_us=since * 1_000, until_us=until * 1_000, limit=_WITHIN)
    return [answer for answer in found if answer.id.startswith(id_)]


def why(house: House, id_: str) -> Explanation:
    """Return what an answer stood on and what was wrong there."""
    answer = one_answer(house, id_)
    parts, findings, changes, unknown = [], [], [], []
    told = False  # whether the making of any of it is known
    stood = []
    trails = documents.trails(house, answer)
    sources = (*answer.sources, *contents.standing(house, answer, trails))
    for source in sources:
        part = walk.upstream(house.store, source.version.node, depth=DEPTH, then_us=answer.time_us)
        parts.append(part)
        stood.append(f"{source.role} {source.version.dataset.name}")
        if part.edges or any(node.no_upstream for node in part.nodes):
            told = True
        elif _made_here(source) and source.role == "model" and not source.version.version:
            stood[-1] += " (known by its name alone)"  # of a provider, perhaps
        elif _made_here(source):
            unknown.append(stood[-1])
    versions = {node.id for part in parts for node in part.nodes}
    shapes = parts
    if len(versions) > DRAWN:
        shapes = [walk.upstream(house.store, source.version.dataset.node, depth=DEPTH) for source in sources]
    graph = questions.marked(house, questions.joined(shapes))
    for dataset in sorted({node.partition("#")[0] for node in versions}):
        near = house.store.incidents.findings(dataset, since_us=answer.time_us - BEFORE_US, limit=500)
        findings += [f for f in near if f.severity != "note" and Version(f.dataset, f.version).node in versions]
    since = answer.time_us - 14 * 86_400_000_000
    reached = {node.partition("#")[0] for node in versions}
    deeds = house.store.incidents.changes(since_us=since, until_us=answer.time_us)
    changes = [change for change in deeds if change.node in reached or names.run_id(change.run) in versions]
    known = {i.id: i for f in findings for i in house.store.incidents.of_member(f.id)}
    data = replaced.behind(house, parts, answer.time_us)
    return Explanation(
        answer=answer,
        documents=trails,
        graph=graph,
        findings=tuple(sorted(findings, key=lambda f: (-f.size, f.id))[:20]),
        changes=tuple(changes[:20]),
        data=data,
        incidents=tuple(known.values()),
        sentence=_held(
            answer.verdict,
            _sentence(stood, _worst(findings, parts), tuple(known.values()), *_first(data, parts), unknown, told),
        ),
    )


def impact(house: House, node: str) -> Impact:
    """Return what is downstream of ``node`` and which answers stood on it."""
    graph, spans = walk.standing(house.store, node, DEPTH)
    below = [found for found in graph.nodes if found.depth > 0]
    touched = [node, *(found.id for found in below if found.type in {"DATASET", "VERSION"})]
    totals = house.store.ledger.touching(touched, spans=spans)
    endpoints = tuple(sorted(consequence.served(below)))
    how = "stood on it"
    whole = contents.of_node(house, node)
    if whole and (read := house.store.ledger.totals(documents=whole)):
        both = house.store.ledger.totals(nodes=touched, documents=whole, spans=spans) if totals else ()
        how = "stood on it or retrieved its content" if totals else "retrieved its content"
        totals = (*totals, *documents.beyond(read, both))
    currency = paid.currency_of(totals, house.settings.currency)
    sure, perhaps = documents.apart(totals, currency)
    answers, out = sum(t.answers for t in sure), paid.by(sure, currency)
    datasets = sum(found.type in {"DATASET", "VERSION"} for found in below)
    jobs = sum(found.type == "JOB" for found in below)
    columns = sum(found.type == "FIELD" for found in below)
    held = [_many(columns, "column")] if columns else [_many(datasets, "dataset"), _many(jobs, "job")]
    more = "At least " if graph.truncated else ""
    return Impact(
        node=node,
        graph=questions.marked(house, graph),
        datasets=datasets,
        jobs=jobs,
        endpoints=endpoints,
        answers=answers,
        money=out.money,
        others=out.others,
        perhaps=perhaps,
        currency=currency,
        sentence=(
            f"{more}{', '.join(held)} and {_many(len(endpoints), 'served endpoint')} "
            f"lie downstream; {_many(answers, 'answer')} {how} and paid {out}{documents.doubt(perhaps, currency)}."
        ),
    )


def overview(house: House) -> Overview:
    """Return what is being watched, in numbers."""
    store = house.store
    totals = store.ledger.totals(("action", "endpoint"))
    currency = paid.currency_of(totals, house.settings.currency)
    out = paid.by(totals, currency)
    decisions: dict[str, int] = {}
    for total in totals:
        decisions[total.action or "allow"] = decisions.get(total.action or "allow", 0) + total.answers
    counts = store.lineage.counts()
    newest, moved = store.ledger.list(limit=1), store.incidents.findings(limit=1)
    return Overview(
        events=store.log.counts(),
        waiting=store.log.backlog(),
        datasets=counts["datasets"],
        jobs=counts["jobs"],
        runs=counts["runs"],
        versions=counts["versions"],
        answers=sum(total.answers for total in totals),
        money=out.money,
        avoided=round(sum(total.avoided for total in totals if total.currency == currency), 2),
        currency=currency,
        others=out.others,
        decisions=decisions,
        incidents=store.incidents.counts(),
        endpoints=tuple(sorted({total.endpoint for total in totals})),
        updated_us=max([answer.time_us for answer in newest] + [found.time_us for found in moved], default=0),
    )


def _story(house: House, known: Incident, findings: tuple[Finding, ...]) -> Subgraph:
    """Return the path from the first cause to the symptom, and one step of what else is hit."""
    about = next((f for f in findings if f.id == known.symptom), None)
    start = known.causes[0].node if known.causes else about.dataset.node if about else ""
    if not start:
        return Subgraph()
    down = walk.downstream(house.store, start, depth=DEPTH)
    up = walk.upstream(house.store, start, depth=2)
    return questions.joined([down, up])


def _findings(house: House, wanted: Iterable[str]) -> tuple[Finding, ...]:
    return tuple(f for f in map(house.store.incidents.finding, wanted) if f is not None)


def _changes(house: House, wanted: Iterable[str]) -> tuple[Change, ...]:
    return tuple(c for c in map(house.store.incidents.change, wanted) if c is not None)


def _actions(known: Incident, held: int, guards: str) -> tuple[str, ...]:
    """Return what to do next, as sentences. ``held`` counts the bad versions under quarantine."""
    lift = f"'driftline incidents {known.id} --resolve' closes it and lifts its quarantines."
    kept = f"{held} bad version{'s' if held != 1 else ''} under quarantine"
    if known.state == "resolved":
        if not held:
            return ("Nothing to do: it is over.",)
        lift = f"'driftline incidents {known.id} --resolve' lifts that."
        return (f"It is over: new versions are well. {kept} stay so, for they are still bad; {lift}",)
    actions = [f"Look at {one.node}, the most likely cause." for one in known.causes[:1]]
    if held and guards == "enforce":
        actions.append(f"{kept}: answers that need them take the fallback.")
    elif held:
        actions.append(f"{kept}, but guards only {guards}: nothing is held back.")
    else:
        actions.append("Nothing is held back. 'driftline guard quarantine NODE' stops what derives from it.")
    return (*actions, f"When it is mended, new versions flow by themselves. {lift}")


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _first(data: Iterable[DataChange], parts: Iterable[Subgraph]) -> tuple[DataChange | None, tuple[DataChange, ...]]:
    """Return the change that stands on no other one, the furthest of several, and what nobody can tell of.

    These are other versions without known content, of what that change was made of; where no change is known, all that
    stand on no other one.
    """
    every = {f"{change.node}#{change.after or change.before}": change for change in data}
    links = [link for part in parts for link in part.edges if link.kind == "DERIVED" and link.source != link.target]
    told = {node for node, change in every.items() if change.verdict != "unknown"}
    later = {link.target for link in links if link.source in told}
    found = next((node for node in reversed(every) if node in told and node not in later), None)
    if found is None:
        later = {link.target for link in links if link.source in every}
        return None, tuple(change for node, change in every.items() if node not in later)
    above = dict.fromkeys(link.source for link in links if link.target == found and link.source in every)
    return every[found], tuple(every[node] for node in above)


def _worst(findings: Sequence[Finding], parts: Iterable[Subgraph]) -> Finding | None:
    """Return the largest finding; of several one whose version was made of no other version that has one of them."""
    largest = max((one.size for one in findings), default=0.0)
    top = {Version(one.dataset, one.version).node: one for one in reversed(findings) if one.size == largest}
    links = [link for part in parts for link in part.edges if link.kind == "DERIVED" and link.source != link.target]
    later = {link.target for link in links if link.source in top}
    return next((one for node, one in top.items() if node not in later), next(iter(top.values()), None))


def _held(verdict: Verdict, sentence: str) -> str:
    """Return ``sentence`` after that the answer was held back, by which rules and why; as it is where it went out."""
    if verdict.mode != "enforce" or verdict.action in ("allow", "flag"):
        return sentence
    reasons = "; ".join(f"rule {reason.rule}: {reason.observed}" for reason in verdict.reasons) or verdict.error
    held = f"It was held back ({verdict.action})" + (f", {reasons.rstrip('.')}" if reasons else "")
    return f"{held}. {sentence.replace('. Nothing upstream of it moved.', '. Beside that, nothing upstream moved.')}"


def _sentence(
    sources: Sequence[str],
    worst: Finding | None,
    known: tuple[Incident, ...],
    first: DataChange | None,
    unseen: Sequence[DataChange],
    unknown: Sequence[str],
    told: bool,
) -> str:
    """Return what an answer stood on and what was wrong there.

    ``unseen``: what has another version, of which more is not known; ``unknown``: parts without known sources;
    ``told``: whether there are others.
    """
    stood, untold = ", ".join(sources) or "nothing recorded", ", ".join(unknown)
    if known:
        return f"It stood on {stood}. It belongs to incident {known[0].id}: {known[0].title}."
    if worst is not None:
        return f"It stood on {stood}. Upstream, {worst.dataset.name}: {worst.sentence}"
    if first is not None:
        said = names.label(first.node) + (f", {first.partition}" if first.partition else "")
        said += f", at {clock.to_datetime(first.at_us):%Y-%m-%d %H:%M} UTC" if first.at_us else ""
        more = f" It was made of another version of {_named(unseen)} too, whose content is not known." if unseen else ""
        return f"It stood on {stood}. No alarm upstream; what changed first is {said}: {first.sentence}{more}"
    if unseen:
        came = f"{_named(unseen)} came in another version, whose content is not known"
        return f"It stood on {stood}. No alarm upstream; {came}."
    if not told and not unknown:  # there is nothing upstream that anybody here could know of
        return f"It stood on {stood}."
    if not told:
        return f"It stood on {stood}. No run has told how {untold} came about, so whether anything moved is not known."
    if unknown:
        return f"It stood on {stood}. Nothing moved where it is known; no run has told how {untold} came about."
    return f"It stood on {stood}. Nothing upstream of it moved."


def _made_here(source: Source) -> bool:
    """Whether runs can have made it: no prompt, which is known by its own text, and no model of a provider."""
    namespace = source.version.dataset.namespace
    return source.role != "prompt" and (source.role != "model" or namespace == "file" or "://" in namespace)


def _named(changes: Sequence[DataChange]) -> str:
    return ", ".join(dict.fromkeys(names.label(change.node) for change in changes))
