"""Exercises of chapter 03, the Conv2D module."""

import torch
from torch import nn
from torch.nn import functional as F

from helpers.correlation import corr2d
from helpers.exercises.engine import Wrong, function_exercise, value_exercise

# --- 3.1 a first version ------------------------------------------------------------------------


@value_exercise(
    hints=[
        "What did the class say to PyTorch about weight and bias?",
        "A tensor is only a tensor: nothing tells the module that it is there to be learned.",
    ],
    wrong=[
        Wrong(2, "weight and bias are there, but as plain tensors; the module does not know them."),
        Wrong(3, "That counts numbers. And these are plain tensors, which no module looks for."),
        Wrong(1, "Not even the weight: a module takes notice of nn.Parameter objects only."),
    ],
)
def parameters_found():
    return 0


# --- 3.2 the layer ------------------------------------------------------------------------------


def _layer_cases():
    generator = torch.Generator().manual_seed(3)
    X = torch.randint(-3, 4, (4, 5), generator=generator).float()
    return [
        ("parameters", (2, 3), X),
        ("output", (2, 3), X),
        ("output", (3, 1), X),
        ("gradient", (2, 3), X),
        ("saved", (2, 2), X),
        ("double", (1, 2), X),
    ]


def _try_layer(answer, task, kernel_size, X):
    """Build the learner's layer, give it known numbers, and do `task` with it."""
    layer = answer(kernel_size)
    if task == "parameters":
        sizes = {name: p.numel() for name, p in layer.named_parameters()}
        return ", ".join(f"{name}: {size}" for name, size in sorted(sizes.items()))
    with torch.no_grad():
        numbers = torch.arange(1.0, 1 + layer.weight.numel())
        layer.weight.copy_(numbers.reshape(kernel_size))
        layer.bias.fill_(0.5)
    if task == "saved":
        other = answer(kernel_size)
        other.load_state_dict(layer.state_dict())
        return "carried over" if torch.equal(other(X), layer(X)) else "lost"
    if task == "double":
        return layer.double()(X.double()).detach()
    Y = layer(X)
    if task == "gradient":
        (Y**2).sum().backward()
        return "none" if layer.weight.grad is None else layer.weight.grad
    return Y.detach()


