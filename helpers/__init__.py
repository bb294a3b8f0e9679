"""The plumbing behind the notebooks of *Retrieve or Tune?*: one small module for each job."""
