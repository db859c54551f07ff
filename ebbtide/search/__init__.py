"""The search: what can be found, the index from A to Z, and the words of all pages as data files for the browser."""

from ebbtide.search.documents import Document, documents
from ebbtide.search.entries import Letter, letters
from ebbtide.search.index import index_files

__all__ = ["Document", "Letter", "documents", "index_files", "letters"]
