"""Workbooks (.xlsx) -> texts of their cells. A workbook is a zip of XML; nothing in it is run, and nothing in it may be huge."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from xml.parsers import expat

from ebbtide.finder.formats.entries import Unreadable

MAX_PART = 256 * 1024 * 1024
"""Bytes of one part of a workbook, unpacked. That of 2023 has 6 MB."""
MAX_WHOLE = 512 * 1024 * 1024
MAX_CELLS = 5_000_000
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


class Workbook:
    """The sheets of a workbook by name. A sheet is read when it is asked for."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except zipfile.BadZipFile:
            raise Unreadable("This is no workbook: it is not a zip of XML files.", "Save it as .xlsx.") from None
        if sum(info.file_size for info in self._zip.infolist()) > MAX_WHOLE:
            raise Unreadable("The workbook unpacks to more than 512 MiB, so it was left alone.")
        self._targets = self._sheets()
        self._strings: list[str] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._targets)

    def rows(self, name: str) -> Iterator[tuple[int, list[str]]]:
        """The rows of a sheet with their numbers; each as its cells' texts from column A on."""
        if self._strings is None:
            self._strings = (
                list(_strings(self._part("xl/sharedStrings.xml"))) if self._has("xl/sharedStrings.xml") else []
            )
        return iter(_cells(self._part(self._targets[name]), self._strings))

    def _sheets(self) -> Mapping[str, str]:
        relations: dict[str, str] = {}
        found: dict[str, str] = {}

        def relation(tag: str, attributes: Mapping[str, str]) -> None:
            if tag == "Relationship":
                target = attributes.get("Target", "")
                relations[attributes.get("Id", "")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")

        def sheet(tag: str, attributes: Mapping[str, str]) -> None:
            if tag == "sheet":
                id = attributes.get(f"{_RELATIONS} id") or next(
                    (value for key, value in attributes.items() if key.split(" ")[-1] == "id"), ""
                )
                if relations.get(id):
                    found[attributes.get("name", "")] = relations[id]

        _parsed(self._part("xl/_rels/workbook.xml.rels"), relation)
        _parsed(self._part("xl/workbook.xml"), sheet)
        return found

    def _has(self, path: str) -> bool:
        return path in self._zip.namelist()

    def _part(self, path: str) -> bytes:
        """A part of the workbook. What its directory says of its size is not believed."""
        try:
            with self._zip.open(path) as stream:
                data = stream.read(MAX_PART + 1)
        except KeyError:
            raise Unreadable(f"The workbook has no part {path}.", "Save it again as .xlsx.") from None
        except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
            raise Unreadable(f"The part {path} of the workbook is damaged ({error}).", "Fetch it again.") from None
        except Exception as error:  # zlib.error has no common parent
            raise Unreadable(f"The part {path} of the workbook is damaged ({error}).", "Fetch it again.") from None
        if len(data) > MAX_PART:
            raise Unreadable(f"The part {path} of the workbook unpacks to more than 256 MiB, so it was left alone.")
        return data


def _parsed(
    data: bytes,
    start: Callable[[str, Mapping[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Run through XML. Tags come without their name space; a document type, which could define entities, is refused."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def no_type(*_: object) -> None:
        raise Unreadable(
            "A part of the workbook declares a document type, which no spreadsheet writes.", "Fetch it again."
        )

    parser.StartDoctypeDeclHandler = no_type
    parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(" ")[2], attributes)
    if end is not None:
        parser.EndElementHandler = lambda tag: end(tag.rpartition(" ")[2])
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Unreadable(f"A part of the workbook is not XML ({error}).", "Fetch it again, or save it again.") from None


def _strings(data: bytes) -> list[str]:
    """The texts that cells share. What only says how a text is pronounced (rPh) is left out."""
    found: list[str] = []
    pieces: list[str] = []
    inside = [False, False]  # of a text; of a pronunciation

    def start(tag: str, _: Mapping[str, str]) -> None:
        if tag == "si":
            pieces.clear()
        elif tag == "rPh":
            inside[1] = True
        elif tag == "t":
            inside[0] = not inside[1]

    def end(tag: str) -> None:
        if tag == "t":
            inside[0] = False
        elif tag == "rPh":
            inside[1] = False
        elif tag == "si":
            found.append(_unescaped("".join(pieces)))

    _parsed(data, start, end, lambda text: pieces.append(text) if inside[0] else None)
    return found


_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def _unescaped(text: str) -> str:
    """Spreadsheets write characters that XML cannot hold as ``_x000D_``."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _cells(data: bytes, strings: list[str]) -> list[tuple[int, list[str]]]:
    sheet = _Sheet(strings)
    _parsed(data, sheet.start, sheet.end, sheet.text)
    return sheet.rows


class _Sheet:
    """Collects the cells of a sheet as its XML goes by."""

    def __init__(self, strings: list[str]) -> None:
        self.rows: list[tuple[int, list[str]]] = []
        self._strings, self._pieces = strings, list[str]()
        self._kind, self._column, self._count, self._inside = "", 0, 0, False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "row":
            number = attributes.get("r", "")
            before = self.rows[-1][0] if self.rows else 0
            self.rows.append((int(number) if number.isdigit() and len(number) < 9 else before + 1, []))
        elif tag == "c" and self.rows:
            self._kind = attributes.get("t", "n")
            self._column = _column(attributes.get("r", ""), len(self.rows[-1][1]))
            self._pieces.clear()
            self._count += 1
            if self._count > MAX_CELLS:
                raise Unreadable("The sheet has more than five million cells, so it was left alone.")
        elif tag in ("v", "t"):
            self._inside = tag == "v" or self._kind == "inlineStr"

    def text(self, text: str) -> None:
        if self._inside:
            self._pieces.append(text)

    def end(self, tag: str) -> None:
        if tag in ("v", "t"):
            self._inside = False
        elif tag == "c" and self._pieces and self.rows and self._column < MAX_COLUMNS:
            row, text = self.rows[-1][1], "".join(self._pieces)
            if self._kind == "s":
                text = self._strings[int(text)] if text.isdigit() and int(text) < len(self._strings) else ""
            row.extend([""] * (self._column + 1 - len(row)))
            row[self._column] = _unescaped(text).strip() if self._kind in ("inlineStr", "str") else text.strip()


MAX_COLUMNS = 1_024
"""Columns that are read: a row need have one cell only to be as wide as a sheet can be."""


def _column(reference: str, otherwise: int) -> int:
    """``C7`` is column 2, counted from 0."""
    letters = re.match(r"[A-Z]{1,3}", reference)
    if not letters:
        return otherwise
    number = 0
    for letter in letters[0]:
        number = number * 26 + ord(letter) - 64
    return number - 1
