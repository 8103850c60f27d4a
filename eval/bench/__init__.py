"""Speed and memory. Every figure is a ratio of two things measured in turns, or comes with its spread; none is a
threshold in milliseconds, which would say more about the machine than about the program.

Each part's result is kept in one JSON file beside the libraries, so a run that was stopped goes on with the next part.
"""
