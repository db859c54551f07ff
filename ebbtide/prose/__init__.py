"""Markdown in our dialect -> safe HTML, with every reference in it and its place. The only user of Python-Markdown and nh3.

`docs/writing.md` describes the dialect for those who write in it.
"""

from ebbtide.prose.writer import RULES, Surroundings, Writer

__all__ = ["RULES", "Surroundings", "Writer"]
