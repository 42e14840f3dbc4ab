"""Search: from a query vector to ranked moments."""
