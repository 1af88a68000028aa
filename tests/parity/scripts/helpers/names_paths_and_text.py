"""Small helpers: objects by name, folders, names, text, intervals, deadlines, classes by a word."""

import asyncio
import collections
import os
import time
from pathlib import Path

from segue.utilities.context import get_flow_run_id, get_task_and_flow_run_ids
from segue.utilities.dispatch import get_dispatch_key, lookup_type, register_base_type, register_type
from segue.utilities.filesystem import filename, filter_files, is_local_path, tmpchdir, to_display_path
from segue.utilities.importtools import (
    from_qualified_name,
    import_object,
    lazy_import,
    load_script_as_module,
    to_qualified_name,
)
from segue.utilities.math import bounded_poisson_interval, clamped_poisson_interval, exponential_cdf, poisson_interval
from segue.utilities.names import generate_slug, obfuscate
from segue.utilities.slugify import slugify
from segue.utilities.text import fuzzy_match_string, truncated_to
from segue.utilities.timeout import timeout, timeout_async


class Late(TimeoutError):
    pass


def attempt(label, call):
    try:
        print(label, call())
    except Exception as error:
        print(label, type(error).__name__)


print(to_qualified_name(collections.OrderedDict), from_qualified_name("collections.OrderedDict").__name__)
Path("values.py").write_text("V = 5\nclass K:\n    z = 1\n")
print(import_object("values.py:V"), import_object("os.path.join").__name__, import_object("os:getcwd").__name__)
print(load_script_as_module("values.py").K.z, lazy_import("json").dumps([1]))
attempt("no name", lambda: import_object("values.py:nope"))
attempt("no file", lambda: import_object("nowhere.py:x"))
attempt("no module", lambda: import_object("not_there.zz"))

with tmpchdir("/"):
    print(os.getcwd())
print(filename("/a/b.txt"), is_local_path("/a"), is_local_path("s3://b"), is_local_path("file:///x"))
print(to_display_path(os.getcwd() + "/x"))
os.makedirs("d/e")
for name in ("a.py", "b.txt", "e/c.txt"):
    Path("d", name).touch()
print(sorted(filter_files("d", ["*.txt"])), sorted(filter_files("d")))

print(len(generate_slug(2)) > 3, obfuscate("abcdefgh"), obfuscate("abcdefghijklmn", show_tail=True))
print(slugify("Hello World! é_x"), slugify("a--b__c D/E", max_length=5))
print(truncated_to(5, "abcdefghij"), truncated_to(20, "abc"), truncated_to(10, "x" * 60))
print(fuzzy_match_string("helo", ["hello", "bye"]), fuzzy_match_string("zzz", ["hello"]))
print(poisson_interval(10) >= 0, 0 < clamped_poisson_interval(10, 0.5) < 16, exponential_cdf(1, 1))
print(all(5 <= bounded_poisson_interval(5, 15) <= 15.01 for _ in range(50)))
print(get_flow_run_id(), get_task_and_flow_run_ids())

for kind in (TimeoutError, Late):
    try:
        with timeout(seconds=0.05, timeout_exc_type=kind):
            time.sleep(2)
    except TimeoutError as error:
        print(type(error).__name__)
with timeout(seconds=None), timeout(seconds=5):
    print("in time")
attempt("no timeout", lambda: timeout(seconds=1, timeout_exc_type=ValueError).__enter__())


async def late():
    with timeout_async(seconds=0.05, timeout_exc_type=Late):
        await asyncio.sleep(2)


attempt("async", lambda: asyncio.run(late()))


@register_base_type
class Base:
    @classmethod
    def __dispatch_key__(cls):
        return cls.__name__.lower()


class Child(Base):
    pass


print(lookup_type(Base, "child") is Child, get_dispatch_key(Child), get_dispatch_key(Child()))
attempt("unknown", lookup_type and (lambda: lookup_type(Base, "other")))
attempt("no base", lambda: register_type(type("Stranger", (), {"__dispatch_key__": "x"})))
