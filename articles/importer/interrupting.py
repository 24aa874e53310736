"""Ctrl-C in an import: answered between two transactions, where it can break nothing."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

SAID = "\nStopping after what is in work. Ctrl-C once more ends it at once."
SHOW_CURSOR = "\x1b[?25h"  # a progress bar hides it, and has no chance to show it again after a second Ctrl-C


@contextlib.contextmanager
def ctrl_c_held_back() -> Iterator[Callable[[], None]]:
    """Hold Ctrl-C back; give a function that answers one by KeyboardInterrupt, to be called where nothing is half done.

    Raised anywhere, it could come while Django is on its way out of a transaction, which then fails with an error that
    tells nobody what happened. A second Ctrl-C ends the process as ``kill`` does; an import bears that at any moment.
    Whoever answers the signal in another way, as the worker of the admin does, goes on doing so.
    """
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield lambda: None
        return
    process, asked = os.getpid(), threading.Event()

    def take_note(_signal: int, _frame: Any) -> None:
        if os.getpid() != process:
            return  # a process that reads files, and has only just been forked
        asked.set()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if sys.stderr.isatty():
            os.write(sys.stderr.fileno(), f"{SHOW_CURSOR}{SAID}\n".encode())

    def answer() -> None:
        if asked.is_set():
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, take_note)
    try:
        yield answer
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
