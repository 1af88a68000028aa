"""A server behind TLS: its certificate is checked, against those of a file where one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from segue.backend.remote import RemoteBackend, ServerProblem
from segue.model.settings import Api, Client
from segue.wire import operations as op
from segue.wire import requests as q
from tests.serving import served


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
