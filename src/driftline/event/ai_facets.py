"""The facets of models in use: deployments, evaluations, windows of predictions, documents.

OpenLineage has none for them, so these are our own, on standard run events: other servers carry them unread. What feeds
what is not said here but by the inputs and outputs of the events that carry them.
"""

import msgspec


class DeploymentFacet(msgspec.Struct, frozen=True, omit_defaults=True):
    """``driftline_deployment`` on a deployment: which versions answer at an endpoint from now on."""

    endpoint: str  # its name, as answers give it
    stage: str = ""  # production, canary and so on
    parts: dict[str, str] = {}  # role (model, prompt, index …) -> node id of the version


class EvaluationFacet(msgspec.Struct, frozen=True, omit_defaults=True):
    """``driftline_evaluation`` on an evaluation: how good a version was found to be, on which data."""

    subject: str  # node id of the version that was judged
    metrics: dict[str, float] = {}  # name -> value, such as accuracy or groundedness
    judge: str = ""  # who or what judged


class PredictionsFacet(msgspec.Struct, frozen=True, omit_defaults=True):
    """``driftline_predictions`` on a window of predictions: whose answers it holds."""

    endpoint: str  # its name, as answers give it
    since: str  # ISO 8601
    until: str  # ISO 8601, not included


class Origin(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a document came from."""

    content: str = ""  # content hash of the whole document, in the state that was ingested
    node: str = ""  # node id of the version that it was taken from: a file, a table, another collection
    column: str = ""  # column that held its text


class DocumentsFacet(msgspec.Struct, frozen=True, omit_defaults=True):
    """``driftline_documents`` on a collection or an index: the documents or chunks in this version, by content."""

    documents: dict[str, str] = {}  # content hash -> id of the document or chunk
    parts: dict[str, str] = {}  # id of a chunk -> id of its document, where that is not what stands before a last #
    origins: dict[str, Origin] = {}  # id of a document -> where it came from
