"""`python -m secops_lab` is `vmray-secops`, for where the command is not on the path."""

from __future__ import annotations

from secops_lab.cli.app import main

if __name__ == "__main__":
    main()
