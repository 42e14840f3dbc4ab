"""What is in a library: its clusters, copies, outliers and trends, and what is like what."""
