"""Text as values: sentences with offsets, cleaning, names and figures.

Pure: no I/O, nothing but the standard library.
"""
