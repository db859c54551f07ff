"""``build.py import`` as a publisher runs it: what it prints, what it leaves, and how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.small_site import TODAY, write_site
from tests.unit.finder.test_import_formats import directory, place

ROOT = Path(__file__).resolve().parents[3]


def run(tmp_path: Path, *arguments: str, hash_seed: str = "0") -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "ebbtide",
        *arguments,
        "--content",
        str(tmp_path / "content"),
        "--today",
        TODAY.isoformat(),
    ]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False, env=environment)


def test_a_list_is_refused_written_and_updated(tmp_path: Path) -> None:
    write_site(tmp_path / "content", 0)
    file, home = tmp_path / "list.xlsx", tmp_path / "content" / "facilities" / "all"
    rows = [
        place("SA BU MD QQ" if n == 0 else "SA BU", f"Clinic {n}", phone="" if n == 7 else "201-555-0123")
        for n in range(150)
    ]
    file.write_bytes(directory(*rows, place("VET", "CLINIC 3")))
    order = ["import", "auto", str(file), "--to", "all", "--edition", "2026 edition", "--dated", "2026"]

    refused = run(tmp_path, *order)
    assert refused.returncode == 1, refused.stderr
    assert refused.stderr == ""
    assert refused.stdout.endswith(
        "Refused (rows): There are 151 rows; a whole national list has at least 10,000.\n"
        "Refused (codes): 1 codes do not stand in the workbook's legend: code QQ.\n"
        "If you know better than this gate: --force codes\n"
        "If you know better than this gate: --force rows\n"
        "Nothing was written.\n"
    )
    assert not home.exists()

    report = tmp_path / "report.txt"
    forced = [*order, "--force", "rows", "--force", "codes"]
    done = run(tmp_path, *forced, "--report", str(report))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(
        "all: 2026 edition, facts of 2026\n"
        "  list.xlsx: 151 rows\n"
        "151 rows in = 150 places out + 1 joined to another of the same site + 0 dropped\n"
        "Points: 0 from the file, 150 of the postal code only, 0 none\n"
        "Places without a number: 1; numbers spelled in letters: 0\n"
    )
    assert "Not known to any legend, and left out: 1\n  code QQ (1)\n" in done.stdout
    assert "Opened by --force codes: 1 codes do not stand in the workbook's legend: code QQ.\n" in done.stdout
    assert done.stdout.endswith("/facilities/all/: 3 files changed.\n")
    assert "list.xlsx, row 152 to list.xlsx, row 5" in report.read_text("utf-8")
    assert sorted(each.name for each in home.iterdir()) == ["al.csv", "list.yaml", "postal-codes.csv"]
    before = {each.name: each.read_bytes() for each in home.iterdir()}

    again = run(tmp_path, *forced, "--update", hash_seed="1")
    assert again.returncode == 0, again.stderr
    assert "Compared with the edition before: 150 the same\n" in again.stdout
    assert again.stdout.endswith("/facilities/all/ had all of this already.\n")
    assert {each.name: each.read_bytes() for each in home.iterdir()} == before


def test_wrong_usage_and_wrong_files_end_without_a_traceback(tmp_path: Path) -> None:
    write_site(tmp_path / "content", 0)
    missing = run(tmp_path, "import", "auto", str(tmp_path / "none.xlsx"), "--to", "all")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr.endswith(
        "none.xlsx: the file cannot be read: No such file or directory. Check its name and permissions.\n"
    )
    unknown = run(tmp_path, "import", "excel", "x")
    assert unknown.returncode == 2
    assert "'excel' is not one of 'auto', 'directory', 'locator-csv', 'locator-json', 'csv'" in unknown.stderr
    made = run(tmp_path, "new", "facilities", "our-clinic")
    assert (made.returncode, made.stderr) == (0, "")
    assert "facilities/our-clinic/places.csv" in made.stdout
