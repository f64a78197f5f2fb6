"""Exercises of chapter 05, learning a kernel."""

import torch
from torch.nn import functional as F

from helpers import descent
from helpers.correlation import corr2d
from helpers.exercises.exercise import exercise, predict
from helpers.exercises.progress import chapter_progress
from helpers.images import striped_image


def _corr(X, K):
    return F.conv2d(X[None, None], K[None, None])[0, 0]


def _windows(X, kernel_shape):
    k_h, k_w = kernel_shape
    return X.unfold(0, k_h, 1).unfold(1, k_w, 1).reshape(-1, k_h * k_w)


# --- predictions ------------------------------------------------------------------------------

row_of_differences = predict(
    (-3, 0, 4),
    wrong={
        (3, 0, -4): "The sizes are right, the signs are not: it is left minus right, 2 − 5.",
        (7, 10, 6): "You add the neighbours; the second weight is −1.",
        (3, 0, 4): "Differences have a sign: 2 − 5 is negative.",
        (-3, 0, 4, 1): "Four pixels have three windows of two pixels.",
        (2, -5, 5, -1): "Both weights meet every window: subtract, then move on by one pixel.",
        (-3, 4): "The windows overlap: the middle one holds 5 and 5.",
    },
    hints=[
        "Lay the two weights on the first two pixels, multiply and add; then move on by one.",
        "Each entry is a pixel minus its right neighbour: 2 − 5, 5 − 5, 5 − 1.",
    ],
    why="Each entry is a pixel minus its right neighbour: negative where the row gets brighter, "
    "zero where it is flat, positive where it gets darker.",
    section="Recall",
)

gradient_of_two_weights = predict(
    (21, 42),
    wrong={
        (12, 24): "That is a true convolution: G is laid on X as it stands, without a flip.",
        (1, 20): "Those are the products of the first window: add them up, then move on.",
        (42, 21): "The right numbers in the wrong order: the first weight met the pixels 1 and 2.",
        (11, 11): "That is the sum of G, the gradient with respect to a bias.",
        (33, 66): "Each entry of G meets one pixel of the window, not all of them.",
        (3, 6): "You add the pixels of each window; G weighs them with 1 and 10.",
    },
    hints=[
        "Cross-correlate X with G, as if G were a kernel.",
        "The windows of X are (1, 2) and (2, 4); weigh their entries with 1 and 10.",
    ],
    why="The first weight met pixels 1 and 2 on its way to the two entries of the map, so its "
    "gradient is 1·1 + 2·10; the second met 2 and 4.",
    section="Recall",
)

updates_before_print = predict(
    1,
    wrong={
        2: "The loss is computed before the update of its own step, so one fewer.",
        0: "0 is right for step 1; by step 2 the kernel has been changed.",
        3: "Steps 1 and 2 update the kernel twice at most, and one of the two comes too late.",
        10: "10 updates are made by the end; this line is printed in step 2.",
    },
    hints=[
        "Within one step of the loop, which comes first: the loss, or the update of the kernel?",
        "In step 1 the loss is that of the start. How many updates come before step 2?",
    ],
    why="The loss is computed before the update of its own step, so only the update of step 1 "
    "counts. Step n prints the loss after n − 1 updates; it will be a clue.",
    section="5.1",
)

factors = predict(
    (1 - 0.05 * 12, 1 - 0.05 * 60),
    wrong={
        (0.4, 2.0): "The sizes are right, but 1 − 3 is negative: the error changes sides.",
        (-2.0, 0.4): "The right numbers in the wrong order: first for λ = 12.",
        (0.64, -0.8): "These belong to lr = 0.03; the question is about 0.05.",
        (0.6, 3.0): "That is lr λ; what is left of the error is 1 − lr λ.",
        (-0.4, 2.0): "Turned round: it is 1 − lr λ, not lr λ − 1.",
        (0.16, 4.0): "Those are the squares, the factors of the loss; asked for are the error's.",
        (1.6, 4.0): "The step goes against the gradient: it is 1 − lr λ, not 1 + lr λ.",
    },
    hints=[
        "One step multiplies the error along an eigenvector by 1 − lr λ.",
        "Put lr = 0.05 and λ = 12 into it, then λ = 60, and keep the sign.",
    ],
    why="1 − 0.05 · 12 = 0.4 shrinks the error, but 1 − 0.05 · 60 = −2 doubles it at every step, "
    "on alternating sides. One direction that grows is enough to diverge.",
    section="5.3",
)

