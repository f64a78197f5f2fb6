"""The exercises: a module a chapter, on the engine in `engine`.

from helpers.exercises import chapter_02
chapter_02.corr2d.check(my_corr2d)
chapter_02.corr2d.hint()
chapter_02.corr2d.solution()
"""
