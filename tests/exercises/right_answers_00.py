"""Right answers to the start page's exercise, in other forms than the reference."""

RIGHT = {"first_shape": [[2, 3]]}
