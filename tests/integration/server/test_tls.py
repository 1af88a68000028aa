"""A server behind TLS: its certificate is checked, against those of a file where one is named."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from segue.backend.remote import RemoteBackend, ServerProblem
from segue.model.settings import Api, Client
from segue.wire import operations as op
from segue.wire import requests as q
from tests.serving import served


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Return a file with a key and a certificate that it signed itself, for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_a_certificate_is_checked(certificate: Path, tmp_path: Path) -> None:
    with served(f"sqlite:///{tmp_path / 'segue.db'}", tmp_path, certificate=certificate) as url:
        assert url.startswith("https://")

        def ask(api: Api) -> q.OpenLeases:
            client = Client(max_retries=0)
            backend = RemoteBackend(url, key=None, home=str(tmp_path), api=api, client=client)
            try:
                return backend.call(op.LEASE_LIST, q.Nothing())
            finally:
                backend.close()

        with pytest.raises(ServerProblem, match="certificate"):
            ask(Api())
        assert ask(Api(ssl_cert_file=str(certificate))).items == []
        assert ask(Api(tls_insecure_skip_verify=True)).items == []
