"""Calls of cloud functions: signed as the clouds' own libraries sign."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from segue.model.blocks import BlockDocument
from segue.model.errors import BadRequest
from segue.outbound.functions import aws_headers, function_call
from segue.outbound.signing import headers_of

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
PLACES = [
    ("https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/load/invocations", "eu-west-1"),
    (
        "https://lambda.us-east-2.amazonaws.com/2015-03-31/functions/load%3Aprod/invocations?Qualifier=1&A=b%20c",
        "us-east-2",
    ),
    ("https://abc123.lambda-url.eu-central-1.on.aws/", "eu-central-1"),
    ("http://127.0.0.1:5000/2015-03-31/functions/load/invocations", "ap-south-1"),
]


def block(slug: str, **data: object) -> BlockDocument:
    return BlockDocument(
        id="1", name="n", block_type_id="2", block_type_slug=slug, block_schema_id="3", block_schema_checksum="c",
        data=data, created=AT, updated=AT,
    )  # fmt: skip


@pytest.mark.parametrize(("url", "region"), PLACES)
@pytest.mark.parametrize("token", [None, "a-session"])
def test_aws_signatures_are_those_of_its_own_library(
    url: str, region: str, token: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import botocore.auth

    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_: AT.replace(tzinfo=None), raising=False)
    body = '{"path": "ä.csv"}'
    keys = {"aws_access_key_id": "AKIA", "aws_secret_access_key": "s3cr3t", "aws_session_token": token}
    ours = aws_headers(url, body, {**keys, "region_name": "ap-south-1"}, at=AT)
    headers = {"content-type": "application/json", "x-amz-content-sha256": ours["x-amz-content-sha256"]}
    request = AWSRequest("POST", url, data=body.encode(), headers=headers)
    auth: Any = SigV4Auth(Credentials("AKIA", "s3cr3t", token), "lambda", region)
    auth.add_auth(request)
    assert request.headers["X-Amz-Date"] == ours["x-amz-date"]
    assert request.headers["Authorization"] == ours["authorization"]


def test_a_service_account_asks_for_an_identity_token_for_the_function() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    account = {
        "private_key": pem, "private_key_id": "k1", "client_email": "a@p.iam.example", "token_uri": "https://oauth2.example/token",
    }  # fmt: skip
    url = "https://region-project.cloudfunctions.net/load?x=1"
    call = function_call(url, "{}", block("gcp-credentials", service_account_info=account), id="d", at=AT)
    assert call.bearer is not None
    assert (call.url, call.bearer.url) == (url, "https://oauth2.example/token")
    assert call.bearer.form is not None
    head, claims, signature = call.bearer.form["assertion"].split(".")

    def opened(text: str) -> bytes:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

    assert msgspec.json.decode(opened(head)) == {"alg": "RS256", "typ": "JWT", "kid": "k1"}
    said = msgspec.json.decode(opened(claims))
    assert said["target_audience"] == "https://region-project.cloudfunctions.net/load"
    assert (said["aud"], said["iss"]) == ("https://oauth2.example/token", "a@p.iam.example")
    assert said["exp"] - said["iat"] == timedelta(hours=1).total_seconds()
    key.public_key().verify(opened(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())


def test_keys_of_azure_and_others() -> None:
    azure = function_call("https://f.azurewebsites.net/api/load", "{}", block("secret", value="k"), id="d", at=AT)
    assert azure.headers["x-functions-key"] == "k"
    other = function_call("https://f.example/load", "{}", block("secret", value="k"), id="d", at=AT)
    assert other.headers["authorization"] == "Bearer k"
    assert function_call("https://f.example/load", "{}", None, id="d", at=AT).headers["idempotency-key"] == "d"
    with pytest.raises(BadRequest, match="cannot sign"):
        function_call("https://f.example/load", "{}", block("json", value=1), id="d", at=AT)
    with pytest.raises(BadRequest, match="no address"):
        function_call("file:///etc/passwd", "{}", None, id="d", at=AT)
    with pytest.raises(BadRequest, match="cannot sign"):
        function_call(
            "https://f.example", "", block("gcp-credentials", service_account_info={"private_key": "x"}), id="d", at=AT
        )


def test_a_signature_as_the_specification_shows_it() -> None:
    # What the library of the specification gives for its own example.
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = headers_of("msg_p5jXN8AQM9LWM0D4loKWxJek", at, '{"test": 2432232314}', secret)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert "webhook-signature" not in headers_of("m", at, "", None)
