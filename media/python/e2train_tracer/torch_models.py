"""A PyTorch module as a layer graph: one pass over tensors without values, each function of PyTorch that it calls noted as a layer."""

import contextlib
import copy
import inspect

import torch
from torch.overrides import TorchFunctionMode
from torch.utils.flop_counter import FlopCounterMode

from .problems import Problem, first_line, full_stop
from .sources import call_site, throw_site
from .torch_layers import LayerWriter, Place, tensors_in
from .torch_loading import made_at

#: Two samples: with one, squeeze() would take the batch dimension along.
BATCH = 2

needs_shape = (
    "The model does not say the shape of its input: write a comment such as “# e2train: input 32x32x3” (height, width, channels) in this file."
)


def describe_module(module, name, input_shape, keep_values):
    """
    The graph of a module for images [height, width, channels], vectors [features] or sequences [steps, features].

    Where the pass decides by the values of a tensor, one pass with real values is described, and “obstacle” says which line decides; that
    needs the module's values (`keep_values`), else the failure is raised.
    """
    check_version()
    if input_shape is None:
        raise Problem("input-shape-needed", needs_shape)
    check_inputs(module)
    sources = {path: made_at(one) for path, one in module.named_modules()}
    try:
        shapes = without_values(module, keep_values)
        graph = trace(shapes, name, input_shape, sources, training=True)
        difference = other_in_evaluation(shapes, graph, name, input_shape, sources)
        return {**graph, "obstacle": difference or frozen_parameter(module) or graph["obstacle"]}
    except Exception as failure:
        if not keep_values or not decides_by_values(failure):
            raise
        where = throw_site(failure)
        graph = trace(module, name, input_shape, sources, training=True)
        line = f"Line {where['line']}" if where else "The model"
        obstacle = f"{line} decides by the values of a tensor ({full_stop(first_line(failure))[:-1]}), so the model cannot be traced for training; what is shown is one pass."
        return {**graph, "obstacle": obstacle}


def warm():
    """Traces a module of one layer: PyTorch loads much of itself only when it is first used."""
    layer = torch.nn.Linear(1, 1)
    trace(without_values(layer, keep_values=False), "warm", [1], {}, training=False)
    macs_of(torch.relu, (torch.zeros([1], device="meta"),), {})


def check_version():
    version = tuple(int(part) for part in torch.__version__.split("+")[0].split(".")[:2] if part.isdigit())
    if version < (2, 1):
        raise Problem("threw", f"PyTorch {torch.__version__} is too old for E2-Train: install 2.1 or newer.")


def check_inputs(module):
    try:
        parameters = inspect.signature(module.forward).parameters.values()
    except (TypeError, ValueError):
        return
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    needed = [one for one in parameters if one.default is inspect.Parameter.empty and one.kind in kinds]
    if len(needed) > 1:
        names = ", ".join(one.name for one in needed)
        raise Problem("no-model", f"The model takes {len(needed)} inputs ({names}); E2-Train shows models with one.")


def decides_by_values(failure):
    """Tensors without values say so when they are asked for them."""
    return "meta" in str(failure).lower()


def without_values(module, keep_values):
    return (copy.deepcopy(module) if keep_values else module).to("meta")


def frozen_parameter(module):
    for name, parameter in module.named_parameters():
        if not parameter.requires_grad:
            return f"The parameter “{name}” is frozen (requires_grad is False); training here moves all parameters."
        if parameter.dtype != torch.float32:
            return f"The parameter “{name}” is of type {parameter.dtype}; training here computes in float32."
    return None


def other_in_evaluation(module, graph, name, input_shape, sources):
    """A sentence where evaluation takes another way through the module than training: what was trained would not be what is used."""
    evaluated = trace(module, name, input_shape, sources, training=False)["layers"]
    trained = [layer for layer in graph["layers"] if layer["kind"] != "dropout"]
    for one, other in zip(trained, evaluated):
        if (one["kind"], one["outputShape"]) != (other["kind"], other["outputShape"]):
            return different(one)
    longer = trained if len(trained) > len(evaluated) else evaluated
    return different(longer[min(len(trained), len(evaluated))]) if len(trained) != len(evaluated) else None


def different(layer):
    where = layer.get("source")
    line = f" (line {where['line']})" if where else ""
    return f"From layer “{layer['name']}”{line} on the model does something else in training than in evaluation; it cannot be trained here."


