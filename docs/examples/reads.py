"""Reads of a sequencer, judged in chunks: how good each is, and how much of it is G or C.

    python reads.py FILE.fastq [threads|processes|dask|ray]

Only the standard library besides Segue. A chunk is a task: what is bad in one is told with the read that is at fault, and the
chunks that were judged stay judged.
"""

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from segue import flow, get_run_logger, task, unmapped
from segue.artifacts import create_markdown_artifact


class Read(NamedTuple):
    """One record of a FASTQ file."""

    name: str
    bases: str
    #: Phred scores, one for each base: -10·log10 of the probability that it is wrong (Cock et al. 2010, Sanger encoding).
    quality: list[int]


class Judged(NamedTuple):
    """What is known of some reads together; two of them add up."""

    reads: int
    bases: int
    gc: int
    passed: int
    #: The sum of the qualities in each cycle of the machine.
    cycles: list[int]


def records(file: Path) -> Iterator[Read]:
    """Read a FASTQ file; raises ValueError with the line where it is none."""
    with file.open() as lines:
        for number, head in enumerate(lines):
            bases, plus, quality = (line.rstrip("\n") for line in islice(lines, 3))
            if head[:1] != "@" or plus[:1] != "+" or len(bases) != len(quality):
                raise ValueError(f"{file}, line {4 * number + 1}: no read begins here: {head.strip()!r}")
            yield Read(head[1:].strip(), bases, [ord(letter) - 33 for letter in quality])


@task
def chunks(file: Path, size: int) -> list[list[Read]]:
    """Cut the file into chunks of so many reads."""
    reads = records(file)
    cut = list(iter(lambda: list(islice(reads, size)), []))
    get_run_logger().info("%d chunks of up to %d reads", len(cut), size)
    return cut


@task
def judge(reads: list[Read], least: int) -> Judged:
    """Judge some reads; one passes when its mean quality is at least `least`."""
    cycles = [0] * max(len(read.bases) for read in reads)
    for read in reads:
        for cycle, score in enumerate(read.quality):
            cycles[cycle] += score
    return Judged(
        reads=len(reads),
        bases=sum(len(read.bases) for read in reads),
        gc=sum(read.bases.count(base) for read in reads for base in "GC"),
        passed=sum(sum(read.quality) >= least * len(read.quality) for read in reads),
        cycles=cycles,
    )


@flow
def judge_reads(file: Path, size: int = 25, least: int = 20) -> Judged:
    """Judge all reads of a file, chunk by chunk."""
    parts = judge.map(chunks(file, size), least=unmapped(least)).result()
    whole = Judged(
        *(sum(column) for column in zip(*(part[:4] for part in parts), strict=True)),
        cycles=[sum(scores) for scores in zip(*(part.cycles for part in parts), strict=True)],
    )
    create_markdown_artifact(
        f"**{whole.passed}** of {whole.reads} reads have a mean quality of {least} or more; GC {whole.gc / whole.bases:.1%}.",
        key="reads-judged",
    )
    return whole


if __name__ == "__main__":
    from months import runner

    name = sys.argv[2] if sys.argv[2:] else "threads"
    print(judge_reads.with_options(task_runner=runner(name))(Path(sys.argv[1])))
