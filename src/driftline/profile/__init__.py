"""The measure: fingerprints and mergeable sketches of every column. Pure: no clock, no input, no output.

``build`` a profile per batch, ``merge`` profiles without the rows, ``encode`` and ``decode`` them as ``dlp1``; a
``fingerprint`` says whether two tables hold the same rows, and if not, in which column they differ.
"""

from driftline.profile.build import build
from driftline.profile.codec import decode, encode, readable
from driftline.profile.column import Column, Profile
from driftline.profile.fingerprint import Fingerprint, fingerprint
from driftline.profile.merge import merge

__all__ = ["Column", "Fingerprint", "Profile", "build", "decode", "encode", "fingerprint", "merge", "readable"]
