"""Runs a person's file as a module and finds what in it is, or makes, a model."""

import ast
import contextlib
import importlib
import inspect
import linecache
import os
import re
import sys
import types
from typing import Any, NamedTuple

from .sources import is_own, place

#: Functions of such names do work; they are not called to see what they return.
WORKS = re.compile(r"^_|^(main|train|test|fit|evaluate|eval|run|demo|cli|load|save|plot|download|parse|setup)(_|$)", re.IGNORECASE)


class Candidate(NamedTuple):
    name: str
    source: dict
    value: Any
    kind: str  # model, function or class


def load(file, text):
    """
    Runs the text as the module of its file, as if it were imported: its name is not __main__.

    Raises whatever the file raises.
    """
    folder = os.path.dirname(file)
    root, name = package_of(file)
    with contextlib.suppress(OSError):
        os.chdir(folder)
    sys.argv = [file]
    sys.path[:] = [root] + [entry for entry in sys.path if entry != root] + project_folders(folder)
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    code = compile(text, file, "exec", dont_inherit=True)
    package = name.rpartition(".")[0]
    if package:
        importlib.import_module(package)
    module = types.ModuleType(name)
    module.__file__ = file
    module.__package__ = package
    sys.modules[name] = module
    exec(code, module.__dict__)  # noqa: S102 - running the person's file is the task
    return module


def forget_own_modules():
    """Before a file is run once more, what it imported of the person's files is run once more, too."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and file.endswith(".py") and is_own(file):
            del sys.modules[name]


def package_of(file):
    """The folder that imports start from, and the file's module name seen from there."""
    folder, name = os.path.dirname(file), os.path.splitext(os.path.basename(file))[0]
    while os.path.exists(os.path.join(folder, "__init__.py")):
        name = f"{os.path.basename(folder)}.{name}"
        folder = os.path.dirname(folder)
    return folder, name


def project_folders(folder):
    """The project around a folder, where people import from: its root and the root's src."""
    marks = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", ".git")
    while True:
        if any(os.path.exists(os.path.join(folder, mark)) for mark in marks):
            return [folder, os.path.join(folder, "src")]
        parent = os.path.dirname(folder)
        if parent == folder:
            return []
        folder = parent


def candidates(module, text, file, is_model, is_model_class):
    """Models in module-level names, then functions and classes of this file that need no arguments, in the order of their lines."""
    found = []
    seen = set()
    for name, (line, node) in sorted(declared(text).items(), key=lambda entry: entry[1][0]):
        value = module.__dict__.get(name)
        if value is None or id(value) in seen:
            continue
        kind = kind_of(value, node, name, module, is_model, is_model_class)
        if kind:
            seen.add(id(value))
            found.append(Candidate(name, place(file, line), value, kind))
    order = {"model": 0, "function": 1, "class": 2}
    return sorted(found, key=lambda candidate: order[candidate.kind])


def kind_of(value, node, name, module, is_model, is_model_class):
    if is_model(value):
        return "model"
    if getattr(value, "__module__", None) != module.__name__:
        return None
    if is_model_class(value):
        return "class"
    if isinstance(value, types.FunctionType) and isinstance(node, ast.FunctionDef) and not WORKS.match(name) and returns(node):
        return "function"
    return None


def declared(text):
    """Names that the module binds at its top level, with the last line that does."""
    names = {}

    def visit(nodes):
        for node in nodes:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                names[node.name] = (node.lineno, node)
            elif isinstance(node, (ast.Assign, ast.AnnAssign)):
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    for part in ast.walk(target):
                        if isinstance(part, ast.Name):
                            names[part.id] = (node.lineno, node)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                for alias in node.names:
                    names[(alias.asname or alias.name).split(".")[0]] = (node.lineno, node)
            else:
                for field in ("body", "orelse", "finalbody"):
                    visit(getattr(node, field, []))

    visit(ast.parse(text).body)
    return names


def returns(function):
    """Whether a function gives something back."""
    nodes = list(function.body)
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Return) and node.value is not None:
            return True
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            nodes.extend(ast.iter_child_nodes(node))
    return False


def needed_arguments(make):
    """Names of the arguments that calling something cannot do without."""
    try:
        parameters = inspect.signature(make).parameters.values()
    except (TypeError, ValueError):
        return []
    open_kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [one.name for one in parameters if one.default is inspect.Parameter.empty and one.kind not in open_kinds]
