"""What one process kept, another one reuses."""

import subprocess
import sys
import tempfile

from segue import flow, task
from segue.cache_policies import INPUTS

folder = sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp()


@task(cache_policy=INPUTS)
def work(x, folder):
    print("computing", x)
    return x * 100


@flow
def pipeline():
    return [(state.name, state.result()) for state in (work(x, folder, return_state=True) for x in (1, 2))]


if len(sys.argv) > 1:
    print("child", pipeline())
else:
    print("parent", pipeline())
    child = subprocess.run([sys.executable, __file__, folder], capture_output=True, text=True, check=True)
    print(child.stdout.strip())
