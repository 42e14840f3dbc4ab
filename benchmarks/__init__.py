"""The benchmarks: one module each; README.md says what each measures, against what."""
