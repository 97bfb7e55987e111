"""`python -m tfdoctor`."""

from tfdoctor.cli import main

main()
