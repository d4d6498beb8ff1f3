"""A guard policy: what must hold for the answers of one endpoint, and what happens when it does not.

Enters: YAML (or a mapping), one file per endpoint. Leaves: a frozen ``Policy`` whose ``hash`` is stamped on every
verdict. A misspelt key, an unknown check or a rule that cannot mean anything is refused with what exists; nothing is
ignored silently. Never calls a rule. Format: docs/guide/guard.md.
"""

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

import msgspec

from driftline.errors import BadPolicy, MissingFile
from driftline.event import ids
from driftline.event.answer import Action
from driftline.guard.check import Check
from driftline.guard.rules import CHECKS
from driftline.guard.switch import Mode

T = TypeVar("T")
RuleAction = Literal["flag", "abstain", "fallback", "block", "escalate"]
OnError = Literal["closed", "open", "fallback"]

STRENGTH: dict[Action, int] = {"allow": 0, "flag": 1, "fallback": 2, "abstain": 3, "escalate": 4, "block": 5}
HOLDS: frozenset[str] = frozenset({"fallback", "abstain", "escalate", "block"})  # the draft answer does not go out


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule: which check, what happens when it finds something, and what happens when it fails itself."""

    id: str
    check: str  # name of a check
    action: RuleAction
    on_error: OnError | None = None  # closed: as if it had found something; default: open for flag, else closed
    deadline_ms: float = 50.0  # longest that the check may take
    when: Literal["before", "after"] | None = None  # after: only once the function has run; default: as early as can be
    test: Check = Check()  # the check with its parameters

    @property
    def failure(self) -> OnError:
        """What happens when the check raises, returns nonsense or passes its deadline."""
        return self.on_error or ("closed" if self.action in HOLDS else "open")


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rules of one endpoint."""

    endpoint: str = ""
    version: str = ""  # for people; the hash is what verdicts carry
    mode: Mode = "enforce"
    rules: tuple[Rule, ...] = ()
    estimate: float = 0.0  # what an answer pays that was held back before it was made
    abstain: Any = None  # what a caller gets in place of an answer that is held back without a fallback
    stream: Literal["hold", "pass"] = "hold"  # generators: hold all until judged, or pass on and judge at the end
    hash: str = ""

    @property
    def needs_fallback(self) -> bool:
        """True if a rule may ask for a fallback."""
        return any("fallback" in (rule.action, rule.failure) for rule in self.rules)


_RULE_KEYS = [field.name for field in msgspec.structs.fields(Rule) if field.name != "test"]
_POLICY_KEYS = [field.name for field in msgspec.structs.fields(Policy) if field.name != "hash"]


def load(path: str | Path) -> Policy:
    """Return the policy in the file at ``path``.

    Raises:
        MissingFile: there is none.
        BadPolicy: it cannot be used; the message names the rule and what exists.
    """
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError as error:
        raise MissingFile(str(path)) from error
    except OSError as error:
        raise BadPolicy(f"{path}: {error}") from error
    return parse(data, name=str(path))


def parse(data: bytes, *, name: str = "policy") -> Policy:
    """Return the policy that the YAML ``data`` states; its hash is over exactly these bytes.

    Raises:
        BadPolicy: it cannot be used.
    """
    import yaml  # a policy given as a mapping needs none

    try:
        stated = yaml.safe_load(data)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadPolicy(f"{name} is not YAML: {' '.join(str(error).split())}") from error
    return build(stated, name=name, digest=ids.digest(data))


def build(stated: object, *, name: str = "policy", digest: str = "") -> Policy:
    """Return the policy that the mapping ``stated`` describes.

    Raises:
        BadPolicy: it cannot be used.
    """
    top = _mapping(stated, name)
    _known(top, _POLICY_KEYS, name)
    rules = top.get("rules", ())
    if not isinstance(rules, list | tuple):
        raise BadPolicy(f"{name}: rules must be a list")
    built = [_rule(rule, f"{name}, rule {place}") for place, rule in enumerate(rules, 1)]
    twice = sorted({rule.id for rule in built if sum(other.id == rule.id for other in built) > 1})
    if twice:
        raise BadPolicy(f"{name}: two rules are called {', '.join(twice)}")
    values = {**top, "rules": (), "version": str(top.get("version", "")), "mode": _word(top.get("mode", "enforce"))}
    policy = _convert(values, Policy, name)
    if not digest:
        digest = ids.digest(msgspec.json.encode(top, order="deterministic", enc_hook=str))
    return msgspec.structs.replace(policy, rules=tuple(built), hash=digest)


def _rule(stated: object, name: str) -> Rule:
    given = _mapping(stated, name)
    if isinstance(given.get("id"), str):
        name = f"{name} ({given['id']})"
    check = given.get("check")
    kind = CHECKS.get(check) if isinstance(check, str) else None
    if kind is None:
        stated_as = f"check {check!r} is unknown" if "check" in given else "check is missing"
        raise BadPolicy(f"{name}: {stated_as}; {_exist(str(given.get('check', '')), CHECKS)}")
    parameters = [field.name for field in msgspec.structs.fields(kind)]
    _known(given, [*_RULE_KEYS, *parameters], name)
    test = _convert({key: given[key] for key in parameters if key in given}, kind, name)
    rule = _convert({key: _word(given[key]) for key in _RULE_KEYS if key in given}, Rule, name)
    _sense(rule, kind, name)
    return msgspec.structs.replace(rule, test=test)


def _sense(rule: Rule, kind: type[Check], name: str) -> None:
    if not rule.id:
        raise BadPolicy(f"{name}: id is empty")
    if rule.deadline_ms <= 0:
        raise BadPolicy(f"{name}: deadline_ms must be above 0")
    if rule.action == "flag" and rule.on_error == "closed":
        raise BadPolicy(f"{name}: action flag holds nothing back, so on_error cannot be closed; use open or fallback")
    if rule.when == "before" and not kind.before:
        raise BadPolicy(f"{name}: {rule.check} can only be judged after the function has run")


def _mapping(stated: object, name: str) -> Mapping[str, Any]:
    if not isinstance(stated, Mapping) or not all(isinstance(key, str) for key in stated):
        raise BadPolicy(f"{name} must be a mapping of keys to values")
    return cast("Mapping[str, Any]", stated)


def _known(given: Mapping[str, Any], known: list[str], name: str) -> None:
    for key in given:
        if key not in known:
            raise BadPolicy(f"{name}: unknown key {key!r}; {_exist(key, known)}")


def _exist(word: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1)
    return (f"did you mean {near[0]!r}? " if near else "") + "known are " + ", ".join(names)


def _word(value: object) -> object:
    return "off" if value is False else value  # YAML 1.1 reads a bare off as False


def _convert(values: Mapping[str, Any], shape: type[T], name: str) -> T:
    try:
        return msgspec.convert(values, shape)
    except msgspec.ValidationError as error:
        raise BadPolicy(f"{name}: {error}") from error