limit_for_the_mean = predict(
    42 / 30,
    wrong=[
        (1 / 30, "The gradient of the mean is 42 times smaller, so the limit cannot stay."),
        (1 / 30 / 42, "The wrong way round: a gradient 42 times smaller allows a larger lr."),
        (48 / 30, "The mean is over the feature map, 6×7, not over the picture, 6×8."),
        (1.26, "1.26 is 42 times 0.03, which is only 90 % of the limit."),
        (0.7, "1 / λ is half way: the limit is 2 / λ."),
    ],
    hints=[
        "The mean is the sum divided by a number that does not depend on the kernel. "
        "By what is the Hessian divided, then?",
        "The feature map has 6 · 7 = 42 entries, so both eigenvalues are 42 times smaller.",
    ],
    why="The mean divides loss, gradient and eigenvalues by the map's 42 entries, so the limit "
    "2 / λ is 42 times as large: 42 / 30.",
    section="5.10",
)

number_of_starts = predict(
    4,
    wrong={
        1: "The losses give the squares of the two errors, so their signs are lost.",
        2: "Two signs for each error, and there are two errors.",
        8: "There are two errors with two signs each, not three.",
        5: "The five losses share the two unknowns: count the signs of c₁ and c₂.",
    },
    hints=[
        "Two unknowns came out, and both are squares of what we look for.",
        "A square has two roots, plus and minus: so many choices along each of two directions.",
    ],
    why="The losses know only the squares of the two errors. Each sign is free: 2 · 2 starts.",
    section="5.5",
)

limit_on_its_side = predict(
    2 / 80,
    wrong=[
        (1 / 30, "The windows have changed, so H has: count the windows (1, 1)."),
        (1 / 20, "40 is an entry of H; its larger eigenvalue is 40 + 40."),
        (1 / 80, "1 / λ is half way: the limit is 2 / λ."),
        (80.0, "80 is the larger eigenvalue; the limit is 2 divided by it."),
        (1 / 28, "There are 8 rows of 5 windows, and 4 of those rows are white."),
    ],
    hints=[
        "Every row of Xᵀ is constant, so a 1×2 window on it is (1, 1) or (0, 0). How many are "
        "(1, 1)?",
        "4 white rows of 5 windows: 20 windows (1, 1), so H = 2 · 20 · [[1, 1], [1, 1]].",
        "The eigenvalues of [[40, 40], [40, 40]] are 80 and 0; the limit is 2 / 80.",
    ],
    why="The 20 windows (1, 1) make H = [[40, 40], [40, 40]], with eigenvalues 80 and 0. So 0.03, "
    "which worked for X, diverges here: the limit is a property of the data.",
    section="5.8",
)

end_on_its_side = predict(
    torch.tensor([[0.2, -0.2]]),
    wrong=[
        (
            torch.tensor([[1.0, -1.0]]),
            "It fits, but descent does not get there: both weights change by the same amount.",
        ),
        (
            torch.tensor([[0.0, 0.0]]),
            "It fits, but descent does not get there: the weights' difference stays 0.4.",
        ),
        (
            torch.tensor([[0.6, -0.6]]),
            "The first weight does not stand still: both change by the same amount.",
        ),
        (torch.tensor([[0.6, 0.2]]), "The map there is not zero: 0.6 + 0.2 in white rows."),
        (
            torch.tensor([[0.4, -0.4]]),
            "The difference of the weights must stay 0.6 − 0.2 = 0.4; yours is 0.8.",
        ),
        (
            torch.tensor([[-0.2, 0.2]]),
            "It fits, but the first weight stays the larger one: their difference does not change.",
        ),
    ],
    hints=[
        "Every window is (a, a), so the gradient has two equal entries. What does that mean for "
        "the difference of the weights?",
        "Both weights always change by the same amount, so their difference stays 0.6 − 0.2. The "
        "loss is zero when their sum is.",
    ],
    why="Both weights meet the same pixels, so they change by the same amount: their difference "
    "stays 0.4 while their sum falls to 0. The data fix the sum, the start fixes the rest.",
    section="5.6",
)

