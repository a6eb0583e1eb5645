"""A certificate that the tracker makes for itself, so that a page of it is encrypted.

Nobody vouches for it: a browser warns once, and what it shows can be compared with the
fingerprint that `tracker serve` prints. It is kept, so that a phone which trusts it goes on.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tracker.domain.errors import writing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

FILE_NAME: Final = "serve.pem"
"""Key and certificate together, in the folder of the configuration."""

VALID: Final = timedelta(days=397)
"""Browsers accept no longer validity (CA/Browser Forum, since September 2020)."""

RENEWED_BEFORE: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a server needs to prove that it is the one whose fingerprint was printed."""

    context: ssl.SSLContext
    fingerprint: str
    """SHA-256 of the certificate, as browsers show it."""


def own_certificate(folder: Path, names: Sequence[str], now: datetime) -> Certificate:
    """Return the certificate for these names and addresses; makes one if there is none that fits.

    Raises `OutputError` if it can't be stored.
    """
    path = folder / FILE_NAME
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError):
        found = None
    if found is None or not _fits(found, names, now):
        found = _make(path, names, now)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(path)
    return Certificate(context, found.fingerprint(hashes.SHA256()).hex(":").upper())


def _fits(certificate: x509.Certificate, names: Sequence[str], now: datetime) -> bool:
    if certificate.not_valid_after_utc - RENEWED_BEFORE < now:
        return False
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return False
    return all(_general_name(name) in list(extension.value) for name in names)


def _make(path: Path, names: Sequence[str], now: datetime) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tracker serve")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # Clocks of phones are off by minutes.
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now - timedelta(days=1) + VALID)
        .add_extension(x509.SubjectAlternativeName([_general_name(n) for n in names]), False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        # Nobody else may read the key, not even for a moment.
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "wb") as out:
            out.write(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return certificate


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode())
