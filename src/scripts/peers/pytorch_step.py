"""Times whole training steps of a CIFAR ResNet-(6n+2) in PyTorch: forward, backward, SGD with momentum and weight decay.

Usage: python pytorch_step.py NETWORK BATCH THREADS LAYOUT STEPS, LAYOUT one of contiguous, channels_last. Prints one JSON object.
The network is the one that `resnet.ts` builds: 3x3 convolutions, 1x1 shortcuts where the shape changes, batch norm, no biases but the last.
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential()
        if inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(y)) + self.shortcut(x))


def resnet(depth):
    n = (depth - 2) // 6
    layers = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    inputs = 16
    for outputs in (16, 32, 64):
        for block in range(n):
            layers.append(Block(inputs, outputs, 2 if outputs != 16 and block == 0 else 1))
            inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def main():
    network, batch, threads, layout, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], int(sys.argv[5])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model = resnet(int(network.removeprefix("resnet")))
    images = torch.randn(batch, 3, 32, 32)
    labels = torch.arange(batch) % 10
    if layout == "channels_last":
        model = model.to(memory_format=torch.channels_last)
        images = images.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
    times = []
    for step in range(steps + 3):
        began = time.perf_counter()
        optimizer.zero_grad()
        F.cross_entropy(model(images), labels).backward()
        optimizer.step()
        if step >= 3:
            times.append((time.perf_counter() - began) * 1e3)
    times.sort()
    capability = torch.backends.cpu.get_cpu_capability()
    print(json.dumps({"stepMs": {"min": times[0], "median": times[len(times) // 2]}, "version": torch.__version__, "simd": capability}))


main()
