"""How an answer is worded: from a template on this machine, or by a model that the user has configured.

With ``DRIFTLINE_DEMO_LLM_URL`` (an OpenAI-compatible ``/v1`` address), ``DRIFTLINE_DEMO_LLM_MODEL`` and, where needed,
``DRIFTLINE_DEMO_LLM_KEY``, the sentence is written by that model; the decision and its numbers never are. Without them,
when the model does not answer in time, or when it changes a number, the template is used; a model that fails three
times is not asked again. Nothing is sent anywhere by default.
"""

import http.client
import json
import os
import re
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from driftline.demo.claims import Claim
    from driftline.demo.reply import Reply

PREFIX = "DRIFTLINE_DEMO_LLM_"
TIMEOUT_SECONDS = 10.0
PATIENCE = 3  # failures after which the model is not asked again in this process
_NUMBER = re.compile(r"\d[\d,.]*")
_failures = 0
TEMPLATES = (
    "Dear passenger, about flight {flight}: {reason} {outcome}",
    "Dear passenger, thank you for writing about flight {flight}. {reason} {outcome}",
)


def compose(template: str, claim: "Claim", reply: "Reply") -> str:
    """Return the wording of ``reply``."""
    plain = template.format(flight=claim.flight, reason=_reason(reply), outcome=_outcome(reply))
    url = os.environ.get(f"{PREFIX}URL", "")
    return (_asked(url, plain) or plain) if url and _failures < PATIENCE else plain


def _reason(reply: "Reply") -> str:
    if reply.minutes is not None:
        return f"Our record shows an arrival {reply.minutes:,.0f} minutes late; we compensate above {reply.threshold}."
    if reply.decision == "goodwill":
        return "We hold no record of this flight and believe you."
    return "This flight has no recorded arrival."


def _outcome(reply: "Reply") -> str:
    return f"We pay you {reply.money:,.0f} dollars." if reply.money else "We cannot pay a compensation."


def _asked(url: str, plain: str) -> str:
    """Return the model's wording, or ``""`` where it gives none or changes a number."""
    global _failures
    if not url.startswith(("http://", "https://")):
        return ""
    body = {
        "model": os.environ.get(f"{PREFIX}MODEL", "default"),
        "temperature": 0,
        "messages": [
            {"role": "system", "content": "Reword the letter politely. Keep every number. Add nothing."},
            {"role": "user", "content": plain},
        ],
    }
    headers = {"Content-Type": "application/json"}
    if key := os.environ.get(f"{PREFIX}KEY"):
        headers["Authorization"] = f"Bearer {key}"
    try:
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked above
            f"{url.rstrip('/')}/chat/completions", json.dumps(body).encode(), headers
        )
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310 - as above
            said = json.load(response)["choices"][0]["message"]["content"]
    except (OSError, http.client.HTTPException, ValueError, KeyError, IndexError, TypeError):
        _failures += 1
        return ""
    faithful = isinstance(said, str) and _numbers(said) == _numbers(plain)
    return said.strip() if faithful else ""


def _numbers(text: str) -> set[str]:
    return {number.rstrip(".,").replace(",", "") for number in _NUMBER.findall(text)}
