"""`python -m tfdoctor`."""

import sys

# Python puts the working folder first: a random.py or requests.py in it must not be imported by the doctor.
del sys.path[0]

from tfdoctor.cli import main  # noqa: E402  not before the line above

main()
