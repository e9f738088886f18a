import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import createClient, { type Client } from "openapi-fetch";
import { expect } from "./answers.js";
import type { components, paths } from "./api.js";

// Two devices keep copies of all rows: one listens all the time, the other is offline while everything changes.

type Api = Client<paths, "application/json" | "application/problem+json">;
type Change = components["schemas"]["Change"];

const baseUrl = process.env["QUIRE_API"] ?? "http://localhost:8080";

/** A copy in memory, in place of the tables of docs/sync.md. */
class Device {
  readonly rows = new Map<string, Change["value"]>();
  position: string | undefined;

  apply(changes: Change[], position: string): void {
    for (const { kind, id, post, category, value, deleted } of changes) {
      const key = kind === "link" ? `link ${post} ${category}` : `${kind} ${id}`;
      if (deleted) this.rows.delete(key);
      else this.rows.set(key, value);
    }
    this.position = position;
  }

  clear(): void {
    this.rows.clear();
    this.position = undefined;
  }
}

// example
async function sync(api: Api, device: Device): Promise<void> {
  for (let more = true; more; ) {
    const since = device.position ? { since: device.position } : {};
    const page = await api.GET("/changes", { params: { query: { ...since, limit: 1000 } } });
    if (page.response.status === 410) {
      device.clear();
      continue;
    }
    if (page.error) throw new Error(page.error.detail);
    device.apply(page.data.changes, page.data.position);
    more = page.data.more;
  }
}

async function listen(device: Device, signal: AbortSignal, synced: () => void): Promise<void> {
  const since = device.position ? `?since=${device.position}` : "";
  const headers = { Accept: "text/event-stream" };
  const stream = await fetch(`${baseUrl}/changes${since}`, { headers, signal });
  if (!stream.ok || !stream.body) throw new Error(`status ${stream.status}`);
  let text = "";
  for await (const chunk of stream.body.pipeThrough(new TextDecoderStream())) {
    const events = (text + chunk).split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      const member = (name: string) => event.match(new RegExp(`^${name}: (.*)$`, "m"))?.[1];
      const [id, data] = [member("id"), member("data")];
      if (member("event") === "change" && id && data) device.apply([JSON.parse(data)], id);
      if (member("event") === "synced" && id) {
        device.apply([], id);
        synced();
      }
    }
  }
}
// /example

const api: Api = createClient({ baseUrl, querySerializer: { array: { style: "form", explode: false } } });
const account = { email: `${randomUUID()}@quire.test`, password: randomUUID() };
expect(201, await api.POST("/authentication/register", { body: { ...account, name: "Grace Hopper" } }));
const session = expect(200, await api.POST("/authentication/log-in", { body: account }));
const author = session.user.id;

const phone = new Device();
await sync(api, phone);
assert.equal(phone.rows.get(`author ${author}`)?.name, "Grace Hopper");

const desk = new Device();
const end = new AbortController();
let synced = () => {};
const next = () => new Promise<void>((resolve) => (synced = resolve));
const first = next();
const listening = listen(desk, end.signal, () => synced()).catch((error: unknown) => assert(end.signal.aborted, String(error)));
await first;
assert.deepEqual(desk.rows, phone.rows);

// The phone is offline meanwhile.
const asAuthor: Api = createClient({ baseUrl, headers: { Authorization: `Bearer ${session.accessToken}` } });
const number = randomUUID().slice(0, 8);
const titles = ["One", "Two", "Three"];
const posts: number[] = [];
for (const title of titles) {
  const body = { title, content: "Written", categories: [{ name: `Synced ${number}` }] };
  posts.push(expect(201, await asAuthor.POST("/posts", { body })).id);
}
const [one = 0, two = 0, three = 0] = posts;
expect(200, await asAuthor.PATCH("/posts/{id}", { params: { path: { id: one } }, body: { title: "One, edited" } }));
expect(200, await asAuthor.PATCH("/posts/{id}", { params: { path: { id: one } }, body: { title: "One, edited again" } }));
const links = { params: { path: { id: two } }, body: [] };
expect(200, await asAuthor.PUT("/posts/{id}/categories", links));
assert.equal((await asAuthor.DELETE("/posts/{id}", { params: { path: { id: three } } })).response.status, 204);

while (desk.rows.has(`post ${three}`) || desk.rows.get(`post ${one}`)?.title !== "One, edited again" ||
    [...desk.rows.keys()].some((key) => key.startsWith(`link ${two} `))) {
  await next();
}
await sync(api, phone);
assert.equal(phone.rows.get(`post ${one}`)?.title, "One, edited again");
assert(!phone.rows.has(`post ${three}`));
assert.deepEqual(phone.rows, desk.rows);

const fresh = new Device();
await sync(api, fresh);
assert.deepEqual(fresh.rows, phone.rows);
end.abort();
await listening;
