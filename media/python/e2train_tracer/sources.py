"""The person's own files, and which of their lines is at work."""

import os
import site
import sys
import sysconfig
import traceback

_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def _foreign_folders():
    paths = sysconfig.get_paths()
    folders = [paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib") if key in paths]
    folders += site.getsitepackages() if hasattr(site, "getsitepackages") else []
    folders.append(site.getusersitepackages())
    folders.append(_HERE)
    return tuple(os.path.realpath(folder) + os.sep for folder in folders)


_FOREIGN = _foreign_folders()
_known = {}


def is_own(file):
    """Whether a file is the person's: none of Python, of installed packages, or of this tracer."""
    own = _known.get(file)
    if own is None:
        real = os.path.realpath(file)
        foreign = real.startswith(_FOREIGN) or f"{os.sep}site-packages{os.sep}" in real or f"{os.sep}dist-packages{os.sep}" in real
        own = _known[file] = os.path.isabs(file) and not foreign
    return own


def place(file, line):
    return {"file": os.path.abspath(file), "line": max(1, line), "column": 1}


def call_site(made=None):
    """The innermost own line on the stack. Constructors of `made` itself are left out: a layer of an own class is made where it is called."""
    frame = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if is_own(code.co_filename):
            constructs = made is not None and code.co_name in ("__init__", "__new__") and frame.f_locals.get("self") is made
            if not constructs:
                return place(code.co_filename, frame.f_lineno)
        frame = frame.f_back
    return None


def throw_site(error):
    """The innermost own line in the traceback of something that was raised."""
    if isinstance(error, SyntaxError) and error.filename and is_own(error.filename):
        return place(error.filename, error.lineno or 1)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if is_own(frame.filename):
            return place(frame.filename, frame.lineno or 1)
    return None


def own_modules():
    """Files of own modules that have been imported."""
    files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    return sorted(os.path.abspath(file) for file in files if file and file.endswith(".py") and is_own(file))
