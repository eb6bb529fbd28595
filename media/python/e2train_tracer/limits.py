"""Limits of time and memory for the person's code, as far as the system knows them. The parent process watches, too, and kills."""

import contextlib
import signal
import sys

try:
    import resource
except ImportError:  # Windows
    resource = None


class TimeIsUp(BaseException):
    """The file took longer than it may. No Exception, so that the person's own `except Exception` lets it pass."""


@contextlib.contextmanager
def limit_time(seconds):
    """
    Interrupts the main thread where it stands, so that the line can be named, and again as long as the person's code holds on. Processor time
    has a hard limit behind that.
    """
    if resource is None:
        yield
        return

    def interrupt(_signal, _frame):
        raise TimeIsUp

    signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1)
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    wanted = int(used + 4 * seconds) + 2
    if hard in (resource.RLIM_INFINITY, -1) or wanted < hard:
        resource.setrlimit(resource.RLIMIT_CPU, (wanted, wanted))
    try:
        yield
    finally:
        stop_clock()


def stop_clock():
    """The interruption has arrived where it is handled, or is needed no more."""
    if resource is not None:
        signal.setitimer(signal.ITIMER_REAL, 0)


def limit_memory(megabytes):
    """Memory that may be taken beyond what the libraries hold already. Only Linux both tells and keeps such a limit."""
    if resource is None or not sys.platform.startswith("linux"):
        return
    with open("/proc/self/status", encoding="ascii") as status:
        held = next(int(line.split()[1]) for line in status if line.startswith("VmData:"))
    limit = held * 1024 + megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (limit, resource.getrlimit(resource.RLIMIT_DATA)[1]))


def end_with_parent():
    """A killed parent leaves no process behind that burns a core."""
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(Exception):
        import ctypes

        parent_death_signal = 1
        ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGKILL)
