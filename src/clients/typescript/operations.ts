import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import createClient, { type Client } from "openapi-fetch";
import { expect } from "./answers.js";
import type { paths } from "./api.js";

// Calls every operation that the scenario leaves out, each with success.

const baseUrl = process.env["QUIRE_API"] ?? "http://localhost:8080";
const mailbox = environment("QUIRE_MAILBOX");
const admin = { email: environment("QUIRE_ADMIN_EMAIL"), password: environment("QUIRE_ADMIN_PASSWORD") };

function environment(name: string): string {
  const value = process.env[name];
  assert(value, `${name} is missing`);
  return value;
}

type Api = Client<paths, "application/json" | "application/problem+json">;

/** A client that sends this token, if there is one. */
function client(token?: string): Api {
  const api: Api = createClient({ baseUrl, querySerializer: { array: { style: "form", explode: false } } });
  if (token) {
    api.use({ onRequest: ({ request }) => request.headers.set("Authorization", `Bearer ${token}`) });
  }
  return api;
}

/** Asserts that an answer has no body. */
function expectNoContent(answer: { error?: unknown; response: Response }): void {
  assert.equal(answer.response.status, 204, JSON.stringify(answer.error));
}

/** Asserts that a mail is on its way. */
function expectAccepted(answer: { error?: unknown; response: Response }): void {
  assert.equal(answer.response.status, 202, JSON.stringify(answer.error));
}

/** The token in the link of a mail to this address, the first being 1. */
async function mailed(address: string, number: number): Promise<string> {
  const text = await (await fetch(`${mailbox}/${address}/${number}`)).text();
  const token = /#([\w-]{43})/.exec(text)?.[1];
  assert(token, text);
  return token;
}

