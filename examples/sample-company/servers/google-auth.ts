import { createVerify, generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { json, type Answer, type Asked } from "./http.ts";

/** A Google service account as its JSON file tells it. */
export interface ServiceAccount {
  readonly file: string;
  readonly email: string;
  readonly publicKey: string;
}

/** Writes the service-account file with a key made on the first start; later starts keep the key. */
export function serviceAccount(file: string, tokenUri: string): ServiceAccount {
  const email = "customer-360@blue-mountain-traders.iam.gserviceaccount.com";
  const old = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, string>) : {};
  let { private_key: privateKey = "", sample_public_key: publicKey = "" } = old;
  if (privateKey === "" || publicKey === "") {
    const pair = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    ({ privateKey, publicKey } = pair);
  }
  const content = {
    type: "service_account",
    project_id: "blue-mountain-traders",
    private_key_id: "5a3b9e0c7d",
    private_key: privateKey,
    client_email: email,
    client_id: "104738291056473829105",
    auth_uri: "https://accounts.google.com/o/oauth2/auth",
    token_uri: tokenUri,
    sample_public_key: publicKey,
  };
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  return { file, email, publicKey };
}

const part = (text: string | undefined): Record<string, unknown> =>
  JSON.parse(Buffer.from(text ?? "", "base64url").toString("utf8")) as Record<string, unknown>;

function whyRefused(assertion: string, account: ServiceAccount, tokenUri: string): string | null {
  const [head, claims, signature] = assertion.split(".");
  try {
    if (part(head)["alg"] !== "RS256") return "Invalid JWT: only RS256 is accepted.";
    const { iss, aud, exp, iat, scope } = part(claims) as Record<string, string | number | undefined>;
    const verifier = createVerify("RSA-SHA256").update(`${head}.${claims}`);
    if (!verifier.verify(account.publicKey, signature ?? "", "base64url")) return "Invalid JWT Signature.";
    if (iss !== account.email) return "Invalid grant: account not found";
    if (aud !== tokenUri && aud !== "https://oauth2.googleapis.com/token") return "Invalid JWT: Failed audience check.";
    if (Number(exp) - Number(iat) > 3600) return "Invalid JWT: Token must be a short-lived token (60 minutes).";
    if (!String(scope).includes("spreadsheets")) return "Invalid OAuth scope or ID token audience provided.";
    return null;
  } catch {
    return "Invalid JWT: it cannot be read.";
  }
}

/** The token endpoint of the JWT bearer grant; `granted` keeps what it gave. The sample's clock may differ: times are not compared with now. */
export function exchange(
  asked: Asked,
  account: ServiceAccount,
  tokenUri: string,
  granted: Map<string, number>,
): Answer {
  const form = new URLSearchParams(asked.body);
  if (form.get("grant_type") !== "urn:ietf:params:oauth:grant-type:jwt-bearer")
    return json(400, { error: "unsupported_grant_type" });
  const refused = whyRefused(form.get("assertion") ?? "", account, tokenUri);
  if (refused !== null) return json(400, { error: "invalid_grant", error_description: refused });
  const access = `ya29.sample-${randomBytes(18).toString("base64url")}`;
  granted.set(access, Date.now() + 3_600_000);
  return json(200, { access_token: access, expires_in: 3599, token_type: "Bearer" });
}
