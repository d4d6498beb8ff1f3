"""The records of serving: an answer with everything it stood on, and the verdict that a guard gave it."""

from typing import Literal

import msgspec

from driftline.event.lineage import Version

Action = Literal["allow", "flag", "abstain", "fallback", "block", "escalate"]


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """One version that an answer stood on, and the part it played."""

    role: str  # model, prompt, index, features, documents …
    version: Version


class Retrieved(msgspec.Struct, frozen=True, omit_defaults=True):
    """A document that was retrieved: its content hash, its place in the corpus, its score."""

    content: str  # content hash of the text; "" = only its id is known
    document: str = ""  # id within the corpus, such as refunds.md#3
    score: float = 0.0
    source: Version | None = (
        None  # the file or dataset that it says it was taken from; "" = in which version is not known
    )


class Reason(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a guard decided as it did."""

    rule: str
    observed: str
    limit: str = ""
    evidence: tuple[str, ...] = ()  # ids of incidents, findings, versions


class Verdict(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a guard decided about one answer or one batch."""

    action: Action = "allow"
    reasons: tuple[Reason, ...] = ()
    policy: str = ""  # hash of the policy in force
    mode: Literal["off", "observe", "enforce"] = "enforce"
    error: str = ""  # a rule failed and its failure mode applied
    money_avoided: float = 0.0  # what the held-back answer would have paid


class Answer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One prediction or generation, as the ledger keeps it."""

    id: str  # UUIDv7
    time_us: int  # event time
    endpoint: str  # name of the deployment, such as refund-desk
    partition: str = ""  # nominal slice that it belongs to, such as 2013-01-31
    sources: tuple[Source, ...] = ()
    documents: tuple[Retrieved, ...] = ()  # in order
    perhaps: int = 0  # how many of these, the last ones, were at hand before it, but may have fed earlier answers only
    features: dict[str, float | int | str | bool | None] = {}  # the values used, small ones only; see features_hash
    features_hash: str = ""  # hash over names and values, also where the values are not kept
    question: str = ""  # hash of the question
    text: str = ""  # what was said; "" where only a hash may be kept
    text_hash: str = ""  # content hash of what was said
    decision: str = ""  # the outcome as one word, such as refund or deny
    score: float | None = None
    money: float = 0.0  # what this answer pays out
    currency: str = "USD"
    verdict: Verdict = Verdict()
    trace: str = ""  # W3C trace id, 32 hexadecimal digits
    span: str = ""  # W3C span id of the outermost span of the answer, 16 hexadecimal digits
    tools: tuple[str, ...] = ()  # names of the tools that were called, in order
    tokens_in: int = 0  # that the model read
    tokens_out: int = 0  # that the model wrote
