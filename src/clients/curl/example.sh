#!/usr/bin/env bash
# The example of docs/clients.md, with a user of its own, against the service at QUIRE_API.
set -euo pipefail
api=${QUIRE_API:-http://localhost:8080}
cd "$(mktemp -d)"
trap 'rm -rf "$PWD"' EXIT
password=$(openssl rand -hex 12) email=$(openssl rand -hex 12)@quire.test
curl -sSf "$api/authentication/register" -H "Content-Type: application/json" -o user \
  -d '{"email": "'"$email"'", "name": "Ada Lovelace", "password": "'"$password"'"}'

# example
json="Content-Type: application/json"
token=$(curl -sf $api/authentication/log-in -H "$json" \
  -d '{"email": "'"$email"'", "password": "'"$password"'"}' | jq -r .accessToken)
me="Authorization: Bearer $token"

curl -sf $api/posts -H "$me" -H "$json" -H "Idempotency-Key: $(openssl rand -hex 16)" -D headers -o post \
  -d '{"title": "Notes", "content": "On the engine", "categories": [{"name": "Engines"}]}'
tag=$(sed -n 's/^ETag: //p' headers | tr -d '\r')

curl -sf -X PATCH $api/posts/$(jq .id post) -H "$me" -H "$json" -H "If-Match: $tag" -o patched \
  -d '{"categories": {"connect": [{"name": "History"}]}}'
# /example

jq -e '[.categories[].name] == ["Engines", "History"]' patched > /dev/null
