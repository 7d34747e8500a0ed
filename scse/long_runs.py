"""What every long run needs: to be stopped between two steps, and to say where it ran.

`scse.training` and `scse.experiments` use both.
"""

import platform
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch


@contextmanager
def interrupts_put_off() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets, instead of breaking a step in two; a second one breaks.

    Only the main thread hears signals; elsewhere nothing is put off.
    """
    interrupted = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield interrupted
        return
    before = signal.getsignal(signal.SIGINT)

    def put_off(*_: Any) -> None:
        interrupted.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, put_off)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)


def machine() -> str:
    """What decides how numbers are rounded, beside the versions."""
    capability = torch.backends.cpu.get_cpu_capability()
    threads = torch.get_num_threads()
    return f"{platform.system()} {platform.machine()}, {capability}, {threads} threads"
