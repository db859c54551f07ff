"""Settings that all tests share.

A run draws the same random examples each time, so that what fails for one fails for everybody. The full run draws other ones each
time, to find what no run has found yet; what it finds is printed with the call that repeats it.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("seeded", derandomize=True, database=None, deadline=None, print_blob=True)
settings.register_profile("full", database=None, deadline=None, print_blob=True)
settings.load_profile("full" if os.environ.get("EBBTIDE_FULL") else "seeded")
