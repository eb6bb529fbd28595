"""What PyTorch does while a person's file is loaded: notes where modules are made and, where only shapes are wanted, gives layers no values."""

import contextlib
import sys

import torch
from torch.overrides import TorchFunctionMode

from .sources import call_site

_made = {}


def made_at(module):
    """The line that made a module; absent where no own line was at work."""
    entry = _made.get(id(module))
    return entry[1] if entry else None


@contextlib.contextmanager
def noting_modules():
    """Notes for every module the own line that makes it."""
    constructor = torch.nn.Module.__init__

    def noted(self, *args, **kwargs):
        if id(self) not in _made:
            # The module is kept, so that its identity is not given to another one.
            _made[id(self)] = (self, call_site(self))
        constructor(self, *args, **kwargs)

    compile_model = getattr(torch, "compile", None)
    torch.nn.Module.__init__ = noted
    torch.compile = lambda model=None, **_: model if model is not None else (lambda made: made)
    try:
        yield
    finally:
        torch.nn.Module.__init__ = constructor
        torch.compile = compile_model


class _ShapesOnly(TorchFunctionMode):
    """Tensors that PyTorch's own layers make for their weights have a shape and no memory."""

    factories = frozenset({torch.empty, torch.zeros, torch.ones, torch.rand, torch.randn, torch.full})

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = dict(kwargs or {})
        if func in self.factories and _inside_torch_layers():
            kwargs["device"] = "meta"
        return func(*args, **kwargs)


def _inside_torch_layers():
    name = sys._getframe(2).f_globals.get("__name__", "")
    return name.startswith("torch.nn.modules.")


@contextlib.contextmanager
def weightless():
    """Layers without values: quick, and small whatever the network. What would load or move values does nothing."""
    module = torch.nn.Module
    kept = (module._apply, module.load_state_dict, torch.load, torch.hub.load_state_dict_from_url)
    module._apply = lambda self, *_, **__: self
    module.load_state_dict = lambda self, *_, **__: torch.nn.modules.module._IncompatibleKeys([], [])
    torch.load = lambda *_, **__: {}
    torch.hub.load_state_dict_from_url = lambda *_, **__: {}
    try:
        with _ShapesOnly():
            yield
    finally:
        module._apply, module.load_state_dict, torch.load, torch.hub.load_state_dict_from_url = kept
