"""What a run was given, as text.

Enters: parameters by name, of any kind. Leaves: their texts, cut where long, without those that look secret.
"""

from collections.abc import Mapping
from typing import Any

_LONGEST = 500


def text_of(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Return ``parameters`` as text, cut where long, with values that look secret left out."""
    return {str(key): "***" if _secret(str(key)) else str(value)[:_LONGEST] for key, value in parameters.items()}


def _secret(key: str) -> bool:
    lowered = key.lower().replace("-", "_")
    return any(word in lowered for word in ("password", "passwd", "secret", "token", "credential", "api_key", "apikey"))