end_with_one_pixel = predict(
    torch.tensor([[1.0, 0.2]]),
    wrong=[
        (
            torch.tensor([[1.0, -1.0]]),
            "Nothing tells the second weight about −1: it only ever met a black pixel.",
        ),
        (
            torch.tensor([[1.0, 0.0]]),
            "Nothing pulls the second weight to 0 either: its gradient is 0.",
        ),
        (
            torch.tensor([[0.3, 0.2]]),
            "The first weight meets a white pixel, so it does learn.",
        ),
        (
            torch.tensor([[1.0, 0.9]]),
            "The second weight does not move along: its gradient is 0.",
        ),
        (
            torch.tensor([[0.8, 0.2]]),
            "The second weight meets a black pixel and adds nothing: the first has to make the 1.",
        ),
    ],
    hints=[
        "What is the second weight multiplied by, in the only window?",
        "A weight that is multiplied by 0 gets gradient 0, so it stays where it was.",
    ],
    why="The second weight met only a black pixel: its gradient is 0, and it stays where it "
    "started. One equation cannot fix two unknowns.",
    section="5.8",
)

smallest_side = predict(
    5,
    wrong={
        3: "A 3×3 picture has one window: one equation for nine unknowns.",
        4: "A 4×4 picture has 2×2 = 4 windows: four equations for nine unknowns.",
        6: "It is enough, but a smaller one is, too.",
        9: "9 equations are needed, not 9 rows: count the windows.",
        11: "A map of 9×9 is far more than nine equations: 3×3 entries are enough.",
    },
    hints=[
        "A 3×3 kernel has 9 unknowns, and every pixel of the feature map is one equation.",
        "The map of an n×n picture is (n − 2)×(n − 2). When is that at least 9 pixels?",
    ],
    why="Nine unknowns need nine equations, one for each entry of the map. A map of 3×3 comes "
    "from 5×5 pixels. That is enough only if no two windows say the same.",
    section="5.8",
)

error_with_four_times_the_data = predict(
    0.5,
    wrong={
        0.25: "The variance is a quarter; the standard deviation is its square root.",
        1: "The noise of different pixels is independent, so it partly averages out.",
        2: "More data, less error: the other way round.",
        4: "More data, less error: the other way round, and a square root.",
        0.0625: "Not so good: the variance is divided by 4, and the standard deviation is its "
        "root.",
    },
    hints=[
        "Four copies of the picture make H four times as large. What happens to the variance "
        "2σ² H⁻¹?",
        "The variance is divided by 4, so the standard deviation is divided by its root.",
    ],
    why="Four times as many windows make H four times as large and the variance a quarter, so the "
    "standard deviation is a half. A steep bowl fixes its lowest point more precisely.",
    section="5.8",
)

quickest_photo = predict(
    "grass",
    wrong={
        "camera": "Coat and sky are smooth: neighbouring pixels say nearly the same.",
        "coins": "Large smooth areas: neighbouring pixels say nearly the same.",
    },
    hints=[
        "Steps are saved by equal eigenvalues, and those come from pixels that tell something "
        "their neighbours have not told yet.",
        "In which photo is a pixel least like the one beside it?",
    ],
    why="In grass every pixel tells something new. In a smooth photo neighbours nearly repeat each "
    "other, so two neighbouring weights can trade places at almost no cost: a flat axis.",
    section="5.9",
)

kernel_learned_through_the_flip = predict(
    torch.tensor([[-1.0, 1.0]]),
    wrong=[
        (
            torch.tensor([[1.0, -1.0]]),
            "After its flip this kernel would make the map with all signs turned.",
        ),
        (torch.tensor([[1.0, 1.0]]), "A flip changes the order of the weights, not their signs."),
        (
            torch.tensor([[-1.0, -1.0]]),
            "A flip changes the order of the weights, not their signs: one of them stays positive.",
        ),
    ],
    hints=[
        "The layer flips its kernel before laying it on. What must it hold, so that (1, −1) "
        "comes out of the flip?",
        "Write (1, −1) backwards.",
    ],
    why="The layer flips what it holds, so it has to hold (1, −1) backwards. Descent finds that "
    "by itself, because it only sees the map.",
    section="5.11",
)

