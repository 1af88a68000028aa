"""What secrets that we hand out look like, so that people, scanners and our own log lines know one when they see it."""

from __future__ import annotations

import re

#: Kinds: an API key, the token of a run, a sign-in of a browser, a code that is exchanged for a key.
KEY, RUN, SIGN_IN, CODE = "segue_key_", "segue_run_", "segue_ses_", "segue_code_"
#: 32 bytes of chance in URL-safe base64.
_FORM = re.compile(r"segue_(?:key|run|ses|code)_[A-Za-z0-9_-]{43}")
_SHOWN = 4


def is_token(text: str, kind: str) -> bool:
    """Say whether a text has the form of such a secret."""
    return text.startswith(kind) and _FORM.fullmatch(text) is not None


def hint_of(token: str) -> str:
    """Return the beginning of a token: enough to tell it from others, too little to use it."""
    project, kind, rest = token.split("_", 2)
    return f"{project}_{kind}_{rest[:_SHOWN]}"


def without_tokens(text: str) -> str:
    """Return a text in which every such secret is cut down to its hint."""
    if "segue_" not in text:
        return text
    return _FORM.sub(lambda found: f"{hint_of(found[0])}…", text)