class _PlainTensors(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = torch.randn(kernel_size)
        self.bias = torch.zeros(1)

    def forward(self, X):
        return corr2d(X, self.weight) + self.bias


class _PlainWithGradient(_PlainTensors):
    def __init__(self, kernel_size):
        super().__init__(kernel_size)
        self.weight.requires_grad_(True)
        self.bias.requires_grad_(True)


class _OtherNames(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.kernel = nn.Parameter(torch.randn(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, X):
        return corr2d(X, self.kernel) + self.bias


class _BiasNotRegistered(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(kernel_size))
        self.bias = torch.zeros(1)

    def forward(self, X):
        return corr2d(X, self.weight) + self.bias


class _BiasNotAdded(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, X):
        return corr2d(X, self.weight)


class _BiasForEachWeight(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(kernel_size))
        self.bias = nn.Parameter(torch.zeros(kernel_size))

    def forward(self, X):
        return corr2d(X, self.weight) + self.bias.mean()


class _Flipped(_BiasNotAdded):
    def forward(self, X):
        return corr2d(X, self.weight.flip(0, 1)) + self.bias


class _Detached(_BiasNotAdded):
    def forward(self, X):
        return corr2d(X, self.weight.data) + self.bias


@function_exercise(
    cases=_layer_cases,
    call=_try_layer,
    hints=[
        "Two changes in __init__, none in forward.",
        "Wrap each tensor: nn.Parameter(...) is a tensor that a module takes notice of.",
        "self.weight = nn.Parameter(torch.randn(kernel_size)), and the same for self.bias.",
    ],
    wrong=[
        Wrong(
            _PlainTensors,
            "weight and bias are plain tensors, so the module does not know that they are there: "
            "wrap each in nn.Parameter.",
        ),
        Wrong(
            _PlainWithGradient,
            "requires_grad makes autograd record them, but parameters() and state_dict() still "
            "do not find them: wrap each in nn.Parameter.",
        ),
        Wrong(_OtherNames, "Both are registered, but call the kernel weight, not kernel."),
        Wrong(
            _BiasNotRegistered,
            "weight is registered, bias is not: it would never be learned and never be saved.",
        ),
        Wrong(_BiasNotAdded, "The bias is there, but forward does not add it."),
        Wrong(
            _BiasForEachWeight,
            "The bias is one number, added to every cell of the map; not one for each weight.",
        ),
        Wrong(_Flipped, "Your kernel is flipped; the layer lays it on as it stands."),
        Wrong(
            _Detached,
            ".data takes the weight out of autograd's sight, and no gradient reaches it: "
            "use self.weight itself.",
        ),
    ],
)
class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, X):
        return corr2d(X, self.weight) + self.bias


# --- 3.3 ten numbers ----------------------------------------------------------------------------


@value_exercise(
    hints=["Which of the layer's tensors has a shape that depends on the picture?"],
    wrong=[
        Wrong(9, "The nine weights, and one number more: the bias."),
        Wrong(996_004, "That is one for each cell of the map, but the cells share the kernel."),
        Wrong(1_000_000, "That is one a pixel. The kernel is 3×3, whatever it slides over."),
        Wrong(1_000_009, "The bias, too, is shared: one number for all pixels."),
        Wrong(18, "There is one bias for the layer, not one for each weight."),
    ],
)
def parameters_of_conv():
    return 3 * 3 + 1


# --- 3.4 four axes ------------------------------------------------------------------------------


@value_exercise(
    hints=[
        "Each of the 16 kernels must look at all 3 channels.",
        "The order is (output channels, input channels, height, width).",
    ],
    wrong=[
        Wrong((16, 5, 5), "Each of the 16 kernels has a 5×5 slice for every input channel."),
        Wrong((3, 16, 5, 5), "The right numbers; but output channels come first."),
        Wrong(
            (5, 5, 3, 16),
            "The right numbers in another library's order; PyTorch has channels first.",
        ),
        Wrong((3, 5, 5), "That is one kernel; there are 16 of them."),
        Wrong((16, 3, 5), "kernel_size=5 stands for both sides, 5×5."),
    ],
)
def shape_of_weight():
    return (16, 3, 5, 5)


@value_exercise(
    hints=[
        "The number of pictures stays as it is. How large is each map, and how many are there?",
        "Each side loses 5 − 1 = 4.",
    ],
    wrong=[
        Wrong((8, 3, 28, 36), "Three channels go in; one comes out for each of the 16 kernels."),
        Wrong((8, 16, 32, 40), "Without padding the kernel takes away 4 rows and 4 columns."),
        Wrong((16, 8, 28, 36), "The examples come first, then the channels."),
        Wrong(
            (8, 48, 28, 36), "A kernel adds its three channels up, so there are 16 maps, not 48."
        ),
        Wrong((16, 28, 36), "The batch keeps its 8 pictures: there are 16 maps for each of them."),
        Wrong((8, 16, 27, 35), "n − k + 1: the first place counts, too."),
    ],
)
def shape_of_batch():
    return (8, 16, 32 - 5 + 1, 40 - 5 + 1)


def _channel_cases():
    generator = torch.Generator().manual_seed(4)
    shapes = [((2, 3, 4), (3, 2, 2, 2)), ((3, 5, 4), (2, 3, 2, 3)), ((1, 4, 6), (2, 1, 3, 1))]
    return [
        (
            torch.randint(-3, 4, picture, generator=generator).float(),
            torch.randint(-3, 4, kernels, generator=generator).float(),
            torch.randint(1, 9, kernels[:1], generator=generator).float(),
        )
        for picture, kernels in shapes
    ]


def _convolve(X, K, bias):
    return F.conv2d(X[None], K, bias)[0]


@function_exercise(
    cases=_channel_cases,
    hints=[
        "Output channel o: correlate each input channel X[c] with K[o, c], and add the maps up.",
        "Then add bias[o], once, and put the maps on top of each other with torch.stack.",
        "sum(corr2d(X[c], K[o, c]) for c in range(len(X))) + bias[o]",
    ],
    wrong=[
        Wrong(
            lambda X, K, bias: _convolve(X, K, None),
            "The bias is missing: add bias[o] to output channel o.",
        ),
        Wrong(
            lambda X, K, bias: _convolve(X, K, bias * X.shape[0]),
            "The bias is added once for every input channel; it should be added once.",
        ),
        Wrong(
            lambda X, K, bias: _convolve(X, K / X.shape[0], bias),
            "The channels' maps are averaged; they should be added up.",
        ),
        Wrong(
            lambda X, K, bias: _convolve(X[:1], K[:, :1], bias),
            "Only the first input channel is used; each kernel has a slice for every channel.",
        ),
        Wrong(
            lambda X, K, bias: _convolve(X, K.flip(1), bias),
            "The channels are in the wrong order: X[c] belongs to K[o, c].",
        ),
        Wrong(
            lambda X, K, bias: _convolve(X, K.flip(2, 3), bias),
            "Your kernels are flipped; the layer lays them on as they stand.",
        ),
        Wrong(
            lambda X, K, bias: _convolve(X, K, bias).sum(0),
            "The output channels stay apart: one map for each o.",
        ),
        Wrong(
            lambda X, K, bias: _convolve(X, K, bias)[None],
            "One picture goes in and its maps come out: (c_out, height, width), no fourth axis.",
        ),
    ],
)
def convolve_channels(X, K, bias):
    maps = []
    for o in range(K.shape[0]):
        Y = sum(corr2d(X[c], K[o, c]) for c in range(X.shape[0]))
        maps.append(Y + bias[o])
    return torch.stack(maps)


# --- 3.5 the gradient ---------------------------------------------------------------------------


@value_exercise(
    hints=["Autograd records every operation on tensors, in whatever order Python runs them."],
    wrong=[
        Wrong(
            False,
            "It works: multiplying, adding up and writing into Y[i, j] are all operations that "
            "autograd records, inside a loop or not.",
        ),
    ],
)
def gradient_passes():
    return True


@value_exercise(
    hints=[
        "A gradient has the shape of what it belongs to. What does this one belong to?",
        "There is a derivative for every weight of K.",
    ],
    wrong=[
        Wrong((5, 6), "That is the shape of dY. The gradient has a number for every weight."),
        Wrong((6, 8), "That is the picture's shape. The gradient has a number for every weight."),
        Wrong((3, 2), "The right numbers; but rows come first, and K has two of them."),
        Wrong((1, 1), "The loss is one number, but it has a derivative for every weight."),
    ],
)
def shape_of_gradient():
    return (6 - 5 + 1, 8 - 6 + 1)


def _gradient_cases():
    generator = torch.Generator().manual_seed(5)
    shapes = [((3, 4), (2, 2)), ((5, 4), (2, 3)), ((6, 8), (5, 6)), ((4, 6), (4, 5))]
    return [
        tuple(torch.randint(-4, 5, shape, generator=generator).double() for shape in pair)
        for pair in shapes
    ]


@function_exercise(
    cases=_gradient_cases,
    hints=[
        "Compare the sum with the definition of corr2d: what slides over X here?",
        "The map's gradient slides over the picture, as if it were the kernel.",
        "corr2d(X, dY)",
    ],
    wrong=[
        Wrong(
            lambda X, dY: corr2d(X, dY.flip(0, 1)),
            "Your dY is flipped. In the sum, X[i + a, j + b] meets dY[i, j]: as it stands.",
        ),
        Wrong(
            lambda X, dY: corr2d(X, dY) / dY.numel(),
            "That is the mean over the cells of the map; the derivatives add up.",
        ),
        Wrong(
            lambda X, dY: corr2d(X, torch.ones_like(dY)),
            "Each X[i + a, j + b] counts as much as dY[i, j] says; here all count alike.",
        ),
        Wrong(
            lambda X, dY: corr2d(X, dY).flip(0, 1),
            "The right numbers, turned by half a turn: entry (a, b) belongs to X[i + a, j + b].",
        ),
        Wrong(
            lambda X, dY: corr2d(X, dY).T,
            "The right numbers, transposed: rows of the kernel belong to rows of the picture.",
        ),
        Wrong(
            lambda X, dY: -corr2d(X, dY),
            "That is the direction of descent; the gradient itself has the other sign.",
        ),
    ],
)
def kernel_gradient(X, dY):
    return corr2d(X, dY)


def _spread_cases():
    generator = torch.Generator().manual_seed(6)
    shapes = [((2, 2), (2, 3)), ((2, 3), (4, 2)), ((1, 2), (3, 3)), ((3, 4), (2, 5))]
    return [
        tuple(torch.randint(-4, 5, shape, generator=generator).double() for shape in pair)
        for pair in shapes
    ]


def _spread(K, dY):
    k_h, k_w = K.shape
    return F.pad(dY, (k_w - 1, k_w - 1, k_h - 1, k_h - 1))


@function_exercise(
    cases=_spread_cases,
    hints=[
        "Pixel (p, q) is in the window of output (i, j) with the weight K[p − i, q − j].",
        "Start with zeros of the picture's shape; each dY[i, j] adds dY[i, j] * K to its window.",
        "The picture is (o_h + k_h − 1) × (o_w + k_w − 1), where dY is o_h × o_w.",
    ],
    wrong=[
        Wrong(
            lambda K, dY: corr2d(_spread(K, dY), K),
            "Nearly: padded like that, the kernel has to be flipped. With i further on, "
            "K[p − i, q − j] goes back.",
        ),
        Wrong(
            lambda K, dY: -corr2d(_spread(K, dY), K.flip(0, 1)),
            "That is the direction of descent; the gradient itself has the other sign.",
        ),
        Wrong(
            lambda K, dY: corr2d(_spread(K, torch.ones_like(dY)), K.flip(0, 1)),
            "Each output passes back as much as dY[i, j] says; here all count alike.",
        ),
        Wrong(
            lambda K, dY: corr2d(_spread(K, dY), torch.ones_like(K)),
            "What is passed back has to be multiplied with the kernel's entry, too.",
        ),
        Wrong(
            lambda K, dY: F.pad(dY, (0, K.shape[1] - 1, 0, K.shape[0] - 1)) * K.sum(),
            "Each dY[i, j] belongs to a whole window of pixels, not only to its first corner.",
        ),
    ],
)
def picture_gradient(K, dY):
    (k_h, k_w), (o_h, o_w) = K.shape, dY.shape
    dX = torch.zeros(o_h + k_h - 1, o_w + k_w - 1, dtype=dY.dtype)
    for i in range(o_h):
        for j in range(o_w):
            dX[i : i + k_h, j : j + k_w] += dY[i, j] * K
    return dX
