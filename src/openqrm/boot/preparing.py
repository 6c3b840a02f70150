"""Makes the parts of initrds before a machine asks for them: the first one of a kernel costs seconds of a processor."""

from __future__ import annotations

import os
import threading

from openqrm.boot.kernels import Kernels

EVERY_S = 5.0
NICE = 19


def prepare_quietly(kernels: Kernels, ending: threading.Event) -> None:
    """In a thread that works when nobody else does; a part that is being made when ENDING is set is finished first."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)  # on Linux this is of the thread alone
    kernels.prepare(ending.is_set)
