// Development mode, as a developer and their browser see it: see .ci/browser.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "playwright-core";

const folder = new URL("service/", import.meta.url).pathname;
const log = `${folder}../service.log`;
const migrations = `${folder}src/main/resources/db/migration/`;
const source = `${folder}src/main/java/dev/quire/ProcessCheck.java`;

/** Quarkus looks for changes at most once in this time, in milliseconds. */
const BETWEEN_LOOKS = 2_500;

function say(text) {
  console.log(`\n== ${text}`);
}

async function listening(server, host) {
  server.listen(0, host);
  await once(server, "listening");
  return server.address().port;
}

async function freePort() {
  const server = createServer();
  const port = await listening(server);
  server.close();
  return port;
}

/** Makes the next request reload the service. */
async function touch() {
  appendFileSync(source, "\n// touched\n");
  await sleep(BETWEEN_LOOKS);
}

function starts() {
  return readFileSync(log, "utf8").match(/ started in /g)?.length ?? 0;
}

const port = await freePort();
const api = `http://localhost:${port}`;

async function get(path, headers = {}) {
  const response = await fetch(api + path, { headers, redirect: "manual" });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

async function startService() {
  const output = openSync(log, "w");
  const service = spawn(
    "./mvnw",
    [
      ...["--batch-mode", "--no-transfer-progress", "-Dspotless.skip", "-Dmaven.test.skip", "-Ddebug=false"],
      ...[`-Dquarkus.http.port=${port}`, `-Dquarkus.management.port=${await freePort()}`],
      ...['-Dquarkus.log.category."dev.quire.sql".level=DEBUG', "quarkus:dev"],
    ],
    // Its standard input stays open: development mode would end with it.
    { cwd: folder, detached: true, stdio: ["pipe", output, output] },
  );
  const ended = once(service, "exit");
  for (let waited = 0; !(await get("/posts").catch(() => null)); waited++) {
    assert(service.exitCode === null && waited < 600, `the service does not start: see ${log}`);
    await sleep(1_000);
  }
  return async () => {
    if (service.exitCode === null) {
      process.kill(-service.pid, "SIGTERM");
      await ended;
    }
  };
}

/** A problem with a status that is expected is logged as an error by Chromium, as is each answer that is no success. */
function watch(page, expected) {
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    const failed = /the server responded with a status of (\d+)/.exec(message.text());
    if (message.type() === "error" && !(failed && expected.includes(Number(failed[1])))) {
      errors.push(message.text());
    }
  });
  return errors;
}

async function swaggerUi(page, password) {
  const errors = watch(page, [412]);
  await page.goto(api);
  await page.waitForSelector(".opblock-tag");
  assert.equal(await page.title(), "Quire");
  assert.deepEqual(
    await page.locator(".opblock-tag").evaluateAll((tags) => tags.map((tag) => tag.dataset.tag)),
    ["Authentication", "Users", "Addresses", "Posts", "Categories", "Comments", "Changes", "Batch"],
  );

  /** Executes an operation by "Try it out", and returns its response as the page shows it. */
  async function execute(tag, operation, parameters, body) {
    const block = page.locator(`#operations-${tag}-${operation}`);
    if (!(await block.locator(".opblock-body").isVisible())) {
      await block.locator(".opblock-summary-control").click();
      await block.locator(".try-out__btn").click();
    }
    for (const [name, value] of Object.entries(parameters)) {
      await block.locator(`tr[data-param-name="${name}"] input`).fill(value);
    }
    await block.locator("textarea.body-param__text").fill(JSON.stringify(body));
    const answer = page.waitForResponse((response) => response.request().method() !== "OPTIONS");
    await block.locator("button.execute").click();
    const response = await answer;
    const shown = block.locator(".live-responses-table .response");
    await shown.locator(".response-col_status", { hasText: String(response.status()) }).waitFor();
    return {
      status: response.status(),
      etag: await response.headerValue("ETag"),
      timing: await response.headerValue("Server-Timing"),
      body: JSON.parse(await shown.locator(".highlight-code code").first().innerText()),
    };
  }

  const session = await execute("Authentication", "logIn", {}, { email: "ada@quire.example", password });
  assert.equal(session.status, 200);
  const token = session.body.accessToken;

  await page.locator(".btn.authorize").click();
  const dialog = page.locator(".auth-container");
  assert.match(await dialog.innerText(), /log-in returns it as accessToken\. Paste it here without "Bearer"/);
  await dialog.locator("#auth-bearer-value").fill(token);
  await dialog.locator("button.authorize").click();
  await dialog.locator(".btn-done").click();

  const created = await execute("Posts", "createPost", {}, { title: "From Swagger UI", content: "It works." });
  assert.equal(created.status, 201, JSON.stringify(created));
  assert.match(created.timing, /^db;dur=[0-9.]+;desc="[1-9] statements?"$/);
  const at = { id: String(created.body.id), "If-Match": created.etag };
  const patched = await execute("Posts", "patchPost", at, { title: "Patched" });
  assert.equal(patched.status, 200, JSON.stringify(patched));
  assert.equal(patched.body.title, "Patched");
  const refused = await execute("Posts", "patchPost", at, { title: "Lost" });
  assert.equal(refused.status, 412);
  assert.equal(refused.body.status, 412);
  assert.deepEqual(errors, []);
  return token;
}

