"""The networks that virtual machines can use. Some names are those of the vendor's cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from vmray_emulator.submit_form import SubmitForm

NET_SCHEMES: Final = ("Default", "Isolated", "Random VPN", "Germany (VPN)")


def unknown_net_scheme(form: SubmitForm) -> str | None:
    """Return the error for a network that the server does not have (inferred), or None."""
    if form.net_scheme is None or form.net_scheme in NET_SCHEMES:
        return None
    return f"Network scheme {form.net_scheme!r} does not exist"
