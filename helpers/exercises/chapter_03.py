"""Exercises of chapter 03, the Conv2D module."""

import torch
from torch import nn
from torch.nn import functional as F

from helpers.correlation import corr2d
from helpers.exercises.compare import Problem
from helpers.exercises.exercise import exercise, predict
from helpers.exercises.progress import chapter_progress
from helpers.exercises.sandbox import training_step

# --- recall -------------------------------------------------------------------------------------

recall_size = predict(
    (24, 18),
    wrong={
        (23, 17): "Subtracting gives (23, 17), but the first position counts too: n − k + 1.",
        (28, 20): "Without padding the map is smaller: the kernel has to stay inside the picture.",
        (32, 22): "Here the kernel stays inside the picture, so the map is smaller, not larger.",
        (18, 24): "The right numbers in the wrong order: a shape is (rows, columns).",
        (26, 16): "The kernel's height goes with the picture's height, its width with the width.",
        (25, 19): "One too many each way: count the places of the kernel's first row and column.",
    },
    hints=[
        "In how many rows can the top edge of a 5-row kernel lie, if it must stay inside 28 rows?",
        "Rows: 28 − 5 + 1. Columns: the same with 20 and 3.",
    ],
    why="Without padding and with stride 1 each side is n − k + 1: 28 − 5 + 1 and 20 − 3 + 1.",
    section="Recall",
)

recall_entry = predict(
    3,
    wrong={
        -2: "That is Y[0, 0]; the window of Y[0, 1] begins one column further right.",
        7: "7 is what the flipped kernel gives; cross-correlation takes it as it stands.",
        5: "5 is what the transposed kernel gives; take it as it stands.",
        6: "6 is the sum of the window (and of the matrix product): multiply each pixel by the "
        "weight on it first.",
        2: "2 is the sum of the kernel: multiply each weight by the pixel under it first.",
        -1: "That is the last product alone: add up all four.",
        4: "That leaves out the last product, 1·(−1).",
    },
    hints=[
        "The window of Y[0, 1] is X[0:2, 1:3]: 0 2 above 3 1.",
        "Add the four products 0·1 + 2·2 + 3·0 + 1·(−1).",
    ],
    why="The window 0 2 / 3 1 meets the kernel as it stands: 0·1 + 2·2 + 3·0 + 1·(−1) = 3.",
    section="Recall",
)

# --- 3.1 a layer is a module --------------------------------------------------------------------

parameters_found = predict(
    0,
    wrong={
        2: "weight and bias are there, but as plain tensors; the module does not know them.",
        10: "That counts numbers, not tensors. And the module does not know these tensors.",
        1: "Not even the weight: to the module it is an attribute like any other.",
    },
    hints=[
        "What in this class tells PyTorch that weight and bias are to be learned?",
        "A tensor is only a tensor. Does anything mark these two as parameters?",
    ],
    why="weight and bias are plain tensors, attributes like any other. A module only finds "
    "tensors that are marked as parameters.",
    section="3.1",
)

# --- 3.2 the layer ------------------------------------------------------------------------------


def _layer_cases():
    generator = torch.Generator().manual_seed(3)
    # Kernels that are not square, hold three times three weights once, and fit the picture as
    # factors of a matrix product or of an elementwise one.
    shapes = [
        ((2, 3), (4, 5)),
        ((2, 3), (3, 5)),
        ((3, 2), (4, 3)),
        ((2, 3), (2, 3)),
        ((3, 1), (5, 4)),
    ]
    return [
        (kernel_size, torch.randint(-3, 4, picture, generator=generator).float())
        for kernel_size, picture in shapes
    ]


def _train_layer(answer, kernel_size, X):
    """Build the learner's layer, give it known numbers, and train it for one step."""
    layer = answer(kernel_size)
    if not isinstance(layer, nn.Module):
        raise Problem(
            "An object of the class is not an nn.Module: does the class begin with "
            "class MyConv2D(nn.Module)?"
        )
    _check_parameters(layer, kernel_size)
    k_h, k_w = kernel_size
    weight = torch.arange(1.0, 1 + k_h * k_w).reshape(k_h, k_w)
    parts = training_step(layer, X, weight=weight, bias=torch.tensor([0.5]))
    if isinstance(parts["the gradient of bias"], Problem):
        other = training_step(answer(kernel_size), X, weight=weight, bias=torch.tensor([7.5]))
        if torch.equal(parts["the output"], other["the output"]):
            raise Problem("The bias is there, but forward does not add it.")
    return parts


