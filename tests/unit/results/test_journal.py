"""The journal of a durable run: what `save` returned for is there, whatever happened after."""

import errno
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue import result_journal
from segue.exceptions import MissingResult, SerializationError
from segue.result_journal import JournalResults, OpenedJournal, sound_length


def test_values_come_back_by_their_pointers(tmp_path: Path) -> None:
    journal = JournalResults(tmp_path / "new" / "folder", "run", 3)
    values: list[object] = [None, {"a": [1]}, "x" * 100_000, b"\x00", ValueError("kept")]
    refs = [journal.save(f"step-{number}", value) for number, value in enumerate(values)]
    assert journal.path.name == "run.3.journal"
    assert [repr(OpenedJournal().load(ref)) for ref in refs] == [repr(value) for value in values]
    later = JournalResults(tmp_path / "new" / "folder", "run", 4)
    assert later.load(refs[1]) == {"a": [1]}
    assert later.save("step-9", 9).storage != refs[0].storage


def test_a_function_of_the_script_is_kept_too(tmp_path: Path) -> None:
    journal = JournalResults(tmp_path, "run")
    function = journal.load(journal.save("f", lambda: 3))
    assert callable(function)
    assert function() == 3


@given(cut=st.integers(1, 60), junk=st.binary(max_size=40))
def test_a_torn_end_is_cut_off_and_nothing_else(
    cut: int, junk: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    journal = JournalResults(folder, "run")
    kept = [journal.save(f"step-{number}", number) for number in range(3)]
    torn = journal.save("torn", "x" * 30)
    journal.close()
    content = journal.path.read_bytes()
    assert torn.offset is not None
    broken = content[: max(len(content) - cut, torn.offset)] + junk
    journal.path.write_bytes(broken)
    sound = sound_length(broken)
    again = JournalResults(folder, "run")
    after = again.save("after", "new")
    assert after.offset == sound
    assert [again.load(ref) for ref in [*kept, after]] == [0, 1, 2, "new"]


def test_room_ahead_is_no_record_and_is_given_back(tmp_path: Path) -> None:
    journal = JournalResults(tmp_path, "run")
    first = journal.save("a", 1)
    assert first.offset is not None
    # A process killed here leaves the zeros behind.
    left = journal.path.read_bytes()
    assert left.endswith(bytes(1000))
    journal.close()
    end = journal.path.stat().st_size
    assert journal.path.read_bytes() == left[:end]
    journal.path.write_bytes(left)
    assert sound_length(left) == end
    second = JournalResults(tmp_path, "run").save("b", 2)
    assert second.offset == end
    assert [journal.load(first), journal.load(second)] == [1, 2]


def test_a_pointer_that_leads_to_something_else_is_refused(tmp_path: Path) -> None:
    journal = JournalResults(tmp_path, "run")
    first, second = journal.save("a", 1), journal.save("b", 2)
    assert first.offset is not None
    content = bytearray(journal.path.read_bytes())
    content[first.offset + 12] ^= 1
    journal.path.write_bytes(bytes(content))
    for wrong in (
        first,
        msgspec.structs.replace(second, sha256="0" * 64),
        msgspec.structs.replace(second, key="a"),
        msgspec.structs.replace(second, offset=10_000),
        msgspec.structs.replace(second, offset=None),
        msgspec.structs.replace(second, storage="journal:/no/such/file"),
    ):
        with pytest.raises(MissingResult):
            journal.load(wrong)
    assert journal.load(second) == 2


def test_what_cannot_be_written_is_said_and_costs_nothing_else(tmp_path: Path) -> None:
    journal = JournalResults(tmp_path, "run")
    before = journal.save("a", 1)
    with pytest.raises(SerializationError, match="A value of type 'frame' cannot be written: TypeError: cannot pickle"):
        journal.save("frame", sys._getframe())
    assert [journal.load(before), journal.load(journal.save("b", 2))] == [1, 2]
    (tmp_path / "other.0.journal").write_text("somebody else's file")
    with pytest.raises(OSError, match="this is not a journal of results"):
        JournalResults(tmp_path, "other").save("a", 1)
    assert (tmp_path / "other.0.journal").read_text() == "somebody else's file"


def test_a_full_disk_is_an_error_and_the_journal_goes_on_when_there_is_room(tmp_path: Path) -> None:
    program = """
import errno, resource, signal, sys
from segue.result_journal import JournalResults
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = JournalResults(sys.argv[1], "run")
first = journal.save("a", 1)
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
try:
    journal.save("big", b"x" * 100_000)
except OSError as error:
    print(errno.errorcode[error.errno])
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
second = journal.save("b", 2)
print(journal.load(first), journal.load(second))
"""
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, capture_output=True, text=True)
    assert done.stdout.split() == [errno.errorcode[errno.EFBIG], "1", "2"]


def test_a_child_does_not_write_its_parents_journal(tmp_path: Path) -> None:
    program = """
import os, sys
from segue.result_journal import JournalResults
journal = JournalResults(sys.argv[1], "run")
refs = [journal.save("a", 1)]
child = os.fork()
if child == 0:
    try:
        journal.save("b", 2)
    except OSError as error:
        os.write(1, error.strerror.encode() + b"\\n")
    os._exit(0)
os.waitpid(child, 0)
refs.append(journal.save("c", 3))
print([journal.load(ref) for ref in refs])
"""
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines() == ["another process is writing this journal", "[1, 3]"]


def test_what_a_failed_sync_may_have_lost_is_written_anew_where_its_pointer_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = JournalResults(tmp_path, "run")
    before = journal.save("before", 0)
    journal.settle()
    content = journal.path.read_bytes()
    note, first = journal.notes.save("note", "n"), journal.save("first", 1)

    def failing(_file: int) -> None:
        # The kernel forgets what it could not write, and says so once.
        journal.path.write_bytes(content)
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(result_journal, "_sync", failing)
        with pytest.raises(OSError, match="Input/output error"):
            journal.settle()
    # Nothing was promised yet; whoever saves meanwhile, or settles later, finds both again in their places.
    second = journal.save("second", 2)
    journal.settle()
    assert [OpenedJournal().load(ref) for ref in (before, note, first, second)] == [0, "n", 1, 2]
    journal.close()
    assert sound_length(journal.path.read_bytes()) == journal.path.stat().st_size


def test_many_values_share_a_sync_and_notes_ask_for_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(result_journal, "_sync", synced.append)
    journal = JournalResults(tmp_path, "run")
    for number in range(5):
        journal.save(f"step-{number}", number)
    assert len(synced) == 0
    journal.settle()
    assert len(synced) == 1
    journal.notes.save("note", 1)
    journal.settle()
    assert len(synced) == 1
