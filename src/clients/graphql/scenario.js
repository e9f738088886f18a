// A client that keeps objects by their ids, as urql does: it pages, and a mutation changes what other queries show.
import assert from 'node:assert/strict';
import { Client, fetchExchange, gql } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';

const url = process.env.QUIRE_API;
const request = async (path, body) => {
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.ok(answer.ok, `${path} is answered ${answer.status}`);
  return answer.json();
};
const email = `urql-${Date.now()}@quire.example`;
const password = 'an unusual enough password';
await request('/authentication/register', { email, name: 'Urql', password });
const { accessToken, user } = await request('/authentication/log-in', { email, password });

let requests = 0;
const client = new Client({
  url: `${url}/graphql`,
  preferGetMethod: false,
  fetchOptions: () => ({ headers: { Authorization: `Bearer ${accessToken}` } }),
  fetch: (...sent) => {
    requests++;
    return fetch(...sent);
  },
  exchanges: [cacheExchange({ resolvers: { Author: { posts: relayPagination() } } }), fetchExchange],
});
const run = async (result) => {
  const { data, error } = await result.toPromise();
  assert.equal(error, undefined, error?.message);
  return data;
};

const create = gql`
  mutation ($input: PostInput!) {
    createPost(input: $input) { id title author { id name } }
  }
`;
const ids = [];
for (const title of ['One', 'Two', 'Three']) {
  const { createPost } = await run(client.mutation(create, { input: { title, content: 'By a client' } }));
  ids.push(createPost.id);
}

// Pages, which the cache joins.
const page = gql`
  query ($author: ID!, $after: String) {
    node(id: $author) {
      id
      ... on Author {
        posts(first: 2, after: $after, sort: CREATED_AT) {
          edges { cursor node { id title } }
          pageInfo { hasNextPage endCursor hasPreviousPage startCursor }
        }
      }
    }
  }
`;
const author = `Author:${user.id}`;
const first = (await run(client.query(page, { author }))).node.posts;
assert.deepEqual(first.edges.map(({ node }) => node.title), ['One', 'Two']);
assert.equal(first.pageInfo.hasNextPage, true);
const both = (await run(client.query(page, { author, after: first.pageInfo.endCursor }))).node.posts;
assert.deepEqual(both.edges.map(({ node }) => node.id), ids);
assert.equal(both.pageInfo.hasNextPage, false);

// A mutation answers with the object, and the cache shows it everywhere without another request.
const one = gql`
  query ($id: ID!) {
    post(id: $id) { id title }
  }
`;
await run(client.query(one, { id: ids[0] }));
await run(
  client.mutation(
    gql`
      mutation ($id: ID!) {
        updatePost(id: $id, input: { title: "Changed" }) { id title }
      }
    `,
    { id: ids[0] },
  ),
);
const before = requests;
assert.equal((await run(client.query(one, { id: ids[0] }))).post.title, 'Changed');
assert.equal(requests, before, 'the cache had to ask again');
console.log('urql: pages, mutates, and keeps objects by their ids');
