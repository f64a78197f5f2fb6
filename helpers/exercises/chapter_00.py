"""The try-out exercise of the start page."""

from helpers.exercises.engine import Wrong, value_exercise


@value_exercise(
    hints=["Count the rows first, then the columns.", "Two rows of three numbers: (2, 3)."],
    wrong=[
        Wrong((3, 2), "The right numbers in the wrong order: a shape is (rows, columns)."),
        Wrong((6,), "Six numbers there are, but the shape says how they are laid out."),
    ],
)
def first_shape():
    return (2, 3)
