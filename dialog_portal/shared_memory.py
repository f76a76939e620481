"""What a process does before it forks others, so that they share its memory."""

import ctypes
import gc


def keep_shared() -> None:
    """Exclude loaded objects from garbage collection, which would write to them and make each worker copy their pages.

    A collection that looks at all of them also takes a tenth of a second, in the middle of whatever is being done.
    Memory that loading no longer needs is freed first, about 10 MB; only GNU's C library needs the call malloc_trim.
    """
    gc.collect()
    if give_back := getattr(ctypes.CDLL(None), "malloc_trim", None):
        give_back(0)
    gc.freeze()
