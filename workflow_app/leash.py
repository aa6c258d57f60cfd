"""Runs a program that ends when its parent does: `python leash.py PROGRAM ARGUMENT…` (Linux; elsewhere as is).

A supervisor killed with -9 cannot end its children any more, so the kernel does. This file is run by its
path, without the package around it, to start at once.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Ask for a signal at the parent's death, then become the program."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit(1)
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606 (our own command line)


if __name__ == "__main__":
    main()
