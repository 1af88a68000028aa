"""Settings come with types, names and defaults; the environment is one source."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from segue.settings import SEGUE_HOME, SEGUE_LOCAL_STORAGE_PATH, SEGUE_TASKS_REFRESH_CACHE, get_current_settings

settings = get_current_settings()
print(isinstance(settings.home, Path), isinstance(settings.results.persist_by_default, bool))
print(settings.results.default_serializer, settings.tasks.default_retries, settings.flows.default_retries)
print(SEGUE_HOME.value() == settings.home, SEGUE_LOCAL_STORAGE_PATH.value() == settings.home / "storage")
print(SEGUE_TASKS_REFRESH_CACHE.name, SEGUE_TASKS_REFRESH_CACHE.value(), timedelta is not None)
code = "from segue.settings import get_current_settings as g; s = g(); print(s.tasks.refresh_cache, s.logging.level)"
environment = {**os.environ, "SEGUE_TASKS_REFRESH_CACHE": "true", "SEGUE_LOGGING_LEVEL": "DEBUG"}
print(subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True).stdout.strip())
