// The SDKs from npm behind one line protocol: a request of one line in, an answer of one line out.
// `use` says how a program that has nothing but this SDK would use it; nothing here knows how a scheme works.
import { readFileSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";

// An SDK may print what it likes; standard output belongs to the protocol.
console.log = console.info = console.debug = console.error;

// verify: returns false or throws to refuse. sign: returns the headers.
// `body` is the bytes; `text` the same as a string, for SDKs that take nothing else.
const sdks = {
  "stripe": {
    load: async () => (await import("stripe")).default.webhooks,
    verify: (webhooks, { body, headers, secret, now }) =>
      webhooks.signature.verifyHeader(body, headers["stripe-signature"], secret, undefined, undefined, now * 1000),
    sign: (webhooks, { text, secret, at }) => ({
      "stripe-signature": webhooks.generateTestHeaderString({ payload: text, secret, timestamp: at }),
    }),
  },
  "standardwebhooks": {
    load: () => import("standardwebhooks"),
    verify: ({ Webhook }, { body, headers, secret }) =>
      new Webhook(secret).verify(body, headers, { jsonParse: false }) ?? true,
    sign: ({ Webhook }, message) => standardHeaders(new Webhook(message.secret), "webhook", message),
  },
  "svix": {
    load: () => import("svix"),
    verify: ({ Webhook }, { body, headers, secret }) => new Webhook(secret).verify(body, headers) ?? true,
    sign: ({ Webhook }, message) =>
      standardHeaders(new Webhook(message.secret), message.scheme === "svix" ? "svix" : "webhook", message),
  },
  "@octokit/webhooks-methods": {
    load: () => import("@octokit/webhooks-methods"),
    verify: ({ verify }, { text, headers, secret }) => verify(secret, text, headers["x-hub-signature-256"]),
    sign: async ({ sign }, { text, secret }) => ({ "x-hub-signature-256": await sign(secret, text) }),
  },
  "@slack/bolt": {
    load: () => import("@slack/bolt"),
    // As its HTTPReceiver calls it.
    verify: ({ verifySlackRequest }, { text, headers, secret, now }) => {
      verifySlackRequest({
        signingSecret: secret,
        body: text,
        headers: {
          "x-slack-signature": headers["x-slack-signature"],
          "x-slack-request-timestamp": Number(headers["x-slack-request-timestamp"]),
        },
        nowMilliseconds: now * 1000,
      });
      return true;
    },
  },
  "@shopify/shopify-api": {
    load: async () => {
      await import("@shopify/shopify-api/adapters/web-api");
      return import("@shopify/shopify-api");
    },
    verify: async ({ shopifyApi, LogSeverity, ApiVersion }, { scheme, text, headers, secret }) => {
      const { webhooks } = shopifyApi({
        apiKey: "not-a-real-key",
        apiSecretKey: secret,
        apiVersion: Object.values(ApiVersion).at(-1),
        hostName: "example.com",
        isEmbeddedApp: false,
        logger: { level: LogSeverity.Error },
      });
      // It asks for headers that it does not verify; a sender adds them beside those that it signs with.
      const brand = scheme === "shopify" ? "x-shopify" : "shopify";
      const others = { [`${brand}-shop-domain`]: "example.myshopify.com", [`${brand}-api-version`]: "2026-07" };
      const rawRequest = new Request("https://example.com/", { method: "POST", headers: { ...others, ...headers } });
      return (await webhooks.validate({ rawBody: text, rawRequest })).valid;
    },
  },
  "square": {
    load: async () => (await import("square")).WebhooksHelper,
    verify: (helper, { text, headers, secret, url }) =>
      helper.verifySignature({
        requestBody: text,
        signatureHeader: headers["x-square-hmacsha256-signature"],
        signatureKey: secret,
        notificationUrl: url,
      }),
  },
  "@line/bot-sdk": {
    load: () => import("@line/bot-sdk"),
    verify: ({ validateSignature }, { body, headers, secret }) =>
      validateSignature(body, secret, headers["x-line-signature"]),
  },
  "@notionhq/client": {
    load: () => import("@notionhq/client"),
    verify: ({ verifyWebhookSignature }, { body, headers, secret }) =>
      verifyWebhookSignature({ body, signature: headers["x-notion-signature"], verificationToken: secret }),
    sign: async ({ signWebhookPayload }, { body, secret }) => ({
      "x-notion-signature": await signWebhookPayload({ body, verificationToken: secret }),
    }),
  },
  "@sanity/webhook": {
    load: () => import("@sanity/webhook"),
    verify: ({ isValidSignature }, { text, headers, secret }) =>
      isValidSignature(text, headers["sanity-webhook-signature"], secret),
  },
  "@workos-inc/node": {
    load: async () => new (await import("@workos-inc/node")).WorkOS("not-a-real-key").webhooks,
    verify: (webhooks, { body, headers, secret }) =>
      webhooks.verifyHeader({ payload: body, sigHeader: headers["workos-signature"], secret }),
  },
  "gocardless-nodejs": {
    load: () => import("gocardless-nodejs/webhooks"),
    verify: ({ verifySignature }, { body, headers, secret }) =>
      verifySignature(body, secret, headers["webhook-signature"]) ?? true,
  },
  "openai": {
    load: async () => new (await import("openai")).OpenAI({ apiKey: "not-a-real-key" }).webhooks,
    verify: async (webhooks, { text, headers, secret }) =>
      (await webhooks.verifySignature(text, headers, secret)) ?? true,
  },
  "razorpay": {
    load: async () => (await import("razorpay")).default,
    verify: ({ validateWebhookSignature }, { text, headers, secret }) =>
      validateWebhookSignature(text, headers["x-razorpay-signature"], secret),
  },
  "@paddle/paddle-node-sdk": {
    load: async () => new (await import("@paddle/paddle-node-sdk")).Paddle("not-a-real-key").webhooks,
    verify: (webhooks, { text, headers, secret }) =>
      webhooks.isSignatureValid(text, secret, headers["paddle-signature"]),
  },
  "@adyen/api-library": {
    load: async () => {
      const { hmacValidator, default: whole } = await import("@adyen/api-library");
      return new (hmacValidator ?? whole.hmacValidator)();
    },
    verify: (validator, { text, headers, secret }) =>
      validator.validateHMACSignature(secret, headers["hmacsignature"], text),
    sign: (validator, { text, secret }) => ({ "hmacsignature": validator.calculateHmac(text, secret) }),
  },
  "discord-interactions": {
    load: () => import("discord-interactions"),
    verify: ({ verifyKey }, { body, headers, secret }) =>
      verifyKey(body, headers["x-signature-ed25519"], headers["x-signature-timestamp"], secret),
  },
  "telnyx": {
    load: async () => new (await import("telnyx")).default({ apiKey: "not-a-real-key" }).webhooks,
    verify: async (webhooks, { text, headers, secret }) =>
      (await webhooks.unwrap(text, { headers, key: secret })) !== undefined,
  },
};

function standardHeaders(webhook, brand, { id, at, body }) {
  return {
    [`${brand}-id`]: id,
    [`${brand}-timestamp`]: String(at),
    [`${brand}-signature`]: webhook.sign(id, new Date(at * 1000), body),
  };
}

// The errors by which an SDK says that a request is not genuine. Any other is a mistake of the SDK or of its caller,
// and the answer gives its name.
const refusals = new Set([
  "InvalidSignatureError",
  "InvalidWebhookSignatureError",
  "SignatureVerificationException",
  "StripeSignatureVerificationError",
  "TelnyxWebhookVerificationError",
  "WebhookVerificationError",
]);

const loaded = new Map();

async function answer(request) {
  const { load, verify, sign } = sdks[request.sdk];
  if (request.do === "version") {
    const manifest = new URL(`node_modules/${request.sdk}/package.json`, import.meta.url);
    return { version: JSON.parse(readFileSync(manifest, "utf8")).version };
  }
  if (!loaded.has(request.sdk)) loaded.set(request.sdk, await load());
  const sdk = loaded.get(request.sdk);
  const body = Buffer.from(request.body, "base64");
  const input = { ...request, body, text: body.toString("utf8") };
  try {
    if (request.do === "sign" && !sign) return { verdict: "cannot" };
    if (request.do === "sign") return { headers: await sign(sdk, input) };
    return { verdict: (await verify(sdk, input)) === true ? "accept" : "refuse" };
  } catch (error) {
    const name = error?.constructor?.name ?? typeof error;
    if (error?.message?.startsWith("Failed to verify authenticity")) return { verdict: "refuse" };
    return { verdict: refusals.has(name) ? "refuse" : name };
  }
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const text = Buffer.from(JSON.stringify(await answer(JSON.parse(line))) + "\n");
  for (let written = 0; written < text.length; ) written += writeSync(1, text, written);
}
