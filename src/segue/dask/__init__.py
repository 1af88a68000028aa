"""Task runs on the workers of a Dask cluster (`pip install "segue[dask]"`)."""

from segue.dask.client import get_async_dask_client as get_async_dask_client
from segue.dask.client import get_dask_client as get_dask_client
from segue.dask.task_runners import DaskTaskRunner as DaskTaskRunner

__all__ = ["DaskTaskRunner", "get_async_dask_client", "get_dask_client"]
