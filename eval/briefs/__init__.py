"""Gold topics for briefs over the sample corpus, and how a brief is measured against them."""