/** The code that an authenticator app shows for a secret (RFC 6238), in this time step or one after it. */
function oneTimeCode(secret: string, later: number): string {
  const bits = [...secret].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((octet) => parseInt(octet, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const hash = createHmac("sha1", key).update(step).digest();
  const truncated = hash.readUInt32BE((hash[19] ?? 0) & 15) & 0x7fffffff;
  return String(truncated % 1_000_000).padStart(6, "0");
}

/** The number of rows in an export, which its last line has. */
function exported(answer: { data?: string; error?: unknown; response: Response }): number {
  const lines = expect(200, answer).trimEnd().split("\n");
  const rows = lines.length - 1;
  assert.deepEqual(JSON.parse(lines[rows] ?? ""), { count: rows });
  return rows;
}

const anyone = client();
const parseAs = "text";
const number = randomUUID().slice(0, 8);

// The keys that verify a token are public.
const keys = expect(200, await anyone.GET("/.well-known/jwks.json"));
assert.equal(keys.keys[0]?.kty, "RSA");

// An admin creates a user and changes it.
const adminSession = expect(200, await anyone.POST("/authentication/log-in", { body: admin }));
const asAdmin = client(adminSession.accessToken);
const email = `${randomUUID()}@quire.test`;
const password = randomUUID();
const user = expect(201, await asAdmin.POST("/users", { body: { email, name: "Ada Byron", password } }));
assert.equal(user.createdBy?.id, adminSession.user.id);
const path = { id: user.id };
const newest = await asAdmin.GET("/users", { params: { query: { sort: "-createdAt", limit: 1 } } });
assert.deepEqual(expect(200, newest).map(({ id }) => id), [user.id]);
assert(exported(await asAdmin.GET("/users/export", { parseAs, params: { query: { sort: "name" } } })) >= 2);
assert.equal(expect(200, await asAdmin.GET("/users/{id}", { params: { path } })).name, "Ada Byron");
const replaced = await asAdmin.PUT("/users/{id}", { params: { path }, body: { email, name: "Ada King" } });
assert.equal(expect(200, replaced).name, "Ada King");
const patched = await asAdmin.PATCH("/users/{id}", { params: { path }, body: { name: "Ada Lovelace" } });
assert.equal(expect(200, patched).name, "Ada Lovelace");
const promoted = await asAdmin.PUT("/users/{id}/roles", { params: { path }, body: ["user", "admin"] });
assert.deepEqual(expect(200, promoted).roles.sort(), ["admin", "user"]);

// Its address comes and goes.
const address = { street: "12 St James's Square", city: "London", country: "United Kingdom" };
const put = expect(201, await asAdmin.PUT("/users/{id}/address", { params: { path }, body: address }));
assert.equal(expect(200, await asAdmin.GET("/users/{id}/address", { params: { path } })).id, put.id);
expectNoContent(await asAdmin.DELETE("/users/{id}/address", { params: { path } }));
const created = expect(201, await asAdmin.POST("/addresses", { body: { ...address, user: path } }));
assert.equal(expect(200, await asAdmin.GET("/addresses/{id}", { params: { path: { id: created.id } } })).city, "London");
const last = await asAdmin.GET("/addresses", { params: { query: { sort: "-id", limit: 1, include: ["user"] } } });
assert.deepEqual(expect(200, last).map(({ id, user }) => [id, user?.id]), [[created.id, user.id]]);
assert(exported(await asAdmin.GET("/addresses/export", { parseAs })) >= 1);

// A new password ends the other sessions; the user ends one more, and its own.
const old = expect(200, await anyone.POST("/authentication/log-in", { body: { email, password } }));
const renewed = randomUUID();
const change = { params: { path }, body: { current: password, new: renewed } };
expectNoContent(await client(old.accessToken).PUT("/users/{id}/password", change));
const session = expect(200, await anyone.POST("/authentication/log-in", { body: { email, password: renewed } }));
const asUser = client(session.accessToken);
const sessions = expect(200, await asUser.GET("/authentication/sessions"));
assert.equal(sessions.length, 2);
assert.equal(exported(await asUser.GET("/authentication/sessions/export", { parseAs })), 2);
const other = sessions.find(({ current }) => !current)?.id;
assert(other);
expectNoContent(await asUser.DELETE("/authentication/sessions/{id}", { params: { path: { id: other } } }));

// An admin renames a category.
const category = expect(201, await asAdmin.POST("/categories", { body: { name: `Engines ${number}` } }));
const id = { id: category.id };
const renamed = await asAdmin.PUT("/categories/{id}", { params: { path: id }, body: { name: `Machines ${number}` } });
assert.equal(expect(200, renamed).name, `Machines ${number}`);
const again = await asAdmin.PATCH("/categories/{id}", { params: { path: id }, body: { name: `Looms ${number}` } });
assert.equal(expect(200, again).name, `Looms ${number}`);
assert.equal(expect(200, await anyone.GET("/categories/{id}", { params: { path: id } })).name, `Looms ${number}`);
const named = await anyone.GET("/categories/named/{name}", { params: { path: { name: `looms ${number}` } } });
assert.equal(expect(200, named).name, `Looms ${number}`);
assert.equal(expect(200, await anyone.GET("/categories", { params: { query: { limit: 1 } } })).length, 1);
assert(exported(await anyone.GET("/categories/export", { parseAs })) >= 1);

// A batch creates two posts of the user, of which one refers to a category by the name of an operation.
const results = expect(200, await asUser.POST("/batch", {
  body: [
    { method: "PUT", path: `/categories/named/Numbers%20${number}`, id: "numbers" },
    { method: "POST", path: "/posts", body: { title: "One", content: "By name", categories: [{ id: "$numbers" }] } },
    { method: "POST", path: "/posts", body: { title: "Two", content: "None" } },
  ],
}));
assert.deepEqual(results.map(({ status }) => status), [201, 201, 201]);
const [, one, two] = results.map(({ headers }) => Number(headers.Location?.split("/").pop()));
assert(one && two);

// The categories of a post are replaced, connected and disconnected.
const post = { id: two };
const rewritten = await asUser.PUT("/posts/{id}", { params: { path: post }, body: { title: "Two", content: "On looms" } });
assert.equal(expect(200, rewritten).content, "On looms");
const set = await asUser.PUT("/posts/{id}/categories", { params: { path: post }, body: [{ name: `Numbers ${number}` }] });
const [numbers] = expect(200, set);
assert(numbers);
const connection = { path: { ...post, categoryId: category.id } };
expectNoContent(await asUser.PUT("/posts/{id}/categories/{categoryId}", { params: connection }));
const both = await anyone.GET("/posts/{id}/categories", { params: { path: post } });
assert.deepEqual(expect(200, both).map(({ id }) => id), [category.id, numbers.id]);
expectNoContent(await asUser.DELETE("/posts/{id}/categories/{categoryId}", { params: connection }));
const filed = await anyone.GET("/categories/{id}/posts", { params: { path: { id: numbers.id } } });
assert.deepEqual(expect(200, filed).map(({ id }) => id), [two, one]);
assert.equal(exported(await anyone.GET("/posts/export", { parseAs, params: { query: { category: [numbers.id] } } })), 2);
const ofCategory = { parseAs, params: { path: { id: numbers.id } } } as const;
assert.equal(exported(await anyone.GET("/categories/{id}/posts/export", ofCategory)), 2);
assert.equal(exported(await anyone.GET("/users/{id}/posts/export", { parseAs, params: { path } })), 2);

// A post is commented on, and the comment changes.
const comment = expect(201, await asUser.POST("/posts/{id}/comments", { params: { path: post }, body: { content: "First" } }));
const of = { path: { id: comment.id } };
const edited = await asUser.PATCH("/comments/{id}", { params: of, body: { content: "Edited" } });
assert.equal(expect(200, edited).content, "Edited");
const read = await anyone.GET("/comments/{id}", { params: { ...of, query: { include: ["author", "post"] } } });
assert.equal(expect(200, read).post?.id, two);
const ofPost = await anyone.GET("/posts/{id}/comments", { params: { path: post } });
assert.deepEqual(expect(200, ofPost).map(({ id }) => id), [comment.id]);
const ofUser = await anyone.GET("/users/{id}/comments", { params: { path } });
assert.deepEqual(expect(200, ofUser).map(({ content }) => content), ["Edited"]);
assert.equal(exported(await anyone.GET("/posts/{id}/comments/export", { parseAs, params: { path: post } })), 1);
assert.equal(exported(await anyone.GET("/users/{id}/comments/export", { parseAs, params: { path } })), 1);
expectNoContent(await asUser.DELETE("/comments/{id}", { params: of }));

// Whoever keeps a copy of all rows is told of changes.
const all = expect(200, await asUser.GET("/changes", { params: { query: { kinds: ["user"] } } }));
assert.deepEqual(all.changes.map(({ kind, id }) => [kind, id]), [["user", user.id]]);
assert.equal(all.changes[0]?.value?.name, "Ada Lovelace");
const later = await asUser.GET("/changes", { params: { query: { since: all.position, kinds: ["user"] } } });
assert.deepEqual(expect(200, later).changes, []);
expectNoContent(await asUser.DELETE("/posts/{id}", { params: { path: post } }));

// A forgotten password is recovered by mail, and an email is confirmed.
expectAccepted(await anyone.POST("/authentication/recovery", { body: { email } }));
const recovered = randomUUID();
const recovery = { token: await mailed(email, 2), password: recovered };
expectNoContent(await anyone.POST("/authentication/recovery/complete", { body: recovery }));
expectAccepted(await asAdmin.POST("/users/{id}/recovery", { params: { path } }));
const asRecovered = client(expect(200, await anyone.POST("/authentication/log-in", {
  body: { email, password: recovered },
})).accessToken);
const moved = `${randomUUID()}@quire.test`;
const moving = await asRecovered.PATCH("/users/{id}", { params: { path }, body: { email: moved } });
assert.equal(expect(200, moving).pendingEmail, moved);
await mailed(moved, 1);
expectAccepted(await asRecovered.POST("/authentication/confirmation"));
const confirmation = { token: await mailed(moved, 2) };
expectNoContent(await anyone.POST("/authentication/confirmation/complete", { body: confirmation }));
assert.equal(expect(200, await asAdmin.GET("/users/{id}", { params: { path } })).name, "Ada Lovelace");

// A second factor comes and goes.
const credentials = { email: moved, password: recovered };
const asMoved = client(expect(200, await anyone.POST("/authentication/log-in", { body: credentials })).accessToken);
const { secret } = expect(200, await asMoved.POST("/authentication/totp"));
const factor = { code: oneTimeCode(secret, 0) };
const { recoveryCodes } = expect(200, await asMoved.POST("/authentication/totp/confirm", { body: factor }));
assert.equal(recoveryCodes.length, 10);
const refused = await anyone.POST("/authentication/log-in", { body: credentials });
assert.equal(refused.error?.type, "urn:quire:problem:second-factor-required");
const withCode = { ...credentials, code: oneTimeCode(secret, 1) };
const factored = expect(200, await anyone.POST("/authentication/log-in", { body: withCode }));
const code = recoveryCodes[0] ?? "";
expectNoContent(await client(factored.accessToken).DELETE("/authentication/totp", { body: { code } }));

// What was created goes again.
expectNoContent(await asAdmin.DELETE("/categories/{id}", { params: { path: id } }));
expectNoContent(await anyone.POST("/authentication/log-out", { body: { refreshToken: factored.refreshToken } }));
expectNoContent(await asAdmin.DELETE("/users/{id}", { params: { path, query: { onDelete: "cascade" } } }));
