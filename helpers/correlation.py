"""Cross-correlation of a picture with a kernel, four ways, and the shape of its output.

`corr2d` is the definition, written as two loops. `corr2d_shifted` and `corr2d_unfold` do the same
arithmetic but hand more of the work to PyTorch; `torch.nn.functional.conv2d` does all of it there.
`correlation_matrix` is the same map written as one matrix.
"""

import torch

from helpers.checks import LARGEST_SIZE, check_same_dtype, check_tensor, whole_pair

_MOST_ENTRIES = 2**27  # of a correlation matrix: half a gigabyte in float32


def corr2d(X, K):
    """Cross-correlate a picture with a kernel, one window at a time.

    Args:
        X: picture, float or integer.
        K: kernel, same dtype.
    Shape:
        X (n_h, n_w), K (k_h, k_w) -> (n_h - k_h + 1, n_w - k_w + 1).
    Raises:
        ValueError: K is larger than X, one of them is not a matrix of real numbers, or their
            dtypes differ.
    Source: chapter 02; cross-correlation as in d2l 7.2.
    """
    _check_picture_and_kernel(X, K)
    k_h, k_w = K.shape
    o_h, o_w = X.shape[0] - k_h + 1, X.shape[1] - k_w + 1
    Y = torch.zeros((o_h, o_w), dtype=X.dtype)
    for i in range(o_h):
        for j in range(o_w):
            window = X[i : i + k_h, j : j + k_w]
            Y[i, j] = (window * K).sum()
    return Y


def corr2d_shifted(X, K):
    """Cross-correlate by adding shifted copies of the picture, one per kernel entry.

    Args, Shape, Raises: as `corr2d`.
    Source: chapter 02.
    """
    _check_picture_and_kernel(X, K)
    k_h, k_w = K.shape
    o_h, o_w = X.shape[0] - k_h + 1, X.shape[1] - k_w + 1
    Y = torch.zeros((o_h, o_w), dtype=X.dtype)
    for a in range(k_h):
        for b in range(k_w):
            Y = Y + K[a, b] * X[a : a + o_h, b : b + o_w]
    return Y


def corr2d_unfold(X, K):
    """Cross-correlate with one matrix product: each window is a row, the kernel is a column.

    Args, Shape, Raises: as `corr2d`.
    Source: chapter 02; the "im2col" of the literature.
    """
    _check_picture_and_kernel(X, K)
    k_h, k_w = K.shape
    windows = X.unfold(0, k_h, 1).unfold(1, k_w, 1)  # (o_h, o_w, k_h, k_w)
    o_h, o_w = windows.shape[:2]
    return (windows.reshape(o_h * o_w, k_h * k_w) @ K.reshape(-1)).reshape(o_h, o_w)


def correlation_matrix(K, input_shape):
    """The matrix that maps a flattened picture to its flattened cross-correlation with K.

    Args:
        K: kernel, float or integer.
        input_shape: height and width of the picture, in pixels; an int stands for both.
    Shape:
        K (k_h, k_w), input_shape (n_h, n_w) -> (o_h * o_w, n_h * n_w), dtype of K, where
        (o_h, o_w) = (n_h - k_h + 1, n_w - k_w + 1).
    Raises:
        ValueError: K is not a matrix or is larger than the picture, or the result would have
            more than 2**27 entries.
    Source: chapters 01 and 02; d2l 7.2, exercise 4.
    """
    check_tensor(K, "K", 2)
    n_h, n_w = whole_pair(input_shape, "input_shape", 1, LARGEST_SIZE)
    o_h, o_w = output_shape((n_h, n_w), tuple(K.shape))
    if o_h * o_w * n_h * n_w > _MOST_ENTRIES:
        raise ValueError(
            f"The matrix of a {n_h}×{n_w} picture would have {o_h * o_w * n_h * n_w:.0e} entries: "
            f"take a smaller picture."
        )
    W = torch.zeros((o_h, o_w, n_h, n_w), dtype=K.dtype)
    i, j = torch.arange(o_h)[:, None], torch.arange(o_w)
    for a in range(K.shape[0]):
        for b in range(K.shape[1]):
            W[i, j, i + a, j + b] = K[a, b]
    return W.reshape(o_h * o_w, n_h * n_w)


def output_shape(input_shape, kernel_shape, stride=1, padding=0, dilation=1):
    """The height and width of a feature map. Each argument is an int or a (height, width) pair.

    Args:
        input_shape: size of the picture, in pixels.
        kernel_shape: size of the kernel, in entries.
        stride: pixels from one window to the next.
        padding: rows and columns of zeros added on every side.
        dilation: pixels from one kernel entry to the next.
    Returns:
        (o_h, o_w), with o = floor((n + 2 padding - dilation (k - 1) - 1) / stride) + 1.
    Raises:
        ValueError: an argument is not a whole number, a size, stride or dilation is below 1, a
            padding is below 0, or the kernel does not fit into the padded picture.
    Source: chapter 02; the formula of `torch.nn.Conv2d`.
    """
    n = whole_pair(input_shape, "input_shape", 1, LARGEST_SIZE)
    k = whole_pair(kernel_shape, "kernel_shape", 1, LARGEST_SIZE)
    s = whole_pair(stride, "stride", 1, LARGEST_SIZE)
    p = whole_pair(padding, "padding", 0, LARGEST_SIZE)
    d = whole_pair(dilation, "dilation", 1, LARGEST_SIZE)
    padded = [n[axis] + 2 * p[axis] for axis in (0, 1)]
    extent = [d[axis] * (k[axis] - 1) + 1 for axis in (0, 1)]
    if extent[0] > padded[0] or extent[1] > padded[1]:
        raise ValueError(
            f"The kernel covers {extent[0]}×{extent[1]} pixels, but the padded picture has only "
            f"{padded[0]}×{padded[1]}: take a smaller kernel or dilation, or a larger picture."
        )
    return tuple((padded[axis] - extent[axis]) // s[axis] + 1 for axis in (0, 1))


def _check_picture_and_kernel(X, K):
    check_tensor(X, "X", 2)
    check_tensor(K, "K", 2)
    check_same_dtype(X=X, K=K)
    if K.shape[0] > X.shape[0] or K.shape[1] > X.shape[1]:
        raise ValueError(
            f"K of shape {tuple(K.shape)} does not fit into X of shape {tuple(X.shape)}: "
            f"take a smaller kernel or a larger picture."
        )
