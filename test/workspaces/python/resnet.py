import torch
import torch.nn.functional as F
from torch import nn

# e2train: input 28x28x1


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


class Net(nn.Module):
    """Flattens an image before a dense layer, and has a depthwise convolution: both are laid out otherwise in PyTorch than here."""

    def __init__(self, classes=10):
        super().__init__()
        self.stem = nn.Conv2d(1, 8, 3, padding=1)
        self.blocks = nn.Sequential(*[Block(i, o, s) for i, o, s in ((8, 8, 1), (8, 16, 2), (16, 32, 2))])
        self.depthwise = nn.Conv2d(32, 64, 3, padding=1, groups=32)
        self.drop = nn.Dropout(0.1)
        self.head = nn.Linear(64 * 3 * 3, classes)

    def forward(self, x):
        x = self.blocks(torch.relu(self.stem(x)))
        x = F.max_pool2d(self.depthwise(x), 2)
        return self.head(self.drop(torch.flatten(x, 1)))


torch.manual_seed(1)
model = Net().to("cuda" if torch.cuda.is_available() else "cpu")
