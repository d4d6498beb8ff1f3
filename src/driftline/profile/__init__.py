"""The measure: fingerprints and mergeable, seeded, versioned sketches per column. Pure: no clock, no input, no output."""

from driftline.profile.build import build, merge
from driftline.profile.codec import decode, encode
from driftline.profile.column import Column, Profile
from driftline.profile.fingerprint import Fingerprint, fingerprint

__all__ = ["Column", "Fingerprint", "Profile", "build", "decode", "encode", "fingerprint", "merge"]
