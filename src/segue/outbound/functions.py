"""Calls of cloud functions, signed by credentials: of AWS by Signature Version 4, of Google by an identity token, of Azure by key.

The address says which cloud it is; what the block holds says who calls. A function that is open to everybody needs no block.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from segue.model.blocks import BlockDocument
from segue.model.errors import BadRequest
from segue.outbound.custom import AGENT
from segue.outbound.errands import TIME, Call

#: Addresses of AWS Lambda: of its API, and of functions that have one of their own.
_LAMBDA = re.compile(r"(?:lambda|.+\.lambda-url)\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws)$")
_HOUR = timedelta(hours=1)


def function_call(url: str, payload: str, block: BlockDocument | None, *, id: str, at: datetime) -> Call:
    """Return the request that invokes a function; raises `BadRequest` for credentials that cannot sign it."""
    host = urlsplit(url).hostname
    if not host or urlsplit(url).scheme not in {"http", "https"}:
        raise BadRequest(f"{url!r} is no address of a function.")
    headers = {"content-type": "application/json", "user-agent": AGENT, "idempotency-key": id}
    data = {} if block is None else block.data
    if block is None:
        pass
    elif "aws_access_key_id" in data:
        headers |= aws_headers(url, payload, data, at=at)
    elif isinstance(account := data.get("service_account_info"), Mapping):
        return Call(
            method="POST", url=url, headers=headers, body=payload, bearer=_google_token_call(url, account, at=at)
        )
    elif block.block_type_slug == "secret":
        value = str(data.get("value") or "")
        name = "x-functions-key" if host.endswith(".azurewebsites.net") else "authorization"
        headers[name] = value if name == "x-functions-key" else f"Bearer {value}"
    else:
        raise BadRequest(
            f"Block {block.block_type_slug}/{block.name} cannot sign a call: give one with AWS credentials "
            "(aws_access_key_id, aws_secret_access_key), with a Google service account (service_account_info), or a secret."
        )
    return Call(method="POST", url=url, headers=headers, body=payload, timeout=TIME)


# --- AWS ------------------------------------------------------------------------------------------------------------


def aws_headers(url: str, body: str, credentials: Mapping[str, object], *, at: datetime) -> dict[str, str]:
    """Return the headers of Signature Version 4 for a POST with this body and type `application/json`."""
    parts = urlsplit(url)
    host = parts.netloc
    found = _LAMBDA.match(parts.hostname or "")
    region = found[1] if found is not None else str(credentials.get("region_name") or "us-east-1")
    moment, day = at.strftime("%Y%m%dT%H%M%SZ"), at.strftime("%Y%m%d")
    digest = hashlib.sha256(body.encode()).hexdigest()
    signed = {"content-type": "application/json", "host": host, "x-amz-content-sha256": digest, "x-amz-date": moment}
    token = credentials.get("aws_session_token")
    if token:
        signed["x-amz-security-token"] = str(token)
    names = ";".join(sorted(signed))
    query = "&".join(
        f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
        for name, value in sorted(parse_qsl(parts.query, keep_blank_values=True))
    )
    lines = "".join(f"{name}:{signed[name].strip()}\n" for name in sorted(signed))
    # The path is as it is sent, and encoded once more.
    canonical = "\n".join(["POST", quote(parts.path or "/", safe="/-_.~"), query, lines, names, digest])
    scope = f"{day}/{region}/lambda/aws4_request"
    to_sign = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{credentials.get('aws_secret_access_key') or ''}".encode()
    for part in (day, region, "lambda", "aws4_request"):
        key = _hmac(key, part)
    signature = _hmac(key, to_sign).hex()
    who = f"Credential={credentials['aws_access_key_id']}/{scope}"
    return {
        **{name: value for name, value in signed.items() if name not in {"host", "content-type"}},
        "authorization": f"AWS4-HMAC-SHA256 {who}, SignedHeaders={names}, Signature={signature}",
    }


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


# --- Google ---------------------------------------------------------------------------------------------------------


def _google_token_call(url: str, account: Mapping[str, object], *, at: datetime) -> Call:
    """Return the request that gives an identity token for a function, by RFC 7523: signed by the account's key."""
    try:
        key = serialization.load_pem_private_key(str(account["private_key"]).encode(), password=None)
        issuer, place = str(account["client_email"]), str(account["token_uri"])
    except (KeyError, ValueError, TypeError) as problem:
        raise BadRequest(f"The service account cannot sign: {problem}.") from problem
    if not isinstance(key, rsa.RSAPrivateKey):
        raise BadRequest("The service account's key is no RSA key.")
    seconds = int(at.timestamp())
    claims = {
        "iss": issuer, "sub": issuer, "aud": place, "iat": seconds, "exp": seconds + int(_HOUR.total_seconds()),
        "target_audience": urlsplit(url)._replace(query="", fragment="").geturl(),
    }  # fmt: skip
    head = {"alg": "RS256", "typ": "JWT", "kid": str(account.get("private_key_id") or "")}
    said = ".".join(_base64(msgspec.json.encode(part)) for part in (head, claims))
    signature = key.sign(said.encode(), padding.PKCS1v15(), hashes.SHA256())
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": f"{said}.{_base64(signature)}"}
    return Call(method="POST", url=place, form=form)


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
