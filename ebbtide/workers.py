"""Work shared among processes: the same results in the same order as without, or the work done here where no pool can be had."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_work: Callable[[Any], Any] | None = None  # in a worker: what it was started for


def shared_out(work: Callable[[_Item], _Result], items: Sequence[_Item], jobs: int) -> Iterator[_Result]:
    """``work(item)`` for each item, in their order, done by `jobs` processes.

    `work` must depend on its item and on what it was made with alone. `work`, items and results must be picklable. With one job,
    and on systems that allow no pool, all is done in this process, one item at a time as the results are asked for. What `work`
    raises is raised here.
    """
    done = 0
    if jobs > 1 and len(items) > 1:
        # These take 10 ms to import, and most sites need none of them.
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor
        from concurrent.futures.process import BrokenProcessPool

        try:
            with ProcessPoolExecutor(
                min(jobs, len(items)), multiprocessing.get_context(start_method()), initializer=_begin, initargs=(work,)
            ) as pool:
                for result in pool.map(_one, items, chunksize=max(1, min(32, len(items) // (jobs * 4)))):
                    done += 1
                    yield result
        except (BrokenProcessPool, ImportError, NotImplementedError, OSError):
            pass  # no semaphores on this system, or a worker was killed, most likely for want of memory: go on without
    yield from (work(item) for item in items[done:])


def start_method() -> str:
    """``fork`` costs a hundredth of a second and ``spawn`` half a second; but only Linux, and only without other threads, can
    fork safely."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


def _begin(work: Callable[[Any], Any]) -> None:
    global _work  # noqa: PLW0603, a worker serves one call of shared_out and ends with it
    _work = work


def _one(item: Any) -> Any:
    assert _work is not None
    return _work(item)
