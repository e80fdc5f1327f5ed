"""A Dask cluster as the executor of replicates; the extra `cluster` brings what it needs.

Chunks hold the answers of single respondents: the cluster must be as private as the machine that reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import CancelledError, Executor
from contextlib import contextmanager
from typing import Any

from bpo_index.errors import EnvironmentFailed, UsageError

_CONNECT_SECONDS = 10


@contextmanager
def open_executor(scheduler: str | None) -> Iterator[Executor | None]:
    """Yield an executor on the Dask scheduler at an address such as tcp://host:8786; None without an address.

    Raises
    ------
    UsageError
        When Dask is not installed, or the address is invalid.
    EnvironmentFailed
        When the scheduler does not answer, or its workers are lost for good.
    """
    if scheduler is None:
        yield None
        return
    try:
        from distributed import Client  # noqa: PLC0415
        from distributed.scheduler import KilledWorker  # noqa: PLC0415
    except ImportError:
        raise UsageError("--scheduler needs Dask: install bpo-index with the extra `cluster`.") from None
    try:
        client: Any = Client(scheduler, timeout=_CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError) as error:
        raise EnvironmentFailed(
            f"The scheduler {scheduler} does not answer ({error}). Start it, or check the address."
        ) from None
    except ValueError as error:
        raise UsageError(f"--scheduler {scheduler} is no address ({error}); it looks like tcp://host:8786.") from None
    with client:
        try:
            yield client.get_executor()
        except (KilledWorker, CancelledError) as error:
            raise EnvironmentFailed(
                f"The workers of {scheduler} were lost ({error}). Nothing was published; start workers and run again."
            ) from error