def _check_parameters(layer, kernel_size):
    """Problem unless the layer's parameters are `weight` and `bias`, of their sizes."""
    found = dict(layer.named_parameters())
    for name in ("weight", "bias"):
        value = getattr(layer, name, None)
        if name not in found and type(value) is torch.Tensor:
            if value.requires_grad:
                raise Problem(
                    f"requires_grad makes autograd record {name}, but parameters() and "
                    f"state_dict() still do not find it: wrap it in nn.Parameter."
                )
            raise Problem(
                f"{name} is a plain tensor, so the module does not know that it is there: wrap "
                f"it in nn.Parameter."
            )
    if set(found) != {"weight", "bias"}:
        has = ", ".join(found) or "none"
        raise Problem(f"Its parameters should be weight and bias, by these names; it has: {has}.")
    if found["bias"].numel() != 1:
        raise Problem(
            f"The bias is one number, added to every entry of the map; yours holds "
            f"{found['bias'].numel()}."
        )
    if found["weight"].numel() != kernel_size[0] * kernel_size[1]:
        raise Problem(
            f"With kernel_size={kernel_size} the weight should have shape {kernel_size}, but has "
            f"{tuple(found['weight'].shape)}."
        )


class _Layer(nn.Module):
    """The right layer; the mistakes below change what goes wrong in each."""

    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, X):
        return corr2d(X, self.weight) + self.bias


class _PlainTensors(_Layer):
    def __init__(self, kernel_size):
        nn.Module.__init__(self)
        self.weight = torch.randn(kernel_size)
        self.bias = torch.zeros(1)


class _PlainWithGradient(_PlainTensors):
    def __init__(self, kernel_size):
        super().__init__(kernel_size)
        self.weight.requires_grad_()
        self.bias.requires_grad_()


class _PlainBias(_Layer):
    def __init__(self, kernel_size):
        nn.Module.__init__(self)
        self.weight = nn.Parameter(torch.randn(kernel_size))
        self.bias = torch.zeros(1)


class _KernelForWeight(_Layer):
    def __init__(self, kernel_size):
        nn.Module.__init__(self)
        self.kernel = nn.Parameter(torch.randn(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))


class _FrozenWeight(_Layer):
    def __init__(self, kernel_size):
        super().__init__(kernel_size)
        self.weight.requires_grad_(False)


class _FrozenBias(_Layer):
    def __init__(self, kernel_size):
        super().__init__(kernel_size)
        self.bias.requires_grad_(False)


class _BiasForEachWeight(_Layer):
    def __init__(self, kernel_size):
        super().__init__(kernel_size)
        self.bias = nn.Parameter(torch.zeros(kernel_size))


class _NineWeights(_Layer):
    def __init__(self, kernel_size):
        super().__init__((3, 3))


class _BiasNotAdded(_Layer):
    def forward(self, X):
        return corr2d(X, self.weight)


class _BiasSubtracted(_Layer):
    def forward(self, X):
        return corr2d(X, self.weight) - self.bias


class _BiasCutOff(_Layer):
    def forward(self, X):
        return corr2d(X, self.weight) + self.bias.detach()


class _WeightCutOff(_Layer):
    def forward(self, X):
        return corr2d(X, self.weight.detach()) + self.bias


class _Flipped(_Layer):
    def forward(self, X):
        return corr2d(X, self.weight.flip(0, 1)) + self.bias


class _MatrixProduct(_Layer):
    def forward(self, X):
        return self.weight @ X + self.bias


class _MatrixProductFromTheRight(_Layer):
    def forward(self, X):
        return X @ self.weight + self.bias


class _Elementwise(_Layer):
    def forward(self, X):
        return X * self.weight + self.bias


