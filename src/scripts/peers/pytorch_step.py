"""Times whole training steps of a built-in network in PyTorch: forward, backward, SGD with momentum and weight decay.

Usage: python pytorch_step.py NETWORK BATCH THREADS LAYOUT SECONDS, LAYOUT one of contiguous, channels_last. Prints one JSON object.
"""

import json
import resource
import sys
import time

import torch
from pytorch_networks import network as build_network
from torch.nn import functional as F


# As benchmark/step-times.ts does it.
WARM_UP, FEWEST = 3, 2


def main():
    network, batch, threads, layout, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], int(sys.argv[5])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model = build_network(network)
    images = torch.randn(batch, 3, 32, 32)
    labels = torch.arange(batch) % 10
    if layout == "channels_last":
        model = model.to(memory_format=torch.channels_last)
        images = images.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)

    def step():
        began = time.perf_counter()
        optimizer.zero_grad()
        F.cross_entropy(model(images), labels).backward()
        optimizer.step()
        return (time.perf_counter() - began) * 1e3

    began = time.perf_counter()
    for i in range(WARM_UP):
        if i == 0 or time.perf_counter() - began < seconds / 2:
            step()
    times = []
    ends = time.perf_counter() + seconds
    while len(times) < FEWEST or time.perf_counter() < ends:
        times.append(step())
    times.sort()
    capability = torch.backends.cpu.get_cpu_capability()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
    step_ms = {"min": times[0], "median": times[len(times) // 2]}
    print(json.dumps({"stepMs": step_ms, "peakMemoryMB": memory, "version": torch.__version__, "simd": capability}))


main()
