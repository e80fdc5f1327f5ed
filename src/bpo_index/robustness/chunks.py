"""Evaluate chunks on any `concurrent.futures.Executor`: in order, a limited number at once, one BLAS thread each.

The result does not depend on the executor, its workers or the machine's load: what a chunk computes depends on the
chunk alone, and chunks are taken in their order. See docs/adr/0008-replicate-engine.md.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from threadpoolctl import threadpool_limits

from bpo_index.errors import EnvironmentFailed

Task = TypeVar("Task")
Part = TypeVar("Part")
Progress = Callable[[int, int], None]

#: Chunks handed out ahead of the one that is waited for, for each worker.
_AHEAD = 4


def evaluate_in_order(
    function: Callable[[Task], Part], tasks: Iterable[Task], executor: Executor | None = None
) -> Iterator[Part]:
    """Yield the function's value of each task, in the order of the tasks.

    Parameters
    ----------
    function
        At the top of a module, so that it can be sent to another process.
    tasks
        Taken a few at a time.
    executor
        Where tasks are evaluated; None: threads, as many as the process may use processors.

    Raises
    ------
    EnvironmentFailed
        When a worker of the executor died and the executor cannot go on.
    """
    under_way: deque[Future[Part]] = deque()
    with threadpool_limits(1, user_api="blas"), _provide(executor) as (pool, workers):
        try:
            for task in tasks:
                under_way.append(pool.submit(_evaluate, function, task, os.getpid()))
                if len(under_way) >= _AHEAD * workers:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        except BrokenExecutor as error:
            raise EnvironmentFailed(
                f"A worker process ended in the middle of the replicates ({error}). Nothing was published; run again, "
                "with fewer workers if memory is short."
            ) from error
        finally:
            for future in under_way:
                future.cancel()


@contextmanager
def _provide(executor: Executor | None) -> Iterator[tuple[Executor, int]]:
    """Yield the executor and its workers; what ends the work early does not wait for threads of our own."""
    if executor is not None:
        yield executor, int(getattr(executor, "_max_workers", 0)) or 16
        return
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    threads = ThreadPoolExecutor(workers)
    try:
        yield threads, workers
    except BaseException:
        threads.shutdown(wait=False, cancel_futures=True)
        raise
    threads.shutdown()


def _evaluate(function: Callable[[Task], Part], task: Task, process: int) -> Part:
    if process != os.getpid():
        with threadpool_limits(1, user_api="blas"):
            return function(task)
    return function(task)
