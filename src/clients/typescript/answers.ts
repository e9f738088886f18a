import assert from "node:assert/strict";

/** The data of an answer, which has to have this status. */
export function expect<T>(status: number, answer: { data?: T; error?: unknown; response: Response }): NonNullable<T> {
  assert.equal(answer.response.status, status, JSON.stringify(answer.error));
  assert(answer.data);
  return answer.data;
}
