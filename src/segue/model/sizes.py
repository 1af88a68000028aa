"""The one table of size limits, in bytes; enforced embedded and remote alike."""

PARAMETERS = 512 * 1024
EVENT = 1024 * 1024
LOG_LINE = 64 * 1024
BATCH = 4 * 1024 * 1024
ARTIFACT = 5 * 1024 * 1024
VARIABLE = 64 * 1024
AUTOMATION = 256 * 1024
LABELS = 64 * 1024
#: The filters of a saved view.
VIEW = 16 * 1024
#: The data of a block, and the schema of its type.
BLOCK = 512 * 1024
NAME = 1024
#: Records waiting in one process before the producer is blocked.
PENDING_RECORDS = 20_000
