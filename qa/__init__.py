"""Questions in: understand, retrieve, answer, verify."""

import os

# A question's products of matrices are so small that a second thread only waits for the next one, at full power: half
# of all processor time. Read when numpy is first imported; whoever sets it keeps what they set.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
