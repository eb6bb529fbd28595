"""Functions of PyTorch, as they are called in one pass, written as layers of E2-Train's graph (images height × width × channels)."""

from typing import NamedTuple, Optional

import torch

from .torch_functions import HANDLERS


class Value(NamedTuple):
    """A tensor of the pass."""

    layer: str
    #: PyTorch's shape [channels, height, width] that a vector was flattened from: its elements stand in another order here.
    flattened: Optional[tuple] = None
    nonnegative: bool = False


class Place(NamedTuple):
    path: str
    #: Whether a layer of PyTorch's own is at work, not a function that an own module calls.
    is_layer: bool
    source: Optional[dict]


def tensors_in(value):
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from tensors_in(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from tensors_in(one)


def own_shape(shape):
    """PyTorch's shape with batch dimension and channels first, as ours without the one and with channels last."""
    _, *sizes = shape
    if len(sizes) in (3, 4):
        return [*sizes[1:], sizes[0]]
    return sizes


def name_of(func):
    """`add_`, `__iadd__` and `add` are one function."""
    name = getattr(func, "__name__", type(func).__name__)
    if name == "__get__":
        return getattr(getattr(func, "__self__", None), "__name__", name)
    if name.startswith("__") and name.endswith("__"):
        name = name.strip("_")
        return name[1:] if name in ("iadd", "radd", "imul", "rmul", "isub", "rsub") else name
    return name.rstrip("_") or name


class LayerWriter:
    """Collects the layers of one pass, and which parameter of the module is which weight of a layer."""

    def __init__(self, module, training):
        self.training = training
        self.layers = []
        self.bindings = []
        self.values = {}
        self.kept = []
        self.names = set()
        self.parameters = {id(one): name for name, one in [*module.named_parameters(), *module.named_buffers()]}
        self.trainable = {id(one) for one in module.parameters()}
        self.owners = {}
        self.counted = set()
        #: Parameters that tensors beside the pass were computed from, by the tensor's identity.
        self.origins = {}

    def add_input(self, tensor, source):
        self.layers.append({"kind": "input", "name": self.free_name("input"), "inputs": [], "outputShape": own_shape(tensor.shape), **located(source)})
        self.keep(tensor, Value("input"))

    def graph(self, name, results):
        """Of the tensors that the module gives; undefined where none of them is of the pass."""
        outputs = [self.values[id(one)] for one in tensors_in(results) if id(one) in self.values]
        pool_globally(self.layers)
        reordered = next((one.layer for one in outputs if one.flattened), None)
        return {
            "name": name,
            "layers": self.layers,
            "outputs": list(dict.fromkeys(one.layer for one in outputs)),
            "parameters": self.bindings,
            "obstacle": reordered and f"The output “{reordered}” flattens an image; training needs one value per class, made by a dense layer or a pooling.",
        }

    def add(self, func, args, kwargs, result, place, macs):
        name = name_of(func)
        handler = HANDLERS.get(name)
        step = Step(self, name, result, place)
        made = False
        if handler is not None:
            try:
                made = handler(step, *args, **kwargs)
            except TypeError:
                # Called in a way that the handler does not know.
                made = False
        if not made:
            self.add_other(step, args, kwargs, macs)

    def add_other(self, step, args, kwargs, macs):
        """A function that is estimated and not trained."""
        parameters = [one for one in self.parameters_behind(args, kwargs) if one not in self.counted]
        self.counted.update(parameters)
        inputs = [self.values[id(one)] for one in tensors_in((args, kwargs)) if id(one) in self.values]
        count = sum(self.sizes(parameters))
        step.emit("other", inputs, className=step.function, parameters=count, macsPerSample=macs())

    def sizes(self, parameters):
        return [one.numel() for one in self.kept if id(one) in parameters]

    def parameters_behind(self, args, kwargs):
        found = []
        for one in tensors_in((args, kwargs)):
            if id(one) in self.trainable:
                self.kept.append(one) if id(one) not in {id(kept) for kept in self.kept} else None
                found.append(id(one))
            found.extend(self.origins.get(id(one), ()))
        return list(dict.fromkeys(found))

    def note_constant(self, args, kwargs, result):
        """Something beside the pass: a scaled weight, say. The parameters behind it count where it comes in."""
        behind = self.parameters_behind(args, kwargs)
        if not behind:
            return
        for one in tensors_in(result):
            if id(one) not in self.trainable:
                self.kept.append(one)
                self.origins[id(one)] = behind

    def keep(self, tensor, value):
        # Kept, so that no other tensor gets its identity.
        self.kept.append(tensor)
        self.values[id(tensor)] = value

    def free_name(self, wanted):
        name, count = wanted, 2
        while name in self.names:
            name, count = f"{wanted}_{count}", count + 1
        self.names.add(name)
        return name


class Step:
    """One call of one function: what handlers of functions see of it."""

    def __init__(self, writer, function, result, place):
        self.writer = writer
        self.function = function
        self.result = result
        self.place = place
        self.training = writer.training
        self.written = 0

    def value(self, tensor):
        """What is known of a tensor of the pass; nothing for constants and parameters."""
        return self.writer.values.get(id(tensor)) if isinstance(tensor, torch.Tensor) else None

    def parameter(self, tensor):
        """The name under which the module's state has this tensor."""
        return self.writer.parameters.get(id(tensor)) if isinstance(tensor, torch.Tensor) else None

    @property
    def shape(self):
        return tuple(next(tensors_in(self.result)).shape)

    def alias(self, value):
        """The function changes nothing that matters here."""
        for tensor in tensors_in(self.result):
            self.writer.keep(tensor, value)
        return True

    def emit(self, kind, inputs, flattened=None, nonnegative=False, shape=None, suffix=None, last=True, **settings):
        """Appends a layer that reads the values `inputs`; the last one of a function is what its result becomes."""
        if self.place.is_layer:
            wanted = self.place.path or self.function
        else:
            wanted = f"{self.place.path}.{self.function}" if self.place.path else self.function
        name = self.writer.free_name(f"{wanted}_{suffix}" if suffix else wanted)
        layer = {
            "kind": kind,
            "name": name,
            "inputs": [value.layer for value in inputs],
            "outputShape": shape if shape is not None else self.own_shape(),
            **settings,
            **located(self.place.source),
        }
        self.writer.layers.append(layer)
        value = Value(name, flattened, nonnegative)
        if last:
            self.alias(value)
        return value

    def own_shape(self):
        sizes = self.shape
        if sizes and sizes[0] == 2:
            return own_shape(sizes)
        # The function mixed the samples up: the elements of one of them.
        return [max(1, next(tensors_in(self.result)).numel() // 2)]

    def weighted(self, kind, inputs, weights, flattened=None, **settings):
        """
        A layer with weights: role, tensor of the module, and how the tensor's elements, seen in `shape`, are permuted to be ours. Not made
        where a weight is no parameter of the module by itself.
        """
        names = [self.parameter(tensor) for _, tensor, _, _ in weights]
        if any(name is None for name in names):
            return False
        key = tuple(names)
        owner = self.writer.owners.get(key)
        if owner is None and any(id(tensor) in self.writer.counted for _, tensor, _, _ in weights):
            return False
        value = self.emit(kind, inputs, flattened=flattened, **settings, **({"sharesWeightsWith": owner} if owner else {}))
        if owner is None:
            self.writer.owners[key] = value.layer
            self.writer.counted.update(id(tensor) for _, tensor, _, _ in weights)
            for (role, _, shape, permutation), name in zip(weights, names):
                self.writer.bindings.append(
                    {"weight": f"{value.layer}/{role}", "parameter": name, "shape": list(shape), "permutation": list(permutation)}
                )
        return True


def located(source):
    return {"source": source} if source else {}


def pool_globally(layers):
    """Pooling of a whole image whose only readers flatten it is what others call global average pooling."""
    for layer in layers:
        if not layer.pop("whole", False) or layer["kind"] != "averagePooling2d":
            continue
        readers = [other for other in layers if layer["name"] in other["inputs"]]
        if readers and all(reader["kind"] == "flatten" for reader in readers):
            for key in ("poolSize", "strides", "padding"):
                del layer[key]
            layer["kind"] = "globalAveragePooling2d"
            layer["outputShape"] = layer["outputShape"][2:]
