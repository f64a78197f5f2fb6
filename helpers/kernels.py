"""Kernels with names, float32, for cross-correlation (not flipped).

`EDGE` is the (1, 2) kernel of chapter 04; all others are (3, 3). `SOBEL_X` responds with positive
numbers where the picture gets brighter to the right, `SOBEL_Y` where it does so downwards.
"""

import torch

EDGE = torch.tensor([[1.0, -1.0]])

IDENTITY = torch.tensor([[0.0, 0, 0], [0, 1, 0], [0, 0, 0]])
BOX_BLUR = torch.full((3, 3), 1 / 9)
GAUSSIAN_BLUR = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16
SHARPEN = torch.tensor([[0.0, -1, 0], [-1, 5, -1], [0, -1, 0]])
SOBEL_X = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
SOBEL_Y = torch.tensor([[-1.0, -2, -1], [0, 0, 0], [1, 2, 1]])
LAPLACIAN = torch.tensor([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]])
EMBOSS = torch.tensor([[-2.0, -1, 0], [-1, 1, 1], [0, 1, 2]])
# Positive where the picture gets brighter towards the lower right, and the upper right.
DIAGONAL_DOWN = torch.tensor([[-2.0, -1, 0], [-1, 0, 1], [0, 1, 2]])
DIAGONAL_UP = torch.tensor([[0.0, 1, 2], [-1, 0, 1], [-2, -1, 0]])