# --- exercises --------------------------------------------------------------------------------


def _runs():
    """Pictures, targets, kernels and learning rates without any symmetry to hide behind."""
    generator = torch.Generator().manual_seed(5)
    cases = []
    for picture, kernel, lr in [
        ((4, 5), (2, 2), 0.05),
        ((5, 4), (3, 2), 0.02),
        ((7, 6), (2, 3), 0.01),
    ]:
        X = torch.randint(-3, 4, picture, generator=generator).float()
        K = torch.randint(-3, 4, kernel, generator=generator).float()
        K[0, 0] = 2.5
        Y = torch.randint(-5, 6, _corr(X, K).shape, generator=generator).float()
        cases.append((X, Y, K, lr))
    X = striped_image()
    Y = _corr(X, torch.tensor([[1.0, -1.0]]))
    return [*cases, (X, Y, torch.tensor([[0.3, 0.2]]), 0.03)]


def _step(X, residual, K, lr):
    return K - lr * _corr(X, 2 * residual)


@exercise(
    cases=_runs,
    hints=[
        "Chapter 03: the gradient with respect to K is the cross-correlation of X with the "
        "gradient with respect to Y_hat. What is the latter for a sum of squares?",
        "With corr2d: Y_hat = corr2d(X, K), then grad = corr2d(X, 2 * (Y_hat - Y)).",
        "The step goes against the gradient: return K - lr * grad.",
    ],
    wrong=[
        (
            lambda X, Y, K, lr: _step(X, Y - _corr(X, K), K, lr),
            "Your step goes uphill: subtract lr times the gradient of (Y_hat − Y)².",
        ),
        (
            lambda X, Y, K, lr: _step(X, (_corr(X, K) - Y) / Y.numel(), K, lr),
            "That is the gradient of the mean: this loss is the sum over the map.",
        ),
        (
            lambda X, Y, K, lr: _step(X, (_corr(X, K) - Y) / 2, K, lr),
            "A factor 2 is missing: the derivative of e² is 2e.",
        ),
        (
            lambda X, Y, K, lr: _corr(X, 2 * (_corr(X, K) - Y)),
            "That is the gradient; return the kernel after the step, K − lr · gradient.",
        ),
        (
            lambda X, Y, K, lr: -lr * _corr(X, 2 * (_corr(X, K) - Y)),
            "That is the step itself; add it to K.",
        ),
        (
            lambda X, Y, K, lr: K.clone(),
            "The kernel comes back as it went in: nothing is subtracted from it.",
        ),
        (
            lambda X, Y, K, lr: _step(X, _corr(X, K) - Y, K, 1.0),
            "The learning rate does nothing yet: multiply the gradient by lr.",
        ),
        (
            lambda X, Y, K, lr: _step(X, _corr(X, K.flip(0, 1)) - Y, K, lr),
            "Your Y_hat is made with a flipped kernel; here it is a cross-correlation.",
        ),
        (
            lambda X, Y, K, lr: K - lr * _corr(X, 2 * (_corr(X, K) - Y)).flip(0, 1),
            "Your gradient is flipped: its entry (a, b) belongs to K[a, b].",
        ),
        (
            lambda X, Y, K, lr: _step(X, -Y, K, lr),
            "Y alone does not make an error: compare it with Y_hat = corr2d(X, K).",
        ),
        (
            lambda X, Y, K, lr: _step(X, _corr(X, K), K, lr),
            "Y_hat alone does not make an error: subtract Y from it.",
        ),
        (
            lambda X, Y, K, lr: _step(X, (_corr(X, K) - Y).sign() / 2, K, lr),
            "That is the gradient of |e|: the derivative of e² is 2e.",
        ),
    ],
    why="A weight's gradient adds up every error times the pixel that the weight met, with "
    "the 2 of the square: a cross-correlation. The step goes against it.",
    section="5.2",
)
def gradient_step(X, Y, K, lr):
    Y_hat = corr2d(X, K)
    grad = corr2d(X, 2 * (Y_hat - Y))
    return K - lr * grad


