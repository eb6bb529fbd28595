"""Answers requests for as long as its parent keeps standard input open, each in a process of its own where the system can fork.

A request is a JSON object: file, text, inputShape (or null), timeoutSeconds, memoryMB, and for training exportName and weightsFile. Before the
person's code runs, the libraries that it imports are loaded and {"type": "loaded"} is sent: from then on the time counts as the file's own.
"""

import contextlib
import importlib
import json
import os
import re
import sys
import threading
import traceback
from importlib.util import find_spec

from .inspection import inspect_file
from .limits import end_with_parent, limit_memory, limit_time
from .sources import is_own

IMPORTS = re.compile(r"^[ \t]*(?:import|from)[ \t]+([A-Za-z_]\w*)", re.MULTILINE)


def serve(arguments):
    answers = private_output()
    end_with_parent()
    in_process = not hasattr(os, "fork") or "--in-process" in arguments
    send(answers, {"type": "ready"})
    for line in sys.stdin:
        request = json.loads(line)
        preload(request["text"])
        send(answers, {"type": "loaded"})
        if in_process or has_threads():
            answer(request, answers, spent=True)
            return
        answer_in_fork(request, answers)


def private_output():
    """What the person's code prints goes nowhere; answers have the real standard output to themselves."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    return answers


def send(answers, message):
    answers.write(json.dumps(message) + "\n")
    answers.flush()


def answer(request, answers, spent):
    limit_memory(request["memoryMB"])
    with limit_time(request["timeoutSeconds"]):
        result = inspect_file(request)
    send(answers, {"type": "result", "result": result, "spent": spent})


def answer_in_fork(request, answers):
    child = os.fork()
    if child == 0:
        code = 1
        try:
            end_with_parent()
            nothing = os.open(os.devnull, os.O_RDONLY)
            os.dup2(nothing, 0)
            answer(request, answers, spent=False)
            code = 0
        except BaseException:  # noqa: BLE001 - the last words of a process that ends here
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if status != 0:
        signal = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        send(answers, {"type": "crashed", "signal": signal})


def has_threads():
    """A forked process would lack them; TensorFlow's are none that Python counts."""
    return threading.active_count() > 1 or "tensorflow" in sys.modules


def preload(text):
    """
    Loads the installed packages that the text imports, once for all requests. What fails fails again, with its line, when the file itself
    imports it.
    """
    choose_keras_backend(text)
    for name in dict.fromkeys(IMPORTS.findall(text)):
        # A file that chooses the backend itself does so before it imports Keras.
        if name == "keras" and "KERAS_BACKEND" in text:
            continue
        with contextlib.suppress(BaseException):
            spec = find_spec(name)
            if spec and spec.origin and os.path.isabs(spec.origin) and not is_own(spec.origin):
                importlib.import_module(name)
    if "torch" in sys.modules:
        with contextlib.suppress(BaseException):
            from . import torch_models

            torch_models.warm()


def choose_keras_backend(text):
    """Keras takes TensorFlow where nothing is said; where that is not installed, another one that is."""
    if os.environ.get("KERAS_BACKEND") or "keras" not in text:
        return
    try:
        with open(os.path.join(os.environ.get("KERAS_HOME", os.path.expanduser("~/.keras")), "keras.json"), encoding="utf-8") as settings:
            said = json.load(settings).get("backend")
    except (OSError, ValueError):
        said = None
    for backend in (said, "tensorflow", "torch", "jax"):
        if backend and find_spec(backend):
            os.environ["KERAS_BACKEND"] = backend
            return
