"""The certificate authority of the emulator makes certificates that TLS clients accept."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest
from cryptography import x509

from vmray_emulator import EmbeddedEmulator
from vmray_emulator.certificates import Authority

if TYPE_CHECKING:
    from pathlib import Path


def test_a_strict_client_accepts_a_certificate_of_the_authority(tmp_path: Path) -> None:
    """Given the authority's certificate, then a client with strict rules connects by each name."""
    authority = Authority("A private authority")
    pem = tmp_path / "server.pem"
    pem.write_text(authority.issue(["localhost", "127.0.0.1"]))
    context = ssl.create_default_context(cadata=authority.pem)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    with EmbeddedEmulator(certfile=pem, keyfile=pem) as emulator:
        for host in ("localhost", "127.0.0.1"):
            url = f"https://{host}:{emulator.port}/_emulator/settings"
            with urlopen(url, context=context) as response:
                assert response.status == 200


def test_a_client_without_the_authority_rejects_the_certificate(tmp_path: Path) -> None:
    """Given another authority of the same name, then the signature is not accepted."""
    pem = tmp_path / "server.pem"
    pem.write_text(Authority("Same name").issue(["localhost"]))
    context = ssl.create_default_context(cadata=Authority("Same name").pem)
    with EmbeddedEmulator(certfile=pem, keyfile=pem) as emulator:
        url = f"https://localhost:{emulator.port}/_emulator/settings"
        with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
            urlopen(url, context=context)


def test_another_library_verifies_the_signatures() -> None:
    """Given ten certificates, then their signatures, names and dates are those of the authority."""
    authority = Authority("An authority")
    own = x509.load_pem_x509_certificate(authority.pem.encode())
    for _ in range(10):
        issued = x509.load_pem_x509_certificate(authority.issue(["vmray.example"]).encode())
        issued.verify_directly_issued_by(own)
        assert issued.not_valid_before_utc < datetime.now(UTC) < issued.not_valid_after_utc
        names = issued.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert names.get_values_for_type(x509.DNSName) == ["vmray.example"]
