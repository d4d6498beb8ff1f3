"""The gate between two batches: may a pipeline go on with these versions?

Enters: what runs have read or written. Leaves: a verdict from the guard switch, once everything recorded so far
was delivered, so that a batch is judged with itself in view. Only ``block=True`` may raise. A gate that cannot
be asked lets the batch through and says so in the verdict's ``error``.
"""

from pathlib import Path

from driftline.capture.ground import fault
from driftline.capture.runs.pointer import version_of
from driftline.capture.sending import client
from driftline.errors import Blocked, shown
from driftline.event.answer import Verdict
from driftline.event.lineage import Touched
from driftline.guard import policy as policies
from driftline.guard import switch
from driftline.guard.batch import decide_batch


def gate(
    *touched: Touched | str, policy: str | Path | None = None, block: bool = False, timeout: float | None = None
) -> Verdict:
    """Return whether a batch that stands on ``touched`` may go on.

    Args:
        touched: what ``read`` and ``write`` returned, or names of datasets.
        policy: a policy file whose batch rules apply; default: a quarantined version blocks.
        block: raise where an enforced verdict is ``block``.
        timeout: longest wait in seconds for what was recorded to be delivered; default ``settings.flush_seconds``.

    Raises:
        Blocked: the verdict is ``block``, it is enforced, and ``block`` is True.
        BadPolicy, MissingFile: the policy cannot be used.
    """
    owner = client.current()
    if owner is None:
        return Verdict(mode="off")
    rules = None if policy is None else policies.load(policy)
    error = "" if client.flush(timeout) else "not everything recorded was delivered in time"
    try:
        found = switch.Switch(owner.settings.home)  # looks at the file anew: the flush may have written it
        verdict = decide_batch(found, [version_of(one) for one in touched], rules)
    except Exception as problem:  # the fault rule: a gate that cannot be asked is open, and says so
        fault.failed("gate", problem)
        return Verdict(error=f"the gate could not be asked ({shown(problem)})")
    if error:
        verdict = Verdict(
            action=verdict.action,
            reasons=verdict.reasons,
            policy=verdict.policy,
            mode=verdict.mode,
            error="; ".join(filter(None, (verdict.error, error))),
        )
    if block and verdict.action == "block" and verdict.mode == "enforce":
        raise Blocked("; ".join(reason.observed for reason in verdict.reasons) or verdict.error)
    return verdict
