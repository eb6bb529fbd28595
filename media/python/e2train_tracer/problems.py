"""One sentence, and the person's line, for whatever goes wrong."""

import sys

from .limits import TimeIsUp
from .sources import throw_site

LIBRARIES = {"torch": "PyTorch", "keras": "Keras", "tensorflow": "TensorFlow"}


class Problem(Exception):
    """A problem that is known by name where it arises."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def problem(code, message, source=None, export_name=None):
    described = {"code": code, "message": message}
    if source:
        described["source"] = source
    if export_name:
        described["exportName"] = export_name
    return described


def describe(error, request):
    """A problem as data: code, one sentence, and where."""
    code, message = sentence(error, request)
    return problem(code, message, throw_site(error))


def sentence(error, request):
    if isinstance(error, Problem):
        return error.code, str(error)
    if isinstance(error, TimeIsUp):
        return "timeout", (
            f"The file did not finish within {request['timeoutSeconds']:g} s: look for a loop that never ends or work beside building the "
            "model (put that under if __name__ == \"__main__\":), or raise the time limit for inspection."
        )
    if isinstance(error, MemoryError) or "can't allocate memory" in str(error):
        return "out-of-memory", (
            f"The file took more than {request['memoryMB']} MB of memory: keep data out of the model file, or raise the memory limit for inspection."
        )
    if isinstance(error, ModuleNotFoundError) and error.name:
        return "module-not-found", missing_module(error.name.split(".")[0], error.name)
    if isinstance(error, SyntaxError):
        return "syntax-error", f"Syntax error: {full_stop(error.msg)}"
    if isinstance(error, SystemExit):
        return "threw", "The file ends the program (sys.exit) while it is loaded: put that under if __name__ == \"__main__\":."
    name = type(error).__name__
    return "threw", f"The file throws {name}: {full_stop(first_line(error))}"


def missing_module(package, name):
    if package in LIBRARIES:
        return (
            f"{LIBRARIES[package]} is not installed for {sys.executable}: install it there (pip install {package}), "
            "or choose another interpreter."
        )
    return f"The module “{name}” is not there for {sys.executable}: install it there, or choose another interpreter."


def first_line(error):
    """Libraries write pages; the first line with words says what happened."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if lines and lines[0].endswith(":") and len(lines) > 1:
        return f"{lines[0]} {lines[1]}"
    return lines[0][:400] if lines else "without a message"


def full_stop(text):
    return text if text.endswith((".", "!", "?")) else f"{text}."