class _NothingReturned(_Layer):
    def forward(self, X):
        super().forward(X)


@exercise(
    cases=_layer_cases,
    call=_train_layer,
    wrong=[
        (
            _PlainTensors,
            "weight is a plain tensor, so the module does not know that it is there: wrap it in "
            "nn.Parameter.",
        ),
        (
            _PlainWithGradient,
            "requires_grad makes autograd record weight, but parameters() and state_dict() still "
            "do not find it: wrap it in nn.Parameter.",
        ),
        (
            _PlainBias,
            "bias is a plain tensor, so the module does not know that it is there: wrap it in "
            "nn.Parameter.",
        ),
        (
            _KernelForWeight,
            "Its parameters should be weight and bias, by these names; it has: kernel, bias.",
        ),
        (_FrozenWeight, "weight is frozen: with requires_grad=False it is never trained."),
        (_FrozenBias, "bias is frozen: with requires_grad=False it is never trained."),
        (
            _BiasForEachWeight,
            "The bias is one number, added to every entry of the map; yours holds 6.",
        ),
        (
            _NineWeights,
            "With kernel_size=(2, 3) the weight should have shape (2, 3), but has (3, 3).",
        ),
        (_BiasNotAdded, "The bias is there, but forward does not add it."),
        (_BiasSubtracted, "The bias is subtracted; it should be added."),
        (_BiasCutOff, "No gradient reaches bias, so it would never be trained"),
        (_WeightCutOff, "No gradient reaches weight, so it would never be trained"),
        (_Flipped, "Your kernel is flipped; the layer takes it as it stands."),
        (
            _MatrixProduct,
            "self.weight @ X is the matrix product: slide the kernel over X, with corr2d.",
        ),
        (
            _MatrixProductFromTheRight,
            "X @ self.weight is the matrix product: slide the kernel over X, with corr2d.",
        ),
        (
            _Elementwise,
            "X * self.weight multiplies entry by entry, once: slide the kernel over X, with "
            "corr2d.",
        ),
        (_NothingReturned, "Its forward returns None: does it end in a return?"),
    ],
    hints=[
        "Only __init__ has to change; forward can stay as it was in FirstConv2D.",
        "Wrap both tensors: an nn.Parameter is a tensor that a module takes notice of.",
        "self.weight = nn.Parameter(torch.randn(kernel_size)), and the same for self.bias.",
    ],
    why="As nn.Parameters, weight and bias are found by the optimiser, saved and moved, and "
    "gradients reach both because forward uses them as they are.",
    section="3.2",
)
class Conv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(kernel_size))
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, X):
        return corr2d(X, self.weight) + self.bias


# --- 3.3 the size of the picture ----------------------------------------------------------------

parameters_of_conv = predict(
    10,
    wrong={
        9: "Nine weights are right, but the bias is a parameter, too.",
        996_004: "That is one for each entry of the map, but all entries share the kernel.",
        1_000_000: "That is one per pixel. The kernel is 3×3, whatever it slides over.",
        1_000_009: "The weights are right, but the bias is shared, too: one number for all pixels.",
        18: "There is one bias for the layer, not one for each weight.",
        9_000_000: "That is nine for each pixel, but all windows share the same nine weights.",
        2: "There are two tensors; count the numbers in them.",
    },
    hints=[
        "Which of the layer's tensors has a shape that depends on the picture?",
        "Count the weights of a 3×3 kernel, and do not forget the bias.",
    ],
    why="Nine weights and one bias. Every window is multiplied by the same nine, so the size of "
    "the picture does not matter.",
    section="3.3",
)

# --- 3.4 four axes ------------------------------------------------------------------------------

