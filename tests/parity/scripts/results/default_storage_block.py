"""A saved block that the settings name keeps results where nobody names another place, and they are kept because of it."""

from pathlib import Path

from segue import flow, task
from segue.filesystems import LocalFileSystem
from segue.results import get_default_result_storage
from segue.settings import SEGUE_DEFAULT_RESULT_STORAGE_BLOCK, temporary_settings
from segue.states import Completed

LocalFileSystem(basepath=str(Path("kept").resolve())).save("mine")


@task
def unsaid():
    return 5


@task(persist_result=False)
def unkept():
    return 6


@flow
def main():
    return unsaid(), unkept()


with temporary_settings({SEGUE_DEFAULT_RESULT_STORAGE_BLOCK: "local-file-system/mine"}):
    storage = get_default_result_storage()
    print(type(storage).__name__, Path(storage.basepath).name)
    state = main(return_state=True)
    print(state.result(), len([path for path in Path("kept").iterdir() if path.is_file()]))
print(Completed(message="m", data=5).copy(update={"name": "Renamed"}).name)
