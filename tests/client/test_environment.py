"""Settings of the environment that cannot be used: found before the first request, and named."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from vm_ray.core.api import vmray_environment
from vm_ray.core.api.vmray_connect import connect
from vm_ray.core.api.vmray_environment import check_environment
from vm_ray.core.api.vmray_request_errors import ConfigurationError
from vm_ray.core.api.vmray_text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = "https://vmray.example"
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the variables that this machine may have, and the support for SOCKS."""
    others = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSLKEYLOGFILE")
    for name in (*VARIABLES, *map(str.lower, VARIABLES), *others):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(vmray_environment, "find_spec", lambda _name: None)


@pytest.mark.parametrize(
    ("variable", "value", "problem"),
    [
        (
            "HTTPS_PROXY",
            "socks5://u:s3cret@127.0.0.1:1080",
            "names a socks5 proxy, which is not supported here",
        ),
        ("https_proxy", "socks5h://127.0.0.1:1080", "names a socks5h proxy, which is not supported here"),
        ("ALL_PROXY", "socks4://127.0.0.1:1080", "names a socks4 proxy, which is not supported here"),
        ("all_proxy", "ftp://u:s3cret@127.0.0.1:21", "has a scheme that no proxy uses"),
        ("HTTPS_PROXY", "htp://proxy.example:8080", "has a scheme that no proxy uses"),
        ("HTTPS_PROXY", "http://", "is not the address of a proxy"),
        ("HTTPS_PROXY", "http://u:s3cret@:8080", "is not the address of a proxy"),
        ("HTTPS_PROXY", "http://u:s3cret@proxy.example:99999", "is not the address of a proxy"),
        ("HTTPS_PROXY", "http://proxy.example:port", "is not the address of a proxy"),
        ("https_proxy", "http://proxy..example:8080", "is not the address of a proxy"),
        ("HTTPS_PROXY", "http//u:s3cret@proxy.example:8080", "is not the address of a proxy"),
        ("HTTPS_PROXY", "http:/proxy.example:8080", "is not the address of a proxy"),
        ("HTTPS_PROXY", "http://[::1:8080", "is not the address of a proxy"),
        ("HTTPS_PROXY", " http://u:s3cret@127.0.0.1:9", "is not the address of a proxy"),
        ("HTTPS_PROXY", "PROXY 127.0.0.1:9", "is not the address of a proxy"),
        ("ALL_PROXY", "u:s3cret@proxy.example:8080", "is not the address of a proxy"),
        ("HTTPS_PROXY", "http//proxy.example:8080", "is not the address of a proxy"),
        ("HTTPS_PROXY", "http://http://u:s3cret@proxy.example", "is not the address of a proxy"),
        ("https_proxy", "http:/proxy.example:8080", "is not the address of a proxy"),
        ("HTTPS_PROXY", "http://$PROXY_HOST:8080", "is not the address of a proxy"),
        ("HTTPS_PROXY", "http://10.0.0.256:8080", "is not the address of a proxy"),
        ("https_proxy", "http://\u200b127.0.0.1:9", "is not the address of a proxy"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named(
    variable: str, value: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a wrong value of a proxy variable, then the error names the variable and never a password."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError) as caught:
        connect(ROOT, "0123456789abcdef")
    assert str(caught.value).startswith(f"the setting {variable} {problem}; allowed: an address such as ")
    assert "s3cret" not in str(caught.value)
    assert (caught.value.is_fatal, caught.value.retryable, caught.value.not_executed) == (True, False, True)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HTTPS_PROXY", "http://proxy.example:8080"),
        ("HTTPS_PROXY", "proxy.example:8080"),
        ("https_proxy", "https://u:s3cret@proxy.example"),
        ("ALL_PROXY", "http://[::1]:8080"),
        ("ALL_PROXY", "http://[fe80::1%25eth0]:8080"),
        ("HTTPS_PROXY", "http://domain\\user:s3@cret@10.0.0.1:8080"),
        ("HTTPS_PROXY", "http://web_proxy"),
        ("HTTP_PROXY", "socks5://127.0.0.1:1080"),
        ("HTTPS_PROXY", ""),
    ],
)
def test_a_proxy_that_can_be_used_is_accepted(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a usable proxy, or a proxy for another scheme, then there is no error."""
    monkeypatch.setenv(variable, value)
    check_environment(ROOT, verify=True)


def test_a_proxy_that_is_not_used_for_this_host_is_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a host in NO_PROXY, then the proxy does not matter."""
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:1080")
    monkeypatch.setenv("NO_PROXY", "vmray.example")
    check_environment(ROOT, verify=True)


def missing(folder: Path) -> Path:
    """Return the path of a file that does not exist."""
    return folder / "missing.pem"


def missing_folder(folder: Path) -> Path:
    """Return a path in a folder that does not exist."""
    return folder / "nowhere" / "authorities.pem"


def below_a_file(folder: Path) -> Path:
    """Return a path whose folder is a file."""
    return text(folder) / "authorities.pem"


def empty(folder: Path) -> Path:
    """Write an empty file."""
    path = folder / "empty.pem"
    path.touch()
    return path


def text(folder: Path) -> Path:
    """Write a file that contains no certificate."""
    path = folder / "notes.txt"
    path.write_text("the certificates are on the other machine")
    return path


def damaged(folder: Path) -> Path:
    """Write a certificate that is not complete."""
    path = folder / "damaged.pem"
    path.write_text("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    return path


def pipe(folder: Path) -> Path:
    """Create a pipe, which nobody writes to."""
    path = folder / "pipe.pem"
    os.mkfifo(path)
    return path


def long_name(folder: Path) -> Path:
    """Return a path that no file system accepts."""
    return folder / ("a" * 300)


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize(
    "path_in", [missing, missing_folder, below_a_file, empty, text, damaged, pipe, long_name]
)
def test_a_bundle_that_cannot_be_used_is_named(
    variable: str, path_in: Callable[[Path], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a bundle without certificates, then the error names the variable and the file."""
    path = path_in(tmp_path)
    monkeypatch.setenv(variable, str(path))
    with pytest.raises(ConfigurationError) as caught:
        connect(ROOT, "0123456789abcdef")
    is_absent = path_in in (missing, missing_folder, below_a_file)
    problem = "does not exist" if is_absent else "is not a readable file with certificates"
    allowed = "allowed: a file with certificates in the PEM format"
    assert (
        str(caught.value)
        == f'the setting {variable} names "{one_line(str(path), 200)}", which {problem}; {allowed}'
    )


def test_a_certificate_instead_of_the_name_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given the text of a file, which may have a key, then the error does not contain the text."""
    monkeypatch.setenv("CURL_CA_BUNDLE", "-----BEGIN PRIVATE KEY-----\ns3cret\n-----END PRIVATE KEY-----")
    with pytest.raises(ConfigurationError, match="CURL_CA_BUNDLE names a file with blanks") as caught:
        check_environment(ROOT, verify=True)
    assert "PRIVATE" not in str(caught.value)


@pytest.mark.parametrize("name", ["nowhere/keys.log", ".", "a" * 300])
def test_a_file_for_tls_keys_that_cannot_be_written(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a file for the keys of TLS that cannot be written, then the error names the variable."""
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / name))
    check_environment("http://vmray.example", verify=True)
    with pytest.raises(
        ConfigurationError, match="the setting SSLKEYLOGFILE names a file that cannot be written"
    ):
        check_environment(ROOT, verify=False)


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENAMETOOLONG, errno.ESTALE])
def test_a_bundle_that_cannot_be_looked_at_is_named(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a folder without permission, a path that is too long, or a lost share, then the file is named."""

    def stat(_path: Path) -> None:
        raise OSError(number, "no")

    monkeypatch.setenv("CURL_CA_BUNDLE", "/private/x.pem")
    monkeypatch.setattr(Path, "stat", stat)
    with pytest.raises(ConfigurationError, match=r'names "/private/x\.pem", which is not a readable file'):
        check_environment(ROOT, verify=True)


@pytest.mark.parametrize("root", [ROOT, "HTTPS://vmray.example", "vmray.example"])
def test_the_bundle_is_checked_for_each_spelling_of_https(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given another spelling of https, or none, then the bundle is checked; blanks around it are named."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/x.pem ")
    with pytest.raises(ConfigurationError, match="REQUESTS_CA_BUNDLE names a file with blanks"):
        connect(root, "0123456789abcdef")


def test_a_bundle_is_checked_only_where_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given Verify SSL off, http, or a folder of certificates, then there is no error."""
    monkeypatch.setenv("CURL_CA_BUNDLE", str(tmp_path / "missing.pem"))
    check_environment(ROOT, verify=False)
    check_environment("http://vmray.example", verify=True)
    monkeypatch.setenv("CURL_CA_BUNDLE", str(tmp_path))
    check_environment(ROOT, verify=True)
