"""`python -m tools.widgets` writes the widget files; `--check` only says whether they are as built."""

from __future__ import annotations

import sys

from tools.widgets.build import ALL, build, path_of


def main() -> int:
    """Write every widget, or compare each with its sources.

    Returns:
        0, or 1 where `--check` found a file that differs.
    """
    check = "--check" in sys.argv[1:]
    stale = []
    for widget in ALL:
        path, page = path_of(widget), build(widget)
        if not path.exists() or path.read_text("utf-8") != page:
            stale.append(path.name)
            if not check:
                path.write_text(page, encoding="utf-8")
    verb = "differs from its sources" if check else "written"
    for name in stale:
        sys.stdout.write(f"{name} {verb}\n")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
