"""The numbers of one process of a server: its writer, loops, listeners and requests, and what it uses."""

from __future__ import annotations

import os

from segue.backend.embedded import EmbeddedBackend
from segue.host.usage import usage
from segue.server.feed import Feed
from segue.server.figures.exposition import Family, counter, gauge, histogram
from segue.server.figures.requests import Answered
from segue.server.listening import Listening
from segue.server.loops.metronome import Metronome


class Mine:
    """Looks at the parts of this process."""

    def __init__(
        self, backend: EmbeddedBackend, answered: Answered, metronome: Metronome, feed: Feed, listening: Listening
    ) -> None:
        self._backend = backend
        self._answered = answered
        self._metronome = metronome
        self._feed = feed
        self._listening = listening

    def families(self) -> list[Family]:
        """Return the numbers as they are now; safe from every thread."""
        return [*self._answered.families(), *self._writer(), *self._loops(), *self._listeners(), *self._process()]

    def _writer(self) -> list[Family]:
        seen, spread = self._backend.metrics(), self._backend.spread()
        return [
            histogram("segue_writer_batch_size", "Operations and records of one commit.", spread.size),
            histogram("segue_writer_wait_seconds", "Time for which a batch waited for its turn at the database.", spread.wait),
            histogram("segue_writer_hold_seconds", "Time in the database for one batch, its commit included.", spread.hold),
            counter("segue_writer_operations_total", "Operations written.", seen.operations),
            counter("segue_writer_records_total", "Records of runs written.", seen.records),
            counter("segue_writer_failures_total", "Batches that the database did not take.", seen.failures),
            histogram("segue_database_read_seconds", "Time of one read of the database.", self._backend.reads),
        ]  # fmt: skip

    def _loops(self) -> list[Family]:
        beats = self._metronome.beats()
        beating = {name: float(beat.beating) for name, beat in beats.items()}
        ages = {name: beat.age for name, beat in beats.items() if beat.age is not None}
        return [
            gauge("segue_loop_beating", "Whether a loop does its turns.", beating, label="loop"),
            gauge("segue_loop_age_seconds", "Time since a loop's last turn that went well.", ages, label="loop"),
            counter("segue_loop_failures_total", "Turns of a loop that failed.", self._metronome.failures(), label="loop"),
        ]  # fmt: skip

    def _listeners(self) -> list[Family]:
        return [
            gauge("segue_stream_clients", "Clients that listen to the stream.", self._feed.listeners),
            counter("segue_stream_dropped_total", "Clients let go because they did not keep up.", self._feed.dropped),
            gauge(
                "segue_stream_row", "Number of the last row of the feed that the stream has read.", self._feed.read_to
            ),
            gauge("segue_lease_listeners", "Processes with runs that wait for news of them.", self._listening.waiting),
        ]

    def _process(self) -> list[Family]:
        used = usage()
        return [
            gauge("segue_process_pid", "Number of the process at the operating system.", os.getpid()),
            counter("process_cpu_seconds_total", "Processor time used.", used.cpu),
            gauge("process_resident_memory_bytes", "Memory used.", used.resident),
            gauge("process_open_fds", "Files and connections open.", used.open_files),
        ]