def trace(module, name, input_shape, sources, training):
    first = next(iter(module.parameters()), None)
    device = first.device if first is not None else "cpu"
    kind = first.dtype if first is not None and first.dtype.is_floating_point else torch.float32
    modes = [(one, one.training) for one in module.modules()]
    module.train(training)
    try:
        return _Trace(module, name, sources, training).run(made_input(input_shape, device, kind))
    except (RuntimeError, TypeError, IndexError) as failure:
        if "scalar types" not in str(failure) and "indices" not in str(failure):
            raise
        return _Trace(module, name, sources, training).run(made_input(input_shape, device, torch.long))
    finally:
        for one, mode in modes:
            one.training = mode


def made_input(shape, device, kind):
    sizes = [shape[2], shape[0], shape[1]] if len(shape) == 3 else list(shape)
    return torch.zeros([BATCH, *sizes], device=device, dtype=kind)


class _Trace:
    """One pass through one module."""

    def __init__(self, module, name, sources, training):
        self.module = module
        self.sources = sources
        self.paths = {id(one): path for path, one in module.named_modules(remove_duplicate=True)}
        self.writer = LayerWriter(module, training)
        self.name = name
        self.active = []

    def run(self, given):
        self.writer.add_input(given, self.sources.get(""))
        default = torch.device(given.device)
        with torch.no_grad(), default, self.calls(), _Functions(self):
            result = self.module(given)
        graph = self.writer.graph(self.name, result)
        if not graph["outputs"]:
            raise Problem("no-model", "The model gives no tensor that comes from its input.")
        return graph

    @contextlib.contextmanager
    def calls(self):
        """Knows at every moment which modules are at work."""
        original = torch.nn.Module.__call__
        active = self.active

        def noted(module, *args, **kwargs):
            active.append(module)
            try:
                return original(module, *args, **kwargs)
            finally:
                active.pop()

        torch.nn.Module.__call__ = noted
        try:
            yield
        finally:
            torch.nn.Module.__call__ = original

    def place(self):
        """
        Path of the module at work and the line of what is being computed. A layer of PyTorch's own has the line that made it; a function that an
        own module calls has the line of the call.
        """
        innermost = self.active[-1] if self.active else self.module
        path = self.paths.get(id(innermost), "")
        if is_torch_layer(innermost):
            return path, True, self.sources.get(path) or self.made_around()
        return path, False, call_site() or self.made_around()

    def made_around(self):
        paths = [self.paths.get(id(module), "") for module in reversed(self.active)]
        return next((self.sources[path] for path in [*paths, ""] if self.sources.get(path)), None)

def is_torch_layer(module):
    return type(module).__module__.startswith("torch.nn.") and not isinstance(module, (torch.nn.Sequential, torch.nn.ModuleList, torch.nn.ModuleDict))


class _Functions(TorchFunctionMode):
    """Sees every function of PyTorch that the module calls; those that such a function calls itself are not seen."""

    def __init__(self, owner):
        super().__init__()
        self.owner = owner

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        writer = self.owner.writer
        if not any(id(one) in writer.values for one in tensors_in((args, kwargs))):
            result = func(*args, **kwargs)
            writer.note_constant(args, kwargs, result)
            return result
        result = func(*args, **kwargs)
        if any(True for _ in tensors_in(result)):
            path, is_layer, source = self.owner.place()
            writer.add(func, args, kwargs, result, Place(path, is_layer, source), lambda: macs_of(func, args, kwargs))
        return result


def macs_of(func, args, kwargs):
    """Of one sample, by PyTorch's own count. The function is called once more; one that changes its input in place is elementwise and has none."""
    if func.__name__.endswith("_"):
        return 0
    with FlopCounterMode(display=False) as counter:
        func(*args, **kwargs)
    return counter.get_total_flops() / 2 / BATCH


def state_of(module):
    """The module's state as `state_dict` names it: type, shape, bytes and values of each tensor."""
    state = {}
    for name, tensor in module.state_dict().items():
        if isinstance(tensor, torch.Tensor):
            values = tensor.detach().cpu().contiguous()
            kind = str(values.dtype).removeprefix("torch.")
            state[name] = (kind, values.shape, values.numel() * values.element_size(), lambda values=values: raw(values))
    return state


def raw(values):
    return values.reshape(-1).view(torch.uint8).numpy().tobytes()
