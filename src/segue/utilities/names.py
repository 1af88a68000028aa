"""Names nobody had to think of, and words that are not to be read, under the names users know."""

from __future__ import annotations

from uuid import UUID

from segue.decide.run_names import run_name
from segue.host.ids import new_id

OBFUSCATED_PREFIX = "*" * 8
#: The bits of an id that are drawn by chance.
_CHANCE = (1 << 62) - 1


def generate_slug(n_words: int) -> str:
    """Return a random name of some words, joined by dashes."""
    words: list[str] = []
    while len(words) < n_words:
        words += run_name(UUID(new_id()).int & _CHANCE).split("-")
    return "-".join(words[:n_words])


def obfuscate(s: object, show_tail: bool = False) -> str:  # noqa: FBT001, FBT002 - the signature users know
    """Return stars for a secret, of one length for every secret; with its last four characters where it has more than ten."""
    reveal = getattr(s, "get_secret_value", None)
    text = str(s if reveal is None else reveal())
    return OBFUSCATED_PREFIX[:-4] + text[-4:] if show_tail and len(text) > 10 else OBFUSCATED_PREFIX


def obfuscate_string(s: str, show_tail: bool = False) -> str:  # noqa: FBT001, FBT002
    """Return stars for a secret text; see `obfuscate`."""
    return obfuscate(s, show_tail=show_tail)