shape_of_weight = predict(
    (16, 3, 5, 5),
    wrong={
        (16, 5, 5): "Each of the 16 kernels has a 5×5 slice for every input channel.",
        (3, 16, 5, 5): "The right numbers, but output channels come first.",
        (5, 5, 3, 16): "The right numbers in another library's order; PyTorch has channels first.",
        (3, 5, 5): "That is one kernel; there are 16 of them.",
        (16, 3, 5): "kernel_size=5 stands for both sides, 5×5.",
        (1, 1, 5, 5): "That is the layer for one grey picture and one map.",
    },
    hints=[
        "How many slices does each kernel have, how large is one, and how many kernels are there?",
        "The order is (output channels, input channels, height, width).",
    ],
    why="16 kernels, one for each map that comes out; each has 3 slices, one for each channel "
    "that goes in, of 5×5 weights.",
    section="3.4",
)

shape_of_batch = predict(
    (8, 16, 28, 36),
    wrong={
        (8, 3, 28, 36): "Three channels go in; one comes out for each of the 16 kernels.",
        (8, 16, 32, 40): "Without padding the kernel takes away 4 rows and 4 columns.",
        (16, 8, 28, 36): "The examples come first, then the channels.",
        (8, 48, 28, 36): "A kernel adds up its three channels, so there are 16 maps, not 48.",
        (16, 28, 36): "The batch keeps its 8 pictures: there are 16 maps for each of them.",
        (8, 16, 27, 35): "n − k + 1: the first position counts, too.",
        (8, 28, 36, 16): "The right numbers, but the channels come before height and width.",
    },
    hints=[
        "The number of pictures stays as it is. How large is each map, and how many are there?",
        "Each side loses 5 − 1 = 4.",
    ],
    why="Each of the 8 pictures gives 16 maps, one for each kernel, and the sides shrink as ever: "
    "32 − 5 + 1 = 28 and 40 − 5 + 1 = 36.",
    section="3.4",
)

# --- 3.5 through the loops ----------------------------------------------------------------------

gradient_passes = predict(
    True,
    wrong=[
        (
            False,
            "It can: multiplying, adding up and writing into Y[i, j] are all operations that "
            "autograd records, inside a loop or not.",
        ),
    ],
    hints=[
        "Does autograd read your Python code, or watch what happens to the tensors?",
        "It records every operation on tensors, in whatever order Python runs them.",
    ],
    why="Autograd records operations on tensors as they happen: for each window a product, a sum, "
    "and the writing of one entry. That they ran in a loop makes no difference.",
    section="3.5",
)

# --- going further: several channels ------------------------------------------------------------


def _channel_cases():
    generator = torch.Generator().manual_seed(4)
    shapes = [
        ((2, 4, 5), (3, 2, 2, 2)),
        ((3, 5, 4), (3, 3, 2, 2)),  # maps as wide as there are kernels
        ((3, 5, 4), (2, 3, 2, 3)),
        ((1, 4, 6), (2, 1, 3, 1)),
    ]
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


def _maps_of_all_pairs(X, K, bias):
    # Grouped: every input channel gets as many kernels as there are output channels.
    Y = F.conv2d(X[None], K.transpose(0, 1).flatten(0, 1)[:, None], groups=len(X))[0]
    return Y + bias.repeat(len(X))[:, None, None]


