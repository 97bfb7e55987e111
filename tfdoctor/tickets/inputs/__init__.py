"""Inputs of `triage`, from what the user names to Entries: streamed, bounded, one bad entry never ends the rest.

`places` finds the files, `split` cuts them into pieces (one each entry), `readers` read a piece: a new kind of input is
one row there. `content` reads bytes within bounds.
"""
