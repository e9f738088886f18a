import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import createClient, { type Middleware } from "openapi-fetch";
import { expect } from "./answers.js";
import type { components, paths } from "./api.js";

type Post = components["schemas"]["Post"];

const baseUrl = process.env["QUIRE_API"] ?? "http://localhost:8080";

/** The problem of an answer, which has to have this status. */
function refused<T>(status: number, answer: { error?: T; response: Response }): NonNullable<T> {
  assert.equal(answer.response.status, status);
  assert(answer.error);
  return answer.error;
}

function header(answer: { response: Response }, name: string): string {
  const value = answer.response.headers.get(name);
  assert(value, `${name} is missing`);
  return value;
}

function names(post: Post): string[] {
  return post.categories.map(({ name }) => name);
}

/** The example of docs/clients.md. */
async function example(email: string, password: string): Promise<Post> {
  // example
  const api = createClient<paths, "application/json" | "application/problem+json">({
    baseUrl,
    querySerializer: { array: { style: "form", explode: false } },
  });
  const session = await api.POST("/authentication/log-in", { body: { email, password } });
  if (session.error) throw new Error(session.error.detail);
  const authorization = `Bearer ${session.data.accessToken}`;
  api.use({ onRequest: ({ request }) => request.headers.set("Authorization", authorization) });

  const made = await api.POST("/posts", {
    params: { header: { "Idempotency-Key": randomUUID() } },
    body: { title: "Notes", content: "On the engine", categories: [{ name: "Engines" }] },
  });
  if (made.error) throw new Error(made.error.detail);
  const tag = made.response.headers.get("ETag") ?? "*";

  const patched = await api.PATCH("/posts/{id}", {
    params: { path: { id: made.data.id }, header: { "If-Match": tag } },
    body: { categories: { connect: [{ name: "History" }] } },
  });
  // /example
  return expect(200, patched);
}

const api = createClient<paths, "application/json" | "application/problem+json">({
  baseUrl,
  querySerializer: { array: { style: "form", explode: false } },
});
const email = `${randomUUID()}@quire.test`;
const password = randomUUID();

// A user is registered along with an address.
const address = { street: "12 St James's Square", city: "London", country: "United Kingdom" };
const user = expect(201, await api.POST("/authentication/register", { body: { email, name: "Ada Lovelace", password, address } }));
assert.equal(user.email, email);
assert.equal(user.address?.city, "London");
assert.equal(user.createdBy, null);

assert.deepEqual(names(await example(email, password)), ["Engines", "History"]);

// A refresh token is good once, and is answered with the next one.
const first = expect(200, await api.POST("/authentication/log-in", { body: { email, password } }));
assert.equal(first.user.id, user.id);
const second = expect(200, await api.POST("/authentication/refresh", { body: { refreshToken: first.refreshToken } }));
assert.notEqual(second.refreshToken, first.refreshToken);
const third = expect(200, await api.POST("/authentication/refresh", { body: { refreshToken: second.refreshToken } }));
const authorization: Middleware = {
  onRequest: ({ request }) => request.headers.set("Authorization", `Bearer ${third.accessToken}`),
};
api.use(authorization);
assert.equal(expect(200, await api.GET("/authentication")).id, user.id);

// Posts have categories by id and by name.
const number = randomUUID().slice(0, 8);
const engines = expect(201, await api.PUT("/categories/named/{name}", { params: { path: { name: `Engines ${number}` } } }));
const posts: Post[] = [];
for (const title of ["One", "Two", "Three", "Four", "Five"]) {
  const categories = [{ id: engines.id }, { name: `Numbers ${number}` }];
  posts.push(expect(201, await api.POST("/posts", { body: { title, content: "On the engine", categories } })));
}
const [post] = posts;
assert(post);
assert.equal(post.author.id, user.id);
assert.deepEqual(names(post), [`Engines ${number}`, `Numbers ${number}`]);

// A list is read page by page, for as long as there is a next one.
const seen: number[] = [];
let cursor: string | undefined;
do {
  const query = { category: [engines.id], limit: 2, ...(cursor && { cursor }) };
  const page = await api.GET("/posts", { params: { query } });
  const rows = expect(200, page);
  assert(rows.length <= 2);
  seen.push(...rows.map(({ id }) => id));
  const next = header(page, "Link").match(/<([^>]*)>; *rel="next"/)?.[1];
  cursor = next && (new URL(next, baseUrl).searchParams.get("cursor") ?? undefined);
} while (cursor);
assert.deepEqual(seen, posts.map(({ id }) => id).reverse());

// Of two who change a post with the same tag, one wins; the other reloads and tries again.
const path = { id: post.id };
const tag = header(await api.GET("/posts/{id}", { params: { path } }), "ETag");
const other = await api.PATCH("/posts/{id}", { params: { path, header: { "If-Match": tag } }, body: { title: "Notes" } });
assert.equal(expect(200, other).title, "Notes");
const patch = { categories: { connect: [{ name: `History ${number}` }] } };
const lost = refused(412, await api.PATCH("/posts/{id}", { params: { path, header: { "If-Match": tag } }, body: patch }));
assert.equal(lost.errors?.[0]?.header, "If-Match");
const reloaded = header(await api.GET("/posts/{id}", { params: { path } }), "ETag");
const retried = expect(200, await api.PATCH("/posts/{id}", { params: { path, header: { "If-Match": reloaded } }, body: patch }));
assert.equal(retried.title, "Notes");
assert.deepEqual(names(retried), [`Engines ${number}`, `History ${number}`, `Numbers ${number}`]);

// A POST that may have been lost is sent again with its key.
const once = { params: { header: { "Idempotency-Key": randomUUID() } }, body: { title: "Six", content: "Once" } };
const sent = expect(201, await api.POST("/posts", once));
const again = await api.POST("/posts", once);
assert.deepEqual(expect(201, again), sent);
assert.equal(header(again, "Idempotency-Replayed"), "true");
const six = await api.GET("/users/{id}/posts", { params: { path: { id: user.id }, query: { q: "Once" }, header: { Prefer: "count=exact" } } });
assert.deepEqual(expect(200, six), [sent]);
assert.equal(header(six, "X-Total-Count"), "1");

// A problem says what is wrong, and where.
const invalid = refused(422, await api.POST("/posts", { body: { title: "", content: "", categories: [{ id: engines.id }, { name: "" }] } }));
assert.equal(invalid.type, "urn:quire:problem:invalid");
assert.deepEqual(invalid.errors?.map(({ pointer }) => pointer), ["/categories/1/name", "/content", "/title"]);

// Who has posts is deleted only with a word on what becomes of them.
const self = { id: user.id };
const inUse = refused(409, await api.DELETE("/users/{id}", { params: { path: self } }));
assert.equal(inUse.type, "urn:quire:problem:in-use");
assert.deepEqual(inUse.relations?.map(({ relation, count }) => [relation, count]), [["posts", 7]]);
assert(inUse.policies?.includes("cascade"));
const preview = expect(200, await api.DELETE("/users/{id}", { params: { path: self, query: { onDelete: "cascade", dryRun: true } } }));
assert.deepEqual(preview.deleted.find(({ relation }) => relation === "posts")?.count, 7);
const deleted = await api.DELETE("/users/{id}", { params: { path: self, query: { onDelete: "cascade" } } });
assert.equal(deleted.response.status, 204);
api.eject(authorization);
assert.equal(refused(404, await api.GET("/posts/{id}", { params: { path } })).status, 404);
