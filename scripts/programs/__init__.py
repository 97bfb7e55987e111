"""Real programs of the ecosystem: which, from where, and what they do in real releases.

`programs.toml` lists them; `fetch` gets them from the configured index, `run` runs them in ready environments;
`shim` and `calls` run in the interpreter of a release.
"""
