"""What long runs need: to stop between two steps, to leave whole files, to say where they ran.

`scse.training`, `scse.experiments` and `scse.snapshots` use it.
"""

import os
import platform
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
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


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A place beside ``path`` to write to, moved there at the end; its folder is made.

    So whoever reads ``path`` finds all of it, or what was there before, also if the process is
    killed meanwhile.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    try:
        yield partial
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def machine() -> str:
    """What decides how numbers are rounded, beside the versions."""
    capability = torch.backends.cpu.get_cpu_capability()
    threads = torch.get_num_threads()
    return f"{platform.system()} {platform.machine()}, {capability}, {threads} threads"