async function graphiql(page) {
  const errors = watch(page, []);
  await page.goto(`${api}/graphiql`);
  await page.locator(".graphiql-execute-button").click();
  await page.locator(".result-window", { hasText: '"author"' }).waitFor();
  assert.deepEqual(errors, []);
}

/** Does the same from a page of another origin. Runs in the browser. */
async function script({ api, password }) {
  const json = { "Content-Type": "application/json" };
  const send = (method, path, headers, body) =>
    fetch(api + path, { method, headers: { ...json, ...headers }, body: JSON.stringify(body) });
  const session = await send("POST", "/authentication/log-in", {}, { email: "ada@quire.example", password });
  const me = { Authorization: `Bearer ${(await session.json()).accessToken}` };
  const created = await send("POST", "/posts", { ...me, "Idempotency-Key": crypto.randomUUID() }, {
    title: "From another origin",
    content: "It works.",
  });
  const { id } = await created.json();
  const match = { ...me, "If-Match": created.headers.get("ETag") };
  const patched = await send("PATCH", `/posts/${id}`, match, { title: "Patched" });
  const refused = await send("PATCH", `/posts/${id}`, match, { title: "Lost" });
  return [session, created, patched, refused].map((answer) => answer.status);
}

async function otherOrigins(browser, password) {
  const pages = createServer((request, response) => {
    response.setHeader("Content-Type", "text/html").end("<!doctype html><link rel=icon href=data:><title>Page</title>");
  });
  const other = await listening(pages);
  try {
    for (const host of ["localhost", "127.0.0.1"]) {
      const page = await browser.newPage();
      const errors = watch(page, [412]);
      await page.goto(`http://${host}:${other}`);
      assert.deepEqual(await page.evaluate(script, { api, password }), [200, 201, 200, 412], host);
      assert.deepEqual(errors, []);
    }
    const stranger = await browser.newPage();
    await stranger.goto(`http://stranger.localhost:${other}`);
    await assert.rejects(stranger.evaluate(script, { api, password }), /Failed to fetch/);
  } finally {
    pages.close();
  }
}

const migration = `${migrations}${readdirSync(migrations).find((name) => name.startsWith("V1__"))}`;
const broken = source.replace("ProcessCheck", "Broken");

say("A first start that fails");
writeFileSync(
  broken,
  "package dev.quire;\n@jakarta.inject.Singleton class Broken { Broken(java.util.concurrent.Phaser none) {} }\n",
);
const stop = await startService();
let browser;
try {
  const failed = await get("/posts");
  assert.equal(failed.status, 500);
  assert.match(failed.text, /Unsatisfied dependency for type java\.util\.concurrent\.Phaser/);

  say("Its repair");
  rmSync(broken);
  await touch();
  const repaired = await get("/posts?limit=1");
  assert.equal(repaired.status, 200, `see ${log}`);
  assert.match(repaired.headers.get("Server-Timing"), /^db;dur=[0-9.]+;desc="1 statement"$/);

  say("Swagger UI");
  const password = readFileSync(`${folder}target/demo-password`, "utf8");
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    // The sandbox of Chromium does not work for root.
    chromiumSandbox: process.getuid() !== 0,
  });
  const token = await swaggerUi(await browser.newPage(), password);

  say("GraphiQL");
  await graphiql(await browser.newPage());

  say("Pages of other origins");
  await otherOrigins(browser, password);

  say("Dev UI");
  const devUi = await browser.newPage();
  await devUi.goto(`${api}/q/dev-ui/extensions`);
  await devUi.getByText("Embedded PostgreSQL").first().waitFor();
  assert.doesNotMatch(readFileSync(log, "utf8"), /NoClassDefFoundError/);
  await devUi.close();

  say("A live reload");
  const before = starts();
  await touch();
  const self = await get("/authentication", { Authorization: `Bearer ${token}` });
  assert.equal(starts(), before + 1, "the service was not reloaded");
  assert.equal(self.status, 200, self.text);

  say("A migration that is edited");
  const text = readFileSync(migration, "utf8");
  writeFileSync(migration, `${text}\n-- edited\n`);
  await touch();
  const edited = await get("/posts");
  assert.equal(edited.status, 500);
  assert.match(edited.text, /A migration that has run already was edited, renamed or removed: 1 \(/);
  assert.match(edited.text, /\.\/mvnw clean/);
  writeFileSync(migration, text);
  await touch();
  assert.equal((await get("/posts")).status, 200);

  say("The log has statements, and no warning");
  const lines = readFileSync(log, "utf8");
  assert.match(lines, /^[0-9:,]+ DEBUG +\[dev\.qui\.sql\] .* [0-9.,]+ ms: insert into sessions/m);
  assert.deepEqual(lines.match(/^[0-9:,]+ WARN .*/gm) ?? [], []);
} finally {
  await browser?.close();
  await stop();
}

say("Development mode is as it should be");