def _pictures():
    generator = torch.Generator().manual_seed(6)
    cases = []
    for picture, kernel in [((5, 7), (1, 2)), ((4, 6), (2, 1)), ((7, 6), (2, 3)), ((9, 8), (3, 3))]:
        X = torch.randint(0, 5, picture, generator=generator).float()
        cases.append((X, kernel))
    return [*cases, (striped_image(), (1, 2))]


def _eigenvalues(X, kernel_shape):
    return torch.linalg.eigvalsh(descent.hessian(X.double(), kernel_shape))


@exercise(
    cases=_pictures,
    hints=[
        "Put every window of X into a row of a matrix: "
        "X.unfold(0, k_h, 1).unfold(1, k_w, 1).reshape(-1, k_h * k_w).",
        "H = 2 * windows.T @ windows, and torch.linalg.eigvalsh(H) gives its eigenvalues, the "
        "largest last.",
        "Return 2 divided by the largest eigenvalue.",
    ],
    wrong=[
        (
            lambda X, s: 1 / _eigenvalues(X, s)[-1].item(),
            "1 / λ is safe, but the error still shrinks up to 2 / λ.",
        ),
        (
            lambda X, s: 2 / _eigenvalues(X, s)[0].item(),
            "You use the smallest eigenvalue; the steepest direction diverges first.",
        ),
        (
            lambda X, s: 4 / _eigenvalues(X, s)[-1].item(),
            "A factor 2 is missing in H: the loss is the sum of squares, not half of it.",
        ),
        (
            lambda X, s: 2 / _eigenvalues(X, s).sum().item(),
            "It is safe, but not the largest: divide by the largest eigenvalue, not their sum.",
        ),
        (
            lambda X, s: 2 / descent.hessian(X, s).max().item(),
            "You use the largest entry of H; its largest eigenvalue is larger.",
        ),
        (
            lambda X, s: 2 / _eigenvalues(X, s)[-1].item() * _windows(X, s).shape[0],
            "That is the limit for the mean over the map; this loss is the sum.",
        ),
        (
            lambda X, s: _eigenvalues(X, s)[-1].item(),
            "That is the largest eigenvalue; the limit is 2 divided by it.",
        ),
        (
            lambda X, s: 2 / _eigenvalues(X, s[::-1])[-1].item(),
            "Rows and columns are swapped: kernel_shape is (k_h, k_w).",
        ),
        (
            lambda X, s: 1 / 30,
            "1 / 30 belongs to the striped picture; compute it from X.",
        ),
    ],
    why="Along an eigenvector a step multiplies the error by 1 − lr λ, which must stay above "
    "−1. The steepest direction reaches −1 first, at lr = 2 / λ.",
    section="5.7",
)
def largest_stable_lr(X, kernel_shape):
    k_h, k_w = kernel_shape
    windows = X.unfold(0, k_h, 1).unfold(1, k_w, 1).reshape(-1, k_h * k_w)
    H = 2 * windows.T @ windows
    return 2 / torch.linalg.eigvalsh(H)[-1].item()


