"""Finished files -> the output folder: stage, publish, prune.

Order is the whole point. (1) Everything that changed is written beside its place under a name of its own and forced to disk.
(2) The list of files that are ours, old and new together, is put down. (3) Moved into place, each by one atomic step: assets and
other files first; then pages that are new; then pages that were there. (4) Files no longer made are removed, pages first.
(5) The list becomes the new one.

So, killed between any two steps: each page in the folder is whole, as one build or another made it; the assets that it names
exist; and so does every page that can be reached by links from a page that both builds have, such as the home page. (Two new
pages that link to each other cannot appear in one instant; until the second is there nothing but the first leads to it.)
The next run starts at (1) and ends as a clean one does. The one exception is a name that was a file and becomes a folder, or
the other way round: no file system can exchange the two, so what is in the way goes first.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ebbtide.model.page import File
from ebbtide.problem import Place, Problem

RULES: Mapping[str, str] = {
    "foreign-file": "The output folder holds nothing but what this program made.",
    "out-folder": "The output folder can be written, and is none of the folders that are read.",
    "same-file": "No two pages or files have the same address, and none has one that the output folder keeps for itself.",
}

LIST = ".ebbtide.json"
STAGE = ".ebbtide-stage"
_OTHERS = {".git", LIST, f"{LIST}.new", STAGE}


@dataclass(frozen=True)
class Written:
    """What a run did: files in the folder, how many of them it wrote and how many it removed, and the bytes of all."""

    files: int
    changed: int
    removed: int
    size: int


def refusals(out: Path, shown: str, files: Iterable[File], read: Iterable[Path]) -> list[Problem]:
    """Why `files` must not be written to `out`: problems, or nothing. Touches nothing.

    `read` are the folders that the build reads. `shown` is how problems name the folder.
    """
    place = Place(shown)
    home = out.resolve()
    for folder in read:
        other = folder.resolve()
        if home == other or home in other.parents or other in home.parents:
            message = f"the output folder and {folder} lie inside each other."
            return [_wrong(place, "out-folder", message, "Choose another folder with --out.")]
    problems = _clashes(place, files)
    if out.exists() and not out.is_dir():
        message = "this is a file, not a folder."
        return [*problems, _wrong(place, "out-folder", message, "Choose another name with --out.")]
    ours = set(_listed(out))
    foreign = [path for path in _present(out) if path not in ours]
    if foreign:
        more = f" and {len(foreign) - 3} more" if len(foreign) > 3 else ""
        message = f"the folder holds files that were not made here: {', '.join(foreign[:3])}{more}."
        hint = "Move them away, put them into static/ of the content folder, or choose another folder with --out."
        problems.append(_wrong(place, "foreign-file", message, hint))
    return problems


def write(out: Path, files: Iterable[File], *, clean: bool = False) -> Written:
    """Make `out` hold exactly `files`. Raises OSError where the folder cannot be written.

    Files that are already there with the same bytes are left alone; `clean` writes all of them again. Only one run writes at a
    time. `files` and `out` are such that `refusals` finds nothing wrong with them.
    """
    wanted = {file.path: file.content for file in files}
    out.mkdir(parents=True, exist_ok=True)
    with _alone(out):
        old = set(_listed(out))
        gone = sorted(
            (path for path in old - set(wanted) if _is_file(out / path)), key=lambda path: (not _is_page(path), path)
        )
        respelt = _respelt(out, gone, wanted)
        changed = [
            path for path, content in wanted.items() if clean or path in respelt or not _same(out / path, content)
        ]
        changed.sort(key=lambda path: (_is_page(path), _is_page(path) and _is_file(out / path), path))
        _remove_stage(out)
        _stage(out, changed, wanted)
        if old != set(wanted):
            _put_list(out, old | set(wanted))
        _clear_the_way(out, changed, gone, respelt)
        for number, path in enumerate(changed):
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            (out / STAGE / str(number)).replace(out / path)
        for path in gone:
            _remove(out / path)
        # of all that is not wanted, gone before or now: an earlier run may have been killed just before this step
        _remove_empty(out, old - set(wanted))
        _remove_stage(out)
        if old - set(wanted):
            _put_list(out, set(wanted))
    return Written(len(wanted), len(changed), len(gone), sum(len(content) for content in wanted.values()))


def put_back(folder: Path) -> bool:
    """Undo what a killed `replace_folder` left: the old folder comes back, unless the new one is in place. True where it did."""
    old, new = _beside(folder, "old"), _beside(folder, "new")
    came_back = False
    if old.is_dir():
        if folder.exists():
            _remove_flat(old)
        else:
            old.replace(folder)
            came_back = True
    _remove_flat(new)
    return came_back


def replace_folder(folder: Path, files: Iterable[File]) -> int:
    """Make a flat folder hold exactly `files`, all of them or none. The number of files that differ from before.

    Everything is written into a folder beside it and forced to disk, and then the two change places. Killed before that, the old
    folder is whole; killed between the two steps of the exchange, it stands aside whole, and `put_back` brings it back.
    """
    wanted = {file.path: file.content for file in files}
    folder.parent.mkdir(parents=True, exist_ok=True)
    put_back(folder)
    present = {each.name for each in folder.iterdir()} if folder.is_dir() else set()
    changed = [name for name in wanted if name not in present or not _same(folder / name, wanted[name])]
    count = len(changed) + len(present - set(wanted))
    if not count:
        return 0
    new, old = _beside(folder, "new"), _beside(folder, "old")
    new.mkdir()
    try:
        for name, content in wanted.items():
            _put(new / name, content)
    except OSError:
        with contextlib.suppress(OSError):
            _remove_flat(new)
        raise
    if folder.exists():
        folder.replace(old)
    new.replace(folder)
    _remove_flat(old)
    return count


def _beside(folder: Path, what: str) -> Path:
    return folder.with_name(f".{folder.name}.{what}")


def _remove_flat(folder: Path) -> None:
    if folder.is_dir() and not folder.is_symlink():
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


def _stage(out: Path, changed: list[str], wanted: Mapping[str, bytes]) -> None:
    if not changed:
        return
    (out / STAGE).mkdir()
    try:
        for number, path in enumerate(changed):
            _put(out / STAGE / str(number), wanted[path])
    except OSError:  # most likely the disk is full: what was staged so far must not keep it so
        with contextlib.suppress(OSError):
            _remove_stage(out)
        raise


def _clear_the_way(out: Path, changed: list[str], gone: list[str], respelt: Iterable[str]) -> None:
    """Where a file of ours that goes stands in the way of a folder that comes, or the other way round."""
    going = set(gone)
    for path in changed:
        for parent in PurePosixPath(path).parents:
            if str(parent) in going:
                _remove(out / parent)
        if (out / path).is_dir():
            for inner in [each for each in gone if each.startswith(f"{path}/")]:
                _remove(out / inner)
            for folder, _, _ in os.walk(out / path, topdown=False):
                Path(folder).rmdir()
        if path in respelt:
            _remove(out / path)


def _respelt(out: Path, gone: list[str], wanted: Mapping[str, bytes]) -> set[str]:
    """Wanted files that differ only in capital letters from one that goes, where the disk takes the two names for one file.

    Removing the old name last, as is done with others, would remove the new file.
    """
    spelt = {path.casefold(): path for path in wanted}
    pairs = ((old, spelt[old.casefold()]) for old in gone if old.casefold() in spelt)
    return {new for old, new in pairs if (out / new).exists() and (out / old).samefile(out / new)}


def _put(file: Path, content: bytes) -> None:
    with file.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _put_list(out: Path, paths: set[str]) -> None:
    text = json.dumps({"made_by": "ebbtide", "files": sorted(paths)}, ensure_ascii=False, indent=0)
    _put(out / f"{LIST}.new", text.encode())
    (out / f"{LIST}.new").replace(out / LIST)


def _listed(out: Path) -> list[str]:
    """The files that earlier runs have put into the folder. A path that leads out of it is never believed."""
    try:
        paths = [str(path) for path in json.loads((out / LIST).read_bytes())["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [
        path
        for path in paths
        if path and not PurePosixPath(path).is_absolute() and ".." not in PurePosixPath(path).parts
    ]


def _present(out: Path) -> Iterator[str]:
    """Files in the folder, but for those that a run keeps for itself and a repository's own. A link to a folder counts as a file."""
    for folder, folders, names in os.walk(out):
        top = Path(folder) == out
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        folders[:] = sorted(name for name in folders if name not in links and not (top and name in _OTHERS))
        for name in sorted([*names, *links]):
            if not (top and name in _OTHERS):
                yield (Path(folder) / name).relative_to(out).as_posix()


