"""Writes tensors in the safetensors format (https://github.com/huggingface/safetensors): length of the header, header as JSON, raw values."""

import json
import struct

NAMES = {
    "float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "int64": "I64", "int32": "I32", "int16": "I16", "int8": "I8",
    "uint8": "U8", "bool": "BOOL", "uint64": "U64", "uint32": "U32", "uint16": "U16",
}  # fmt: skip


def write(path, tensors, framework):
    """
    Writes named tensors, each (name of its type, shape, function that gives its bytes, little-endian), one behind the other.

    Raises ValueError for a type that the format does not have.
    """
    header, offset = {"__metadata__": {"format": framework}}, 0
    for name, (kind, shape, length, _) in tensors.items():
        if kind not in NAMES:
            raise ValueError(f"the tensor “{name}” is of type {kind}, which cannot be stored")
        header[name] = {"dtype": NAMES[kind], "shape": list(shape), "data_offsets": [offset, offset + length]}
        offset += length
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)))
        file.write(text)
        for _, _, _, values in tensors.values():
            file.write(values())
