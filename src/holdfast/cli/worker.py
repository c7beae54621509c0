"""One of several serving processes: `python -m holdfast.cli.worker HOST PORT PARENT`.

Started by cli/workers.py and by nobody else. It takes its settings from the environment.
"""

import ctypes
import os
import signal
import sys
import threading
import time

from holdfast.cli.log import set_up_log
from holdfast.cli.serving import run_loop, serve_here
from holdfast.cli.store import settings_for

FOLLOW_SECONDS = 0.5
_PR_SET_PDEATHSIG = 1


def main(host: str, port: int, parent: int) -> None:
    """Serve until told to stop, or until the parent is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    else:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()
    if os.getppid() != parent:
        return
    set_up_log()
    run_loop(serve_here(settings_for(None), host, port))


def _follow(parent: int) -> None:
    """End with the parent where the system does not see to it."""
    while os.getppid() == parent:
        time.sleep(FOLLOW_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
