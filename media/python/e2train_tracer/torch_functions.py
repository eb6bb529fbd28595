"""
What each function of PyTorch is in E2-Train's graph. A handler has the function's own parameters behind the step that it describes; it answers
whether it has written the call: what it has not becomes a layer that is estimated and not trained.
"""


def pair(value):
    if isinstance(value, int):
        return [value, value]
    value = list(value)
    return [int(value[0]), int(value[-1])]


def sides(vertical, horizontal):
    return {"top": vertical[0], "bottom": vertical[1], "left": horizontal[0], "right": horizontal[1]}


NONE = sides((0, 0), (0, 0))


def convolution_padding(padding, kernel, dilation):
    if padding == "valid":
        return NONE
    if padding == "same":
        # PyTorch puts the odd row below and right.
        totals = [step * (size - 1) for size, step in zip(kernel, dilation)]
        return sides(*[(total // 2, total - total // 2) for total in totals])
    return sides(*[(size, size) for size in pair(padding)])


def conv2d(step, input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    x = step.value(input)
    if x is None or input.dim() != 4 or step.value(weight) is not None:
        return False
    outputs, inputs_per_group, *kernel = weight.shape
    channels = input.shape[1]
    window = {
        "kernelSize": list(kernel),
        "strides": pair(stride),
        "dilation": pair(dilation),
        "padding": convolution_padding(padding, kernel, pair(dilation)),
        "useBias": bias is not None,
    }
    biases = [] if bias is None else [("bias", bias, [outputs], [0])]
    if groups == 1:
        kernels = [("kernel", weight, [outputs, inputs_per_group, *kernel], [2, 3, 1, 0])]
        return step.weighted("conv2d", [x], kernels + biases, filters=outputs, **window)
    if groups == channels:
        multiplier = outputs // channels
        kernels = [("depthwise_kernel", weight, [channels, multiplier, *kernel], [2, 3, 0, 1])]
        return step.weighted("depthwiseConv2d", [x], kernels + biases, depthMultiplier=multiplier, **window)
    return False


def linear(step, input, weight, bias=None):
    x = step.value(input)
    if x is None or step.value(weight) is not None:
        return False
    units, features = weight.shape
    biases = [] if bias is None else [("bias", bias, [units], [0])]
    if x.flattened is None:
        kernel = ("kernel", weight, [units, features], [1, 0])
    else:
        kernel = ("kernel", weight, [units, *x.flattened], [2, 3, 1, 0])
    return step.weighted("dense", [x], [kernel, *biases], units=units, useBias=bias is not None)


def batch_norm(step, input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    x = step.value(input)
    if x is None or input.dim() not in (2, 4) or running_mean is None or momentum is None or training != step.training:
        return False
    shape, permutation = [input.shape[1]], [0]
    if x.flattened is not None:
        shape, permutation = list(x.flattened), [1, 2, 0]
    weights = [("gamma", weight), ("beta", bias), ("moving_mean", running_mean), ("moving_variance", running_var)]
    return step.weighted(
        "batchNormalization",
        [x],
        [(role, tensor, shape, permutation) for role, tensor in weights if tensor is not None],
        flattened=x.flattened,
        epsilon=float(eps),
        # PyTorch's momentum is the share of the new value.
        momentum=1 - float(momentum),
        center=bias is not None,
        scale=weight is not None,
    )


def activation(name, nonnegative=False):
    def handler(step, input, *_, **__):
        x = step.value(input)
        if x is None:
            return False
        step.emit("activation", [x], flattened=x.flattened, nonnegative=nonnegative, function=name)
        return True

    return handler


def hardtanh(step, input, min_val=-1.0, max_val=1.0, inplace=False):
    known = (float(min_val), float(max_val)) == (0.0, 6.0)
    return activation("relu6" if known else "other", known)(step, input)


def leaky_relu(step, input, negative_slope=0.01, inplace=False):
    return activation("leakyRelu" if negative_slope != 0 else "relu")(step, input)


def softmax(step, input, dim=None, *_, **__):
    x = step.value(input)
    if x is None or x.flattened is not None or dim not in (-1, input.dim() - 1) or input.dim() not in (2, 3):
        return False
    logarithm = {"note": "PyTorch gives the logarithm of softmax here."} if step.function == "log_softmax" else {}
    step.emit("activation", [x], nonnegative=not logarithm, function="softmax", **logarithm)
    return True


def dropout(step, input, p=0.5, training=True, inplace=False):
    x = step.value(input)
    if x is None:
        return False
    if not training or p == 0:
        return step.alias(x)
    step.emit("dropout", [x], flattened=x.flattened, nonnegative=x.nonnegative, rate=float(p))
    return True


def pooled(step, kind, x, image, kernel, stride, padding, whole=False):
    size = pair(kernel)
    strides = pair(stride) if stride is not None and stride != [] else size
    sizes = [(one + 2 * pad - width) // by + 1 for one, pad, width, by in zip(image, padding, size, strides)]
    if sizes != list(step.shape[2:]):
        # The last window hangs over the edge (ceil_mode).
        return False
    around = sides(*[(pad, pad) for pad in padding])
    settings = {"poolSize": size, "strides": strides, "nonnegative": x.nonnegative}
    # Where nothing is below zero, a maximum with zeros around is the maximum without; PyTorch's average counts the zeros.
    zeros = around != NONE and (x.nonnegative or kind == "averagePooling2d")
    if zeros:
        channels = step.shape[1]
        shape = [image[0] + 2 * padding[0], image[1] + 2 * padding[1], channels]
        x = step.emit("zeroPadding2d", [x], shape=shape, suffix="pad", last=False, padding=around)
    whole = whole or (size == list(image) and not zeros)
    step.emit(kind, [x], padding=NONE if zeros else around, whole=whole, **settings)
    return True


def max_pool2d(step, input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = step.value(input)
    if x is None or input.dim() != 4 or pair(dilation) != [1, 1]:
        return False
    return pooled(step, "maxPooling2d", x, input.shape[2:], kernel_size, stride, pair(padding))


def avg_pool2d(step, input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    x = step.value(input)
    if x is None or input.dim() != 4 or divisor_override is not None or (pair(padding) != [0, 0] and not count_include_pad):
        return False
    return pooled(step, "averagePooling2d", x, input.shape[2:], kernel_size, stride, pair(padding))


def adaptive(kind):
    def handler(step, input, output_size, return_indices=False):
        x = step.value(input)
        if x is None or input.dim() != 4:
            return False
        image, wanted = list(input.shape[2:]), list(step.shape[2:])
        if any(one % other for one, other in zip(image, wanted)):
            return False
        size = [one // other for one, other in zip(image, wanted)]
        return pooled(step, kind, x, image, size, size, [0, 0], whole=wanted == [1, 1])

    return handler


def mean(step, input, dim=None, keepdim=False, dtype=None):
    x = step.value(input)
    if x is None or input.dim() != 4 or dim is None or isinstance(dim, int):
        return False
    if sorted(axis % 4 for axis in dim) != [2, 3]:
        return False
    if keepdim:
        image = list(input.shape[2:])
        return pooled(step, "averagePooling2d", x, image, image, image, [0, 0], whole=True)
    step.emit("globalAveragePooling2d", [x], nonnegative=x.nonnegative)
    return True


def reshaped(step, input, *_, **__):
    """Any function that keeps the elements in their order and only sees them in another shape."""
    x = step.value(input)
    if x is None or not hasattr(step.result, "shape"):
        return False
    before, after = tuple(input.shape), step.shape
    if before == after:
        return step.alias(x)
    if len(before) == 4 and len(after) == 2 and before[0] == after[0]:
        one_pixel = before[2:] == (1, 1)
        step.emit("flatten", [x], flattened=None if one_pixel else before[1:], nonnegative=x.nonnegative)
        return True
    return False


def same(step, input, *_, **__):
    x = step.value(input)
    if x is None or not hasattr(step.result, "shape") or tuple(input.shape) != step.shape or input.dtype != step.result.dtype:
        return False
    return step.alias(x)


def add(step, input, other, *, alpha=1, out=None):
    a, b = step.value(input), step.value(other)
    if a is None or b is None or alpha != 1 or input.shape != other.shape or a.flattened != b.flattened:
        return False
    step.emit("add", [a, b], flattened=a.flattened, nonnegative=a.nonnegative and b.nonnegative)
    return True


def concatenate(step, tensors, dim=0, *, axis=None):
    values = [step.value(one) for one in tensors]
    rank = len(step.shape)
    place = (dim if axis is None else axis) % rank
    if any(value is None or value.flattened is not None for value in values) or place != 1 or rank not in (2, 4):
        return False
    step.emit("concatenate", values, nonnegative=all(value.nonnegative for value in values))
    return True


def pad(step, input, pad, mode="constant", value=None):
    x = step.value(input)
    if x is None or input.dim() != 4 or mode != "constant" or value or len(pad) not in (2, 4) or any(size < 0 for size in pad):
        return False
    left, right, top, bottom = [*pad, 0, 0][:4]
    step.emit("zeroPadding2d", [x], nonnegative=x.nonnegative, padding=sides((top, bottom), (left, right)))
    return True


HANDLERS = {
    "conv2d": conv2d,
    "linear": linear,
    "batch_norm": batch_norm,
    "relu": activation("relu", nonnegative=True),
    "relu6": activation("relu6", nonnegative=True),
    "hardtanh": hardtanh,
    "sigmoid": activation("sigmoid", nonnegative=True),
    "tanh": activation("tanh"),
    "elu": activation("elu"),
    "selu": activation("selu"),
    "softplus": activation("softplus", nonnegative=True),
    "silu": activation("swish"),
    "leaky_relu": leaky_relu,
    "gelu": activation("other"),
    "mish": activation("other"),
    "hardswish": activation("other"),
    "hardsigmoid": activation("other", nonnegative=True),
    "softmax": softmax,
    "log_softmax": softmax,
    "dropout": dropout,
    "max_pool2d": max_pool2d,
    "avg_pool2d": avg_pool2d,
    "adaptive_avg_pool2d": adaptive("averagePooling2d"),
    "adaptive_max_pool2d": adaptive("maxPooling2d"),
    "mean": mean,
    "flatten": reshaped,
    "view": reshaped,
    "reshape": reshaped,
    "squeeze": reshaped,
    "contiguous": same,
    "clone": same,
    "to": same,
    "float": same,
    "add": add,
    "cat": concatenate,
    "concat": concatenate,
    "concatenate": concatenate,
    "pad": pad,
}
