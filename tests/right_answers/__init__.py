"""Right answers to the exercises, each unlike the solution: none may be rejected."""
