"""Every error that Driftline raises on purpose.

One root with a ``code`` (stable, lower case, dashed) and a ``hint`` (what to do next). One class per situation; the
class docstring is the message, completed with the words given. The HTTP status and the exit code of a command follow
from the class, so that a person meets the same sentence everywhere.
"""


def shown(error: BaseException) -> str:
    """Return the class and the message of ``error``, which may fail at being shown."""
    try:
        said = str(error)
        return f"{type(error).__name__}: {said}" if said else type(error).__name__
    except Exception:  # the message is made by code of the user's
        return f"{type(error).__name__}: (it cannot be shown)"


class DriftlineError(Exception):
    """Something in Driftline went wrong."""

    code = "error"
    hint = "Run the command again with --help, or open an issue with the message above."
    http_status = 500
    exit_code = 1

    def __init__(self, detail: str = "", *, hint: str = "") -> None:
        message = (type(self).__doc__ or "").strip()
        self.message = f"{message.rstrip('.')}: {detail}" if detail else message
        if hint:
            self.hint = hint
        super().__init__(self.message)
        self.add_note(f"Hint: {self.hint}")  # what a traceback shows below the message


class BadEvent(DriftlineError):
    """This is not an OpenLineage event that can be read."""

    code = "bad-event"
    hint = "It is kept in quarantine. Compare it with the OpenLineage 2-0-2 schema and send it again."
    http_status = 400
    exit_code = 65


class BadInput(DriftlineError):
    """The input cannot be used."""

    code = "bad-input"
    hint = "Correct the value named above and try again."
    http_status = 400
    exit_code = 65


class BadSetting(DriftlineError):
    """A setting cannot be used."""

    code = "bad-setting"
    hint = "Correct it in driftline.toml, in the environment or on the command line."
    http_status = 400
    exit_code = 78


class BadPolicy(DriftlineError):
    """A guard policy cannot be used."""

    code = "bad-policy"
    hint = "Correct the policy; until then the last good one stays in force."
    http_status = 400
    exit_code = 78


class NotFound(DriftlineError):
    """Nothing by that name is known here."""

    code = "not-found"
    hint = "Check the spelling; 'driftline search' finds datasets, columns and jobs by parts of their names."
    http_status = 404
    exit_code = 66


class Ambiguous(DriftlineError):
    """Several things go by that name."""

    code = "ambiguous"
    hint = "Use one of the full names listed above."
    http_status = 409
    exit_code = 65


class MissingFile(DriftlineError):
    """There is no such file."""

    code = "missing-file"
    hint = "Check the path; relative paths start at the current directory."
    http_status = 404
    exit_code = 66


class MissingExtra(DriftlineError):
    """A package that this feature needs is not installed."""

    code = "missing-extra"
    hint = "Install the extra that the message names."
    http_status = 501
    exit_code = 69


class PortInUse(DriftlineError):
    """The address is already in use."""

    code = "port-in-use"
    hint = "Choose another one with --port, or stop the program that holds it."
    http_status = 500
    exit_code = 75


class StoreTooNew(DriftlineError):
    """The store was written by a newer version of Driftline."""

    code = "store-too-new"
    hint = "Upgrade Driftline (in a clone: 'git pull', 'pip install -e .') or name another store. Nothing was changed."
    http_status = 500
    exit_code = 78


class StoreUnusable(DriftlineError):
    """The store cannot be opened."""

    code = "store-unusable"
    hint = "Check that the folder exists, can be written, and holds a Driftline store. Nothing was changed."
    http_status = 503
    exit_code = 74


class Blocked(DriftlineError):
    """A guard told to block has stopped this."""

    code = "blocked"
    hint = "See the incident that the message names; 'driftline guard release' lifts the quarantine."
    http_status = 409
    exit_code = 77


class Interrupted(DriftlineError):
    """The work was interrupted before its end."""

    code = "interrupted"
    hint = "What was finished is kept. Run the same command again."
    http_status = 500
    exit_code = 130


class Unauthorized(DriftlineError):
    """This needs a token."""

    code = "unauthorized"
    hint = "Send 'Authorization: Bearer …' with the token that the server was started with (DRIFTLINE_TOKEN)."
    http_status = 401
    exit_code = 77


class WrongMethod(DriftlineError):
    """This address does not take that method."""

    code = "wrong-method"
    hint = "The addresses and their methods are listed in /api/openapi.json."
    http_status = 405


class TooLarge(DriftlineError):
    """The request is too large."""

    code = "too-large"
    hint = "Send less at a time: split a batch, or leave out facets that hold whole files."
    http_status = 413
    exit_code = 65


class WrongMediaType(DriftlineError):
    """This kind of content is not taken here."""

    code = "wrong-media-type"
    hint = "Send JSON with 'Content-Type: application/json', plain or with 'Content-Encoding: gzip'."
    http_status = 415
    exit_code = 65


class Busy(DriftlineError):
    """The server has too much to do right now."""

    code = "busy"
    hint = "Try again in a moment; sending the same event twice does no harm."
    http_status = 503
    exit_code = 75
