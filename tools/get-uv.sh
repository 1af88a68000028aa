#!/bin/sh
# Print the path of a uv that works, after installing one below .tools/ when the machine has none.
# All it needs is a Python of 3.11 or later with its venv module.
set -eu

if uv --version >/dev/null 2>&1; then
    command -v uv
    exit 0
fi

root=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-python3}
if ! [ -x "$root/.tools/bin/uv" ]; then
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
        echo "Segue needs Python 3.11 or later as '$python'; set PYTHON=/path/to/python3.11 or later." >&2
        exit 1
    }
    # Debian ships the venv module without ensurepip, as a package of its own.
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            { apt-get update && apt-get install -y --no-install-recommends python3-venv; } >&2
        else
            echo "'$python' cannot make virtual environments: install python3-venv (Debian, Ubuntu) or uv." >&2
            exit 1
        fi
    fi
    "$python" -m venv "$root/.tools" >&2
    "$root/.tools/bin/python" -m pip install --quiet --disable-pip-version-check uv >&2
fi
echo "$root/.tools/bin/uv"
