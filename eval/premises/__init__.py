"""Fitting what weighs wrong premises: gold questions in, `rag/premise/weights.json` out.

    gold questions, and pairs of a wrong and a sound one -> doubts of each -> a logistic regression -> file

Run as `python -m eval.premises [--write]`; without `--write` the figures are shown only. `pairs.jsonl` holds twins,
alike in wording: one takes something wrong for granted, the other the same thing as it is, so that the wording alone
tells nothing. Every author is judged by weights that were fitted without him.
"""
