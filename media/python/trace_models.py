"""Entry of the process that runs a person's Python model files: one request per line of standard input, answers on standard output."""

import sys

if sys.version_info < (3, 9):  # noqa: UP036
    sys.exit("E2-Train needs Python 3.9 or newer.")

from e2train_tracer.serving import serve

serve(sys.argv[1:])
