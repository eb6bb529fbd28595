"""A Keras 3 model as its own topology, with the lines that made its layers and the paths of their variables."""

import contextlib

import keras

from .problems import Problem
from .sources import call_site

_made = {}

needs_shape = (
    "The model does not say the shape of its input: begin it with keras.Input(shape=(32, 32, 3)), or write a comment such as "
    "“# e2train: input 32x32x3” in this file."
)


@contextlib.contextmanager
def noting_layers():
    """Notes for every layer and operation the own line that makes it."""
    if not keras.__version__.startswith("3"):
        yield
        return
    from keras.src.ops.operation import Operation

    constructor = Operation.__init__

    def noted(self, *args, **kwargs):
        if id(self) not in _made:
            _made[id(self)] = (self, call_site(self))
        constructor(self, *args, **kwargs)

    Operation.__init__ = noted
    try:
        yield
    finally:
        Operation.__init__ = constructor


def traceable(model, input_shape):
    """
    The model itself where it is sequential or functional; else a functional model of one pass through it, with the same layers.

    Raises Problem where its input shape is open and none is given, or where the pass cannot be made with symbolic tensors.
    """
    if not keras.__version__.startswith("3"):
        raise Problem("threw", f"Keras {keras.__version__} is too old for E2-Train: install Keras 3 (pip install --upgrade keras).")
    if isinstance(model, keras.Sequential):
        if not model.built:
            if input_shape is None:
                raise Problem("input-shape-needed", needs_shape)
            model.build((None, *input_shape))
        return model
    if hasattr(model, "_operations"):
        return model
    if input_shape is None:
        raise Problem("input-shape-needed", needs_shape)
    given = keras.Input(shape=tuple(input_shape), name="input")
    with noting_layers():
        return keras.Model(given, model.call(given), name=model.name)


def describe_model(model):
    """
    {topology, layers}: what `get_config` gives, and by the name of each layer and operation its source, class, output shape, parameters, and
    the paths of its variables by their names.
    """
    with named_configurations(model):
        topology = with_layers_for_operations(keras.saving.serialize_keras_object(model))
    classes = dict(class_names(topology))
    described = {}
    for prefix, layer in operations_of(model):
        source = _made.get(id(layer), (None, None))[1]
        described[prefix + layer.name] = {
            "name": layer.name,
            "className": classes.get(layer.name, type(layer).__name__),
            "isKeras": type(layer).__module__.startswith("keras."),
            "outputShape": output_shape(layer),
            "parameters": layer.count_params() if isinstance(layer, keras.Layer) and layer.built else 0,
            "variables": variables_of(layer),
            **({"source": source} if source else {}),
        }
    frozen = next((one.path for one in model.variables if not one.trainable and "moving_" not in one.path and "seed" not in one.path), None)
    obstacle = f"The variable “{frozen}” is frozen; training here moves all variables." if frozen else None
    return {"topology": without_unjsonable(topology), "layers": described, "obstacle": obstacle, "openInput": needs_shape}


#: Functions of keras.ops that are some layer's.
ACTIVATIONS = {"Relu", "Relu6", "Sigmoid", "Tanh", "Softmax", "Elu", "Selu", "Softplus", "Silu"}


def with_layers_for_operations(node):
    """The same topology with the layers that functions of keras.ops stand for; a function that none stands for keeps a name of its own."""
    config = node.get("config")
    if isinstance(config, dict) and isinstance(config.get("layers"), list):
        return {**node, "config": {**config, "layers": [with_layers_for_operations(layer) for layer in config["layers"]]}}
    if not str(node.get("module", "")).startswith("keras.src.ops."):
        return node
    kind = node["class_name"]
    if kind in ACTIVATIONS:
        return {**node, "class_name": "Activation", "config": {**config, "activation": kind.lower()}}
    if kind == "Mean" and sorted(config.get("axis") or []) == [1, 2] and not config.get("keepdims"):
        return {**node, "class_name": "GlobalAveragePooling2D"}
    joins = kind in ("Add", "Concatenate") and all(has_tensors_only(one) for one in node.get("inbound_nodes", []))
    return node if joins else {**node, "class_name": f"ops.{kind}"}


def class_names(node):
    config = node.get("config")
    if isinstance(config, dict):
        yield config.get("name"), node["class_name"]
        for layer in config.get("layers", []):
            yield from class_names(layer)


def has_tensors_only(inbound):
    def tensors(value):
        if isinstance(value, (list, tuple)):
            return all(tensors(one) for one in value)
        return isinstance(value, dict) and value.get("class_name") == "__keras_tensor__"

    return len(inbound["args"]) > 0 and tensors(inbound["args"])


def operations_of(model, prefix=""):
    operations = list(getattr(model, "_operations", None) or model.layers)
    for operation in operations:
        yield prefix, operation
        if isinstance(operation, keras.Model):
            yield from operations_of(operation, f"{prefix}{operation.name}_")


def output_shape(layer):
    try:
        output = layer.output
        shape = (output[0] if isinstance(output, (list, tuple)) else output).shape
        return [1 if size is None else int(size) for size in shape[1:]]
    except (AttributeError, ValueError, IndexError):
        return None


def variables_of(layer):
    if not isinstance(layer, keras.Layer) or isinstance(layer, keras.Model):
        return {}
    return {one.name: {"path": one.path, "shape": [int(size) for size in one.shape], "type": str(one.dtype)} for one in layer.variables}


@contextlib.contextmanager
def named_configurations(model):
    """Layers of own classes often cannot say their settings; only their names are needed."""
    changed = []
    for _, operation in operations_of(model):
        try:
            operation.get_config()
        except Exception:  # noqa: BLE001 - whatever the person's class raises
            operation.get_config = lambda name=operation.name: {"name": name}
            changed.append(operation)
    try:
        yield
    finally:
        for operation in changed:
            del operation.get_config


def without_unjsonable(value):
    if isinstance(value, dict):
        return {str(key): without_unjsonable(one) for key, one in value.items() if key != "compile_config"}
    if isinstance(value, (list, tuple)):
        return [without_unjsonable(one) for one in value]
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)


def state_of(model):
    """The model's variables by path: type, shape, bytes and values."""
    state = {}
    for variable in model.variables:
        values = keras.ops.convert_to_numpy(variable)
        state[variable.path] = (str(variable.dtype), values.shape, values.nbytes, values.tobytes)
    return state


