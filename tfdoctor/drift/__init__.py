"""What changed between two TensorFlow releases that changes the results of a program.

`changes` brings together what lies between the two ends of a `releases.Span`: `api`, `refused` and `symbolic` by the
harvested tables, `measured` by the experiments, `curated` by rows written by hand; `unchanged` says what did not.

`compare` has a program read (`reading`, by `code`) or a saved model (`saved`) and finds what touches it: `match` by
names (`naming`, `copies`), arguments and conditions (`call_conditions`, `file_conditions`); `private_names` and
`quoted` what is looked for only where it is used. `sure` limits how sure that can be; `sources` finds the lines.

`findings` makes a diagnosis of the answer, `edits` what `fix` writes, by the `cure` of each change. `fingerprint` holds
an environment's numbers against those of its release.
"""
