"""Tracebacks of what a hooked call raises: as they are without the hook.

Enters: an exception that passes through a wrapper. Leaves: the same one, whose traceback no longer begins with frames
of ours. Python adds a frame where an exception is raised in it, and none where ``raise`` alone lets it go on; so what
a wrapper has taken off stays off. While a call lasts its frames are there to be seen.
"""

import functools
import sys

from driftline.capture.ground import fault

# What wrappers need, by names of ours and without functions in it: dill, and so the cache of Hugging Face datasets,
# tells a user's function by each builtin, too, that is named, however deep, in the functions that it names.
ANY, evaluated, held, frame = BaseException, eval, functools.partial, sys._getframe
names: set[str] = set()  # what the code of wrappers has as its file
_TRACEBACK = BaseException.__dict__["__traceback__"]  # some exceptions allow no attribute to be set, or define it


def through(error: BaseException) -> None:
    """Take our frames off the head of the traceback of ``error``."""
    fault.attempt("traceback", _take, error)


def _take(error: BaseException) -> None:
    first = head = _TRACEBACK.__get__(error)
    while head is not None and head.tb_frame.f_code.co_filename in names:
        head = head.tb_next
    if head is not first:
        _TRACEBACK.__set__(error, head)
