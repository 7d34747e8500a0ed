"""What long runs need: to stop between two steps, to leave whole files, to say where they ran.

`scse.training`, `scse.experiments` and `scse.snapshots` use it.
"""

import os
import platform
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
    """What decides how numbers are rounded, beside the versions.

    The processor is named, too: two with the same instructions were seen to round differently.
    """
    capability = torch.backends.cpu.get_cpu_capability()
    threads = torch.get_num_threads()
    system = f"{platform.system()} {platform.machine()}"
    return f"{system}, {_processor()}, {capability}, {threads} threads"


def _processor() -> str:
    """Its name, and on Linux its family and model: a virtual machine's name may be a brand only."""
    said: dict[str, str] = {}
    with suppress(OSError):  # where it is no Linux
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
        lines = (line.partition(":") for line in text.split("\n\n")[0].splitlines())
        said = {key.strip(): value.strip() for key, _, value in lines}
    if "model name" not in said:  # nor has ARM such a line
        return platform.processor() or "unknown processor"
    return f"{said['model name']} (family {said.get('cpu family')}, model {said.get('model')})"
