"""Contrast, worked out at build: every pair of colors that meet on a page, under every setting of a reader, whoever chose them."""

from __future__ import annotations

from ebbtide.contrast.judge import RULES, Look, run
from ebbtide.contrast.pairs import NAMES, PAIRS, Pair, table

__all__ = ["NAMES", "PAIRS", "RULES", "Look", "Pair", "run", "table"]
