"""`python -m engine COMMAND …`"""

import os
import sys

# Threads that wait for each other by spinning take the processor from the one they wait for, as soon as another program
# (Blender, say) wants a core: painting then takes ten times as long. Read when torch loads, hence before everything.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# numpy's threads spin whatever that says: scoring takes twice the processor time with them, and is no faster.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from engine.cli import main

sys.exit(main(sys.argv[1:]))
