"""LocalFileSystem reads and writes below its base path and refuses to leave it."""

import tempfile

from segue.filesystems import LocalFileSystem

files = LocalFileSystem(basepath=tempfile.mkdtemp())
files.write_path("folder/data.txt", content=b"abc")
print(files.read_path("folder/data.txt"))
for path in ("missing.txt", "folder", "../outside.txt"):
    try:
        files.read_path(path)
    except Exception as error:
        print(path, type(error).__name__)
try:
    files.write_path("../outside.txt", content=b"x")
except Exception as error:
    print("write", type(error).__name__)
