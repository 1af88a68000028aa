"""The reader of pages reads what its docstring says."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests.docs.pages import Command, File, PageError, Program, agrees, extras, steps
from tests.docs.reader import Reader

PAGE = dedent(
    """\
    # A page

    ```python title=greet.py
    print("hello")
    ```

    ```python
    assert 1 + 1 == 2
    ```

    ```sh
    rm -rf somewhere
    ```

    ```console
    $ python greet.py
    hello
    $ echo one \\
        two
    one two

    three
    $ false  # exits 1
    ```
    """
)


def test_blocks_become_steps_in_the_order_of_the_page() -> None:
    assert list(steps(PAGE)) == [
        File(3, "greet.py", 'print("hello")\n'),
        Program(7, "assert 1 + 1 == 2\n"),
        Command(16, "python greet.py", ("hello",)),
        Command(18, "echo one two", ("one two", "", "three")),
        Command(23, "false  # exits 1", (), 1),
    ]


def test_comments_are_not_followed_and_extras_are_read_from_them() -> None:
    page = "<!-- needs segue[demo] -->\n<!--\n```console\n$ exit 3\n```\n-->\n```console\n$ true\n```\n"
    assert extras(page) == ("demo",)
    assert list(steps(page)) == [Command(8, "true")]
    assert extras(PAGE) == ()


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ("```console\noutput first\n```\n", "begins with a command"),
        ("```python titel=a.py\n```\n", "title=FILE"),
        ("```python title=../a.py\n```\n", "outside the page's folder"),
        ("```console\n$ # nothing\n```\n", "empty command"),
    ],
)
def test_a_block_that_cannot_be_read_is_refused(page: str, fault: str) -> None:
    with pytest.raises(PageError, match=fault):
        list(steps(page))


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ((), (), True),
        ((), ("something",), False),
        (("a",), ("a",), True),
        (("a",), (), False),
        (("a ... c",), ("a b c",), True),
        (("a ... c",), ("a b d",), False),
        (("...",), (), True),
        (("...", "z"), ("x", "y", "z"), True),
        (("a", "...", "z", "..."), ("a", "z", "z", "b"), True),
        (("a", "...", "z"), ("a", "z", "b"), False),
        (("1.5 s",), ("1x5 s",), False),
    ],
)
def test_dots_stand_for_anything(shown: tuple[str, ...], printed: tuple[str, ...], same: bool) -> None:
    assert agrees(shown, printed) is same


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    folder = tmp_path / "page"
    folder.mkdir()
    return Reader(folder, Path(sys.prefix))


def test_a_reader_follows_a_page_that_tells_the_truth(reader: Reader) -> None:
    for step in steps(PAGE.replace("two\none two\n\nthree", "two\none two")):
        reader.follow(step)


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        (Command(1, "echo one", ("two",)), r"prints something else(.|\n)*-two\n\+one"),
        (Command(1, "false"), "exited with 1, not 0"),
        (Command(1, "kill -9 $$", (), 1), "exited with 137, not 1"),
        (Command(1, "echo much"), "prints something else"),
        (Program(1, "raise SystemExit(3)"), "exited with 3"),
    ],
)
def test_a_page_that_does_not_is_found_out(reader: Reader, step: Command | Program, fault: str) -> None:
    with pytest.raises(AssertionError, match=fault):
        reader.follow(step)


def test_a_reader_stands_in_a_home_of_its_own(reader: Reader) -> None:
    reader.follow(Command(1, "cat; env | grep -c ^SEGUE_; ls -A ~", ("0",), 0))
