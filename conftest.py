"""What every test run shares, nbval's of the notebooks included."""

import os

# What a page prints must not depend on which exercises whoever runs it has solved; kernels inherit.
os.environ["CFI_PROGRESS"] = ":memory:"