@exercise(
    cases=_channel_cases,
    wrong=[
        (
            lambda X, K, bias: _convolve(X, K, None),
            "The bias is missing: add bias[o] to output channel o.",
        ),
        (
            lambda X, K, bias: _convolve(X, K, None) + bias,
            "bias of shape (c_out,) meets the last axis of the maps, their columns: "
            "bias[:, None, None] goes with the channels.",
        ),
        (
            lambda X, K, bias: _convolve(X, K, bias * X.shape[0]),
            "The bias is added once for every input channel; it should be added once.",
        ),
        (
            lambda X, K, bias: _convolve(X, K, bias[:1].expand_as(bias)),
            "Every output channel gets bias[0]: channel o has a bias of its own, bias[o].",
        ),
        (
            lambda X, K, bias: _convolve(X, K / X.shape[0], bias),
            "The channels' maps are averaged; they should be added up.",
        ),
        (
            lambda X, K, bias: _convolve(X[:1], K[:, :1], bias),
            "Only the first input channel is used; each kernel has a slice for every channel.",
        ),
        (
            lambda X, K, bias: _convolve(X[-1:], K[:, -1:], bias),
            "Only the last input channel is left: add the channels' maps up.",
        ),
        (
            lambda X, K, bias: _convolve(X, K.flip(1), bias),
            "The channels are in the wrong order: X[c] belongs to K[o, c].",
        ),
        (
            lambda X, K, bias: _convolve(X, K.flip(2, 3), bias),
            "Your kernels are flipped; the layer takes them as they stand.",
        ),
        (
            lambda X, K, bias: _convolve(X, K, bias).sum(0),
            "The output channels stay apart: one map for each o.",
        ),
        (
            _maps_of_all_pairs,
            "You keep a map for every input channel: the maps of one kernel are added up.",
        ),
        (
            lambda X, K, bias: _convolve(X, K, bias)[None],
            "One picture goes in and its maps come out: (c_out, height, width), no fourth axis.",
        ),
    ],
    hints=[
        "Output channel o: correlate each input channel X[c] with K[o, c], and add the maps up.",
        "Then add bias[o], once, and put the maps on top of each other with torch.stack.",
        "sum(corr2d(X[c], K[o, c]) for c in range(len(X))) + bias[o]",
    ],
    why="Each kernel sees all input channels and adds up what it finds in them, so as many maps "
    "come out as there are kernels.",
    section="Going further",
)
def convolve_channels(X, K, bias):
    maps = []
    for o in range(K.shape[0]):
        Y = sum(corr2d(X[c], K[o, c]) for c in range(X.shape[0]))
        maps.append(Y + bias[o])
    return torch.stack(maps)


# --- going further: the gradients ---------------------------------------------------------------

shape_of_gradient = predict(
    (2, 3),
    wrong={
        (5, 6): "That is the shape of dY. The gradient has a number for every weight.",
        (6, 8): "That is the picture's shape. The gradient has a number for every weight.",
        (3, 2): "The right numbers, but rows come first, and K has two of them.",
        (1, 1): "The loss is one number, but it has a derivative for every weight.",
        (1,): "That is the shape of ∂loss/∂β; the kernel has more weights than one.",
        (4, 3): "The sum runs over dY's 5×6 entries: count the places where a 5×6 window fits "
        "into 6×8.",
    },
    hints=[
        "A gradient has the shape of what it belongs to. What does this one belong to?",
        "There is a derivative for every weight of K.",
    ],
    why="There is one derivative for each weight, so a gradient has the shape of what it belongs "
    "to. It is also the number of places where a 5×6 window fits into 6×8.",
    section="Going further",
)


def _gradient_cases():
    generator = torch.Generator().manual_seed(5)
    shapes = [((5, 4), (2, 3)), ((4, 6), (2, 2)), ((6, 8), (5, 6)), ((4, 6), (4, 5))]
    return [
        tuple(torch.randint(-4, 5, shape, generator=generator).double() for shape in pair)
        for pair in shapes
    ]


@exercise(
    cases=_gradient_cases,
    wrong=[
        (
            lambda X, dY: corr2d(X, dY.flip(0, 1)),
            "Your dY is flipped. In the sum, X[i + a, j + b] meets dY[i, j]: as it stands.",
        ),
        (
            lambda X, dY: corr2d(X, dY) / dY.numel(),
            "That is the mean over the entries of the map; the derivatives add up.",
        ),
        (
            lambda X, dY: corr2d(X, torch.ones_like(dY)),
            "Each X[i + a, j + b] counts as much as dY[i, j] says; here all count alike.",
        ),
        (
            lambda X, dY: corr2d(X, dY).flip(0, 1),
            "The right numbers, turned by half a turn: entry (a, b) belongs to X[i + a, j + b].",
        ),
        (
            lambda X, dY: corr2d(X, dY).T,
            "The right numbers, transposed: rows of the kernel belong to rows of the picture.",
        ),
        (
            lambda X, dY: -corr2d(X, dY),
            "That is the direction of descent; the gradient itself has the other sign.",
        ),
        (
            lambda X, dY: 2 * corr2d(X, dY),
            "Twice too large: dY is already the loss's gradient with respect to Y.",
        ),
        (
            lambda X, dY: torch.zeros_like(corr2d(X, dY)),
            "All entries are zero: is the sum ever written into the gradient?",
        ),
    ],
    hints=[
        "Compare the sum with the definition of corr2d: what slides over X here?",
        "The map's gradient slides over the picture, as if it were the kernel.",
        "corr2d(X, dY)",
    ],
    why="The gradient of a cross-correlation is a cross-correlation: the sum is that of corr2d, "
    "with dY in the kernel's place.",
    section="Going further",
)
def kernel_gradient(X, dY):
    return corr2d(X, dY)