def _is_page(path: str) -> bool:
    return path.endswith(".html")


def _is_file(file: Path) -> bool:
    """False also where a parent of it is a file, which raises on some systems."""
    try:
        return file.is_file() or file.is_symlink()
    except OSError:
        return False


def _remove(file: Path) -> None:
    """Where it is no longer there, or a folder has taken its place, there is nothing to do."""
    if _is_file(file):
        file.unlink(missing_ok=True)


def _same(file: Path, content: bytes) -> bool:
    try:
        return not file.is_symlink() and file.stat().st_size == len(content) and file.read_bytes() == content
    except OSError:
        return False


def _remove_stage(out: Path) -> None:
    """What a killed run may have left. The stage is flat; a link in its place is removed, not followed."""
    (out / f"{LIST}.new").unlink(missing_ok=True)
    stage = out / STAGE
    if stage.is_symlink():
        stage.unlink()
    elif stage.is_dir():
        for file in stage.iterdir():
            file.unlink()
        stage.rmdir()


def _remove_empty(out: Path, gone: Iterable[str]) -> None:
    parents = {parent for path in gone for parent in PurePosixPath(path).parents if str(parent) != "."}
    for parent in sorted(parents, key=lambda path: (-len(path.parts), path)):
        with contextlib.suppress(OSError):  # not empty, or gone already
            (out / parent).rmdir()


@contextlib.contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Holds a lock on the folder that the system lets go of when the process ends, however it ends."""
    try:
        import fcntl
    except ImportError:  # Windows has no such lock; two builds at once are then the user's to avoid
        yield
        return
    folder = os.open(out, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network and container file systems know no locks
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _clashes(place: Place, files: Iterable[File]) -> list[Problem]:
    """Addresses that two files claim, in whatever capitals: as the same file, or one as a file and the other as a folder."""
    hint = "Rename the article, the file in static/ or the moved_from line behind one of them."
    paths = [file.path for file in files]
    folders = {str(parent).casefold(): path for path in paths for parent in PurePosixPath(path).parents}
    seen: dict[str, str] = {}
    problems = []
    for path in paths:
        name = path.casefold()
        if name in seen:
            problems.append(_wrong(place, "same-file", f"{path} would be written twice.", hint))
        elif name in folders:
            message = f"{path} would be a file, and a folder that holds {folders[name]}."
            problems.append(_wrong(place, "same-file", message, hint))
        if name.partition("/")[0] in _OTHERS:
            message = f"{path} has a name that the output folder keeps for itself."
            problems.append(_wrong(place, "same-file", message, "Rename it, or delete it."))
        seen[name] = path
    return problems


def _wrong(place: Place, rule: str, message: str, hint: str) -> Problem:
    return Problem(place, "error", rule, message, hint)
