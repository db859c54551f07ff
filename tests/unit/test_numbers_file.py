"""The numbers that a reader can save: a file of vCards with the digits of the records."""

from __future__ import annotations

from pathlib import Path

from ebbtide import wording
from tests.small_site import CONTACTS, SITE, made, write_site

SAVED = SITE.replace("intro: Say what you like.}", "intro: Say what you like., save: [emergency, line]}")
LINE = """\
  line:
    name: The made-up line, by night; and by day
    short: Night line
    kind: crisis
    region: GB
    for: Listens.
    not_for: It is no ambulance.
    phone: [{number: "+442079460018"}, {number: "+442079460019", label: Text phone}]
    web: https://small.example/
    hours: always
    checked: 2026-11-02
    sources: [{url: "https://small.example/line"}]
"""


def test_the_file(tmp_path: Path) -> None:
    content = write_site(tmp_path)
    (content / "site.yaml").write_text(SAVED, "utf-8")
    (content / "contacts.yaml").write_text(CONTACTS[: CONTACTS.index("  line:")] + LINE, "utf-8")
    files = made(content)
    lines = files["get-help/numbers.vcf"].decode().replace("\r\n ", "").split("\r\n")
    assert lines == [
        "BEGIN:VCARD", "VERSION:3.0", "FN:Emergency services", "N:Emergency services;;;;", "TEL;TYPE=PREF,VOICE:999",
        "NOTE:Sends an ambulance.", "END:VCARD",
        "BEGIN:VCARD", "VERSION:3.0", "FN:The made-up line\\, by night\\; and by day", "N:The made-up line\\, by night\\; and by day;;;;",
        "TEL;TYPE=PREF,VOICE:02079460018", "item2.TEL:02079460019", "item2.X-ABLabel:Text phone", "URL:https://small.example/",
        "NOTE:Listens. Not for: It is no ambulance. Checked: 2 November 2026", "END:VCARD", "",
    ]  # fmt: skip
    assert b'href="numbers.vcf" download' in files["get-help/index.html"]


def test_without_numbers_to_save_there_is_no_file(tmp_path: Path) -> None:
    files = made(write_site(tmp_path))
    assert "get-help/numbers.vcf" not in files
    assert b"numbers.vcf" not in files["get-help/index.html"]


def test_long_lines_are_folded_by_bytes() -> None:
    line = "NOTE:" + "é" * 100
    folded = wording.folded(line)
    assert all(len(piece.encode()) <= 75 for piece in folded.split("\r\n"))
    assert folded.replace("\r\n ", "") == line + "\r\n"
