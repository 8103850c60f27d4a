"""The ruler that the guard (`rag/ground.py`) is measured with: true statements, and falsehoods made from them.

    lexicon      names by kind, and the system that a paper is about
    numerals     figures as the ruler reads them; forms: sentences cut, or with their subject named
    world        what the operators may know: the papers, their names, figures and words
    figures      class figure        units      class unit
    names        class name          moves      classes citation and moved_fact
    polarity     class negation      direction  class direction
    quantifier   class quantifier, held out until the report
    mutations    every operator behind one door: `mutants`, `mutate`
    probes       faithful sentences and falsehoods of a corpus, by paper split into "choosing" and "report"

The ruler was written apart from the guard and reads nothing of it: it has its own idea of a figure and of a name, so
that a mistake of the one is not a mistake of the other.
"""
