"""The public API of an installed release as its source files tell it: nothing is imported, nothing is run."""
