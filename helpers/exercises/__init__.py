"""The exercises, one module per chapter; `exercise.py` says how one is written.

from helpers.exercises import chapter_02
chapter_02.corr2d.check(my_corr2d)
chapter_02.corr2d.hint()
chapter_02.corr2d.solution()
chapter_02.progress()
"""
