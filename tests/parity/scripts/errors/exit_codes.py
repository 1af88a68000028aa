import subprocess
import sys
from pathlib import Path

BODIES = {
    "ends well": "",
    "fails": "raise ValueError('no')",
    "exits": "import sys; sys.exit(7)",
    "exits with words": "import sys; sys.exit('words')",
    "interrupts": "raise KeyboardInterrupt",
    "terminates": "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "exits at once": "import os; os._exit(9)",
}
for name, body in BODIES.items():
    Path("child.py").write_text(f"from segue import flow\n@flow\ndef main():\n    {body or 'pass'}\nmain()\n")
    print(name, subprocess.run([sys.executable, "child.py"], stderr=subprocess.DEVNULL, check=False).returncode)
