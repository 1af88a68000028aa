"""Text as part of a URL, under the name users know."""

from __future__ import annotations

import re
import unicodedata


def slugify(text: str, max_length: int = 0, separator: str = "-", *, lowercase: bool = True) -> str:
    """Return a text as lower-case letters and digits, with dashes for everything between them; 0: of any length."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^A-Za-z0-9]+", "-", plain.lower() if lowercase else plain).strip("-")
    cut = slug[:max_length].strip("-") if max_length > 0 else slug
    return cut.replace("-", separator)