def _spread_cases():
    generator = torch.Generator().manual_seed(6)
    shapes = [((2, 3), (4, 2)), ((2, 2), (2, 3)), ((1, 2), (3, 3)), ((3, 4), (2, 5))]
    return [
        tuple(torch.randint(-4, 5, shape, generator=generator).double() for shape in pair)
        for pair in shapes
    ]


def _spread(K, dY):
    k_h, k_w = K.shape
    return F.pad(dY, (k_w - 1, k_w - 1, k_h - 1, k_h - 1))


def _last_window_only(K, dY):
    """What `=` in place of `+=` leaves: later windows overwrite earlier ones."""
    (k_h, k_w), (o_h, o_w) = K.shape, dY.shape
    dX = torch.zeros(o_h + k_h - 1, o_w + k_w - 1, dtype=dY.dtype)
    for i in range(o_h):
        for j in range(o_w):
            dX[i : i + k_h, j : j + k_w] = dY[i, j] * K
    return dX


@exercise(
    cases=_spread_cases,
    wrong=[
        (
            lambda K, dY: corr2d(_spread(K, dY), K),
            "Nearly: padded like that, the kernel has to be flipped. With i further on, "
            "K[p − i, q − j] goes back.",
        ),
        (
            lambda K, dY: (
                corr2d(_spread(K, dY), K.T)
                if K.shape[0] == K.shape[1]
                else corr2d(F.pad(dY, (K.shape[0] - 1,) * 2 + (K.shape[1] - 1,) * 2), K.T)
            ),
            "Your kernel is transposed: K.flip(0, 1) flips both ways, K.T exchanges the axes.",
        ),
        (
            lambda K, dY: -corr2d(_spread(K, dY), K.flip(0, 1)),
            "That is the direction of descent; the gradient itself has the other sign.",
        ),
        (
            lambda K, dY: corr2d(_spread(K, torch.ones_like(dY)), K.flip(0, 1)),
            "Each output passes back as much as dY[i, j] says; here all count alike.",
        ),
        (
            lambda K, dY: corr2d(_spread(K, dY), torch.ones_like(K)),
            "What is passed back has to be multiplied with the kernel's entry, too.",
        ),
        (
            lambda K, dY: F.pad(dY, (0, K.shape[1] - 1, 0, K.shape[0] - 1)) * K.sum(),
            "Each dY[i, j] belongs to a whole window of pixels, not only to its first corner.",
        ),
        (
            _last_window_only,
            "Later windows overwrite earlier ones: what the outputs pass back to a pixel adds up, "
            "with +=.",
        ),
    ],
    hints=[
        "Pixel (p, q) is in the window of output (i, j) with the weight K[p − i, q − j].",
        "Start with zeros of the picture's shape; each dY[i, j] adds dY[i, j] * K to its window.",
        "The picture is (o_h + k_h − 1) × (o_w + k_w − 1), where dY is o_h × o_w.",
    ],
    why="Every output passes its dY back to the pixels of its window, in proportion to the "
    "weights, and what comes from several windows adds up: a full convolution of dY with K.",
    section="Going further",
)
def picture_gradient(K, dY):
    (k_h, k_w), (o_h, o_w) = K.shape, dY.shape
    dX = torch.zeros(o_h + k_h - 1, o_w + k_w - 1, dtype=dY.dtype)
    for i in range(o_h):
        for j in range(o_w):
            dX[i : i + k_h, j : j + k_w] += dY[i, j] * K
    return dX


progress = chapter_progress(__name__)