@exercise(
    cases=_pictures,
    hints=[
        "The slowest direction is the one with the larger |1 − lr λ|. Draw both, for λ = 12 and "
        "λ = 60, against lr: where do they cross?",
        "At the best lr the flat direction is as slow as the steep one: "
        "1 − lr λ_min = −(1 − lr λ_max).",
        "Solved for lr: 2 / (λ_min + λ_max).",
    ],
    wrong=[
        (
            lambda X, s: 2 / _eigenvalues(X, s)[-1].item(),
            "At the limit the steep direction does not shrink at all: its factor is −1.",
        ),
        (
            lambda X, s: 1 / _eigenvalues(X, s)[-1].item(),
            "Now the steep direction is done in one step, but the flat one could be faster.",
        ),
        (
            lambda X, s: 1 / _eigenvalues(X, s)[0].item(),
            "Now the flat direction is done in one step, but the steep one may diverge.",
        ),
        (
            lambda X, s: 1 / (_eigenvalues(X, s)[0] + _eigenvalues(X, s)[-1]).item(),
            "A factor 2 is missing: solve 1 − lr λ_min = −(1 − lr λ_max) once more.",
        ),
        (
            lambda X, s: 1 / 36,
            "1 / 36 belongs to the striped picture; compute it from X.",
        ),
        (
            lambda X, s: 2 / _eigenvalues(X, s[::-1])[[0, -1]].sum().item(),
            "Rows and columns are swapped: kernel_shape is (k_h, k_w).",
        ),
        (
            lambda X, s: 1.8 / _eigenvalues(X, s)[-1].item(),
            "90 % of the limit is a fair guess; the best lr depends on the flattest direction too.",
        ),
        (
            lambda X, s: 2 / _eigenvalues(X, s).sum().item(),
            "Only the flattest and the steepest direction count, not those between them.",
        ),
    ],
    why="A larger lr speeds up the flat direction and slows down the steep one. The best lr "
    "makes them equally fast: 1 − lr λ_min = −(1 − lr λ_max).",
    section="5.7",
)
def fastest_lr(X, kernel_shape):
    k_h, k_w = kernel_shape
    windows = X.unfold(0, k_h, 1).unfold(1, k_w, 1).reshape(-1, k_h * k_w)
    eigenvalues = torch.linalg.eigvalsh(2 * windows.T @ windows)
    return 2 / (eigenvalues[0] + eigenvalues[-1]).item()


def _noisy_targets():
    generator = torch.Generator().manual_seed(7)
    cases = []
    for picture, kernel in [((5, 6), (2, 2)), ((6, 7), (3, 2)), ((8, 7), (2, 3)), ((9, 9), (3, 3))]:
        X = torch.randn(picture, generator=generator)
        K = torch.randn(kernel, generator=generator)
        Y = _corr(X, K)
        cases.append((X, Y + 0.3 * torch.randn(Y.shape, generator=generator), kernel))
    X = striped_image()
    return [*cases, (X, _corr(X, torch.tensor([[1.0, -1.0]])), (1, 2))]


def _least_squares(X, Y, kernel_shape):
    return torch.linalg.lstsq(_windows(X, kernel_shape), Y.reshape(-1, 1)).solution[:, 0]


@exercise(
    cases=_noisy_targets,
    hints=[
        "Every pixel of Y is one linear equation in the kernel's entries: windows @ k = y.",
        "torch.linalg.lstsq(A, B).solution is the matrix with the smallest squared error; B must "
        "be a column, Y.reshape(-1, 1).",
        "Give the solution the kernel's shape again: .reshape(kernel_shape).",
    ],
    wrong=[
        (
            lambda X, Y, s: _least_squares(X, Y, s).reshape(s[1], s[0]).T.contiguous(),
            "Your kernel is filled column by column; reshape(kernel_shape) goes row by row.",
        ),
        (
            lambda X, Y, s: _least_squares(X, Y, s).reshape(s).flip(0, 1),
            "Your kernel is flipped: Y comes from a cross-correlation.",
        ),
        (
            lambda X, Y, s: _least_squares(X, Y, s)[:, None],
            "Your kernel is a column: give it the shape kernel_shape.",
        ),
        (
            lambda X, Y, s: torch.zeros(s),
            "All zeros: has the solution been put into the kernel?",
        ),
        (
            lambda X, Y, s: (_windows(X, s).T @ Y.reshape(-1)).reshape(s),
            "That is windowsᵀ y; it still has to be multiplied by the inverse of windowsᵀ windows.",
        ),
        (
            lambda X, Y, s: -_least_squares(X, Y, s).reshape(s),
            "All signs are turned.",
        ),
        (
            lambda X, Y, s: _least_squares(X, Y, s).reshape(s).T.contiguous(),
            "Your kernel is transposed: it has the shape kernel_shape, filled row by row.",
        ),
    ],
    why="Each entry of Y is a linear equation in the kernel's entries. Least squares finds "
    "the bottom of the bowl at once.",
    section="5.9",
)
def kernel_in_one_go(X, Y, kernel_shape):
    k_h, k_w = kernel_shape
    windows = X.unfold(0, k_h, 1).unfold(1, k_w, 1).reshape(-1, k_h * k_w)
    return torch.linalg.lstsq(windows, Y.reshape(-1, 1)).solution.reshape(kernel_shape)


progress = chapter_progress(__name__)
