"""The bibliography and the glossary."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ebbtide.model.base import Id, Strict, Text, Url, form

SourceId = Annotated[
    str, form(r"^[A-Za-z][A-Za-z0-9-]*$", "Use letters, digits and hyphens, and begin with a letter.", max_length=40)
]
Doi = Annotated[str, form(r"^10\.\d{4,9}/\S+$", "Write it from 10. on, without https://doi.org/ before it.")]


class Reference(Strict):
    """One source. `evidence` says in a reader's words what kind it is: "Survey of 395 people who use it"."""

    title: Text
    authors: Text | None = None
    publisher: Text | None = None
    year: Annotated[int, Field(ge=1800, le=2200)] | None = None
    url: Url | None = None
    doi: Doi | None = None
    evidence: Text

    @property
    def href(self) -> str | None:
        """Where it can be read: by its DOI, which outlives addresses, else its own address."""
        return f"https://doi.org/{self.doi}" if self.doi else self.url


class Bibliography(Strict):
    """``sources.yaml``."""

    sources: dict[SourceId, Reference] = {}


class Term(Strict):
    """A word that a reader may not know, and what it means in a sentence or two."""

    term: Text
    means: Text
    sources: tuple[SourceId, ...] = ()


class Glossary(Strict):
    """``glossary.yaml``."""

    terms: dict[Id, Term] = {}
