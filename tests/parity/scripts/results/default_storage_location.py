"""Unless told otherwise, results lie below the folder named by the setting."""

import tempfile
from pathlib import Path

from segue import flow, task
from segue.results import get_default_result_storage
from segue.settings import SEGUE_LOCAL_STORAGE_PATH, temporary_settings

folder = Path(tempfile.mkdtemp())


@task(persist_result=True, result_storage_key="named")
def keep():
    return 11


@flow
def pipeline():
    return keep()


with temporary_settings({SEGUE_LOCAL_STORAGE_PATH: folder}):
    print(Path(get_default_result_storage().basepath) == folder)
    print(pipeline())
print(sorted(path.name for path in folder.iterdir()))
