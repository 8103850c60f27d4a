"""Gold questions, metrics and reports: what paperbrief is measured with."""
