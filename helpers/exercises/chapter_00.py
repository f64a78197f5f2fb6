"""The try-out exercise of the start page."""

from helpers.exercises.exercise import predict
from helpers.exercises.progress import chapter_progress

first_shape = predict(
    (2, 3),
    wrong={
        (3, 2): "The right numbers in the wrong order: a shape is (rows, columns).",
        (6,): "Six numbers there are, but the shape says how they are laid out.",
        (1, 6): "That would be one row of six; the numbers are printed in two rows.",
        (0, 5): "Those are the first and the last number in X; count its rows and columns.",
        (2, 2): "Two rows are right; count the numbers in one of them.",
        (3, 3): "Three columns are right; count the rows.",
    },
    hints=["Count the rows first, then the columns.", "Two rows of three numbers: (2, 3)."],
    why="X has two rows of three numbers each, and a shape names the rows first.",
    section="How a page works",
)

progress = chapter_progress(__name__)
