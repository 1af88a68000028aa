import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
from segue.settings import get_current_settings
s = get_current_settings()
print(s.tasks.default_retries, s.flows.default_retries, s.logging.level, s.results.persist_by_default)
"""


def settings(**more):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("SEGUE_TASKS")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env={**environment, **more}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


print(settings())
Path("pyproject.toml").write_text("[tool.segue]\ntasks.default_retries = 1\nflows.default_retries = 1\n")
print(settings())
Path("segue.toml").write_text('[tasks]\ndefault_retries = 2\n[logging]\nlevel = "ERROR"\n')
print(settings())
Path(".env").write_text("SEGUE_TASKS_DEFAULT_RETRIES=3\nSEGUE_RESULTS_PERSIST_BY_DEFAULT=true\n")
print(settings())
print(settings(SEGUE_TASKS_DEFAULT_RETRIES="4", SEGUE_LOGGING_LEVEL="DEBUG"))
