"""`python -m tfdoctor`."""

import sys

if __name__ == "__main__":  # not where a process of `triage --jobs` loads it again
    # Python puts the working folder first: a random.py or requests.py in it must not be imported by the doctor.
    del sys.path[0]

    from tfdoctor.cli import main

    main()
