"""`vmray-secops serve`: the case wall in the browser. It is an extra; all the rest works without it."""

from __future__ import annotations

from importlib.util import find_spec

from secops_lab.cli.exit_codes import CannotRunError

# What the extra `web` of pyproject.toml installs, by import name.
_EXTRA = ("jinja2", "sse_starlette")


def require_web_extra() -> None:
    """Check that the extra is installed.

    Raises:
        CannotRunError: It is not; the text says how to add it.
    """
    missing = [name for name in _EXTRA if find_spec(name) is None]
    if missing:
        raise CannotRunError(
            f"The case wall needs {' and '.join(missing)}: install the extra with "
            "pip install 'vmray-secops[web]', in a checkout pip install -e '.[web]', or run make serve"
        )
