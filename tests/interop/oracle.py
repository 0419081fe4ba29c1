"""The SDKs from PyPI behind one line protocol: a request of one line in, an answer of one line out.

`sdks` says how a program that has nothing but this SDK would use it; nothing here knows how a scheme works.
"""

import base64
import importlib
import importlib.metadata
import json
import os
import sys
from datetime import datetime, timezone

# An SDK may print what it likes; standard output belongs to the protocol.
answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
sys.stdout = sys.stderr


class StandardWebhooks:
    """The libraries of the specification and of Svix have one interface."""

    def __init__(self, module, brand):
        self.module = module
        self.brand = brand

    def verify(self, request):
        webhook = importlib.import_module(self.module).Webhook(request["secret"])
        options = {"json_parse": False} if self.module == "standardwebhooks" else {}
        webhook.verify(request["body"], request["headers"], **options)
        return True

    def sign(self, request):
        webhook = importlib.import_module(self.module).Webhook(request["secret"])
        at = datetime.fromtimestamp(request["at"], tz=timezone.utc)
        brand = self.brand(request["scheme"])
        return {
            f"{brand}-id": request["id"],
            f"{brand}-timestamp": str(request["at"]),
            f"{brand}-signature": webhook.sign(request["id"], at, request["body"].decode()),
        }


class Stripe:
    def verify(self, request):
        from stripe import WebhookSignature

        return WebhookSignature.verify_header(
            request["body"], request["headers"].get("stripe-signature"), request["secret"], 300
        )

    def sign(self, request):
        from stripe import WebhookSignature

        header = WebhookSignature.generate_signature_header(
            request["body"].decode(), request["secret"], request["at"]
        )
        return {"stripe-signature": header}


class Slack:
    def verify(self, request):
        from slack_sdk.signature import SignatureVerifier

        return SignatureVerifier(request["secret"]).is_valid_request(request["body"], request["headers"])

    def sign(self, request):
        from slack_sdk.signature import SignatureVerifier

        at = str(request["at"])
        signature = SignatureVerifier(request["secret"]).generate_signature(timestamp=at, body=request["body"])
        return {"x-slack-request-timestamp": at, "x-slack-signature": signature}


class Square:
    def verify(self, request):
        from square.utils.webhooks_helper import verify_signature

        return verify_signature(
            request_body=request["body"].decode(),
            signature_header=request["headers"].get("x-square-hmacsha256-signature"),
            signature_key=request["secret"],
            notification_url=request["url"],
        )


class Line:
    def verify(self, request):
        from linebot.v3.webhook import SignatureValidator

        validator = SignatureValidator(request["secret"])
        return validator.validate(request["body"].decode(), request["headers"].get("x-line-signature"))


# verify: returns False or raises to refuse. sign: returns the headers.
sdks = {
    "line-bot-sdk": Line(),
    "slack-sdk": Slack(),
    "squareup": Square(),
    "standardwebhooks": StandardWebhooks("standardwebhooks", lambda scheme: "webhook"),
    "stripe": Stripe(),
    "svix": StandardWebhooks("svix.webhooks", lambda scheme: "svix" if scheme == "svix" else "webhook"),
}

# The errors by which an SDK says that a request is not genuine. Any other is a mistake of the SDK or of its caller, and
# the answer gives its name.
refusals = {"SignatureVerificationError", "WebhookVerificationError"}


def answer(request):
    if request["do"] == "version":
        return {"version": importlib.metadata.version(request["sdk"])}
    sdk = sdks[request["sdk"]]
    request["body"] = base64.b64decode(request["body"])
    try:
        if request["do"] == "sign" and not hasattr(sdk, "sign"):
            return {"verdict": "cannot"}
        if request["do"] == "sign":
            return {"headers": sdk.sign(request)}
        return {"verdict": "accept" if sdk.verify(request) is True else "refuse"}
    except Exception as error:
        name = type(error).__name__
        return {"verdict": "refuse" if name in refusals else name}


for line in sys.stdin:
    answers.write(json.dumps(answer(json.loads(line))) + "\n")
    answers.flush()
