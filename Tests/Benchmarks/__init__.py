"""What the benchmarks share: servers run privately, load, medians, tables and targets."""
