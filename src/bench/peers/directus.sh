# For run, which sources it: Directus, on a database of its own, since it wants a link to have an id of one column.
install_directus() { # in a directory that is kept, since it takes ten minutes: its native modules are compiled
  [[ -e $1/done ]] && return
  install_missing g++ make python3
  npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$1" directus@10.13.4
  npm rebuild --silent --prefix "$1" isolated-vm argon2 --nodedir="$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")"
  touch "$1/done"
}

start_directus() { # DIRECTORY with it
  local cli password api=http://127.0.0.1:$port json='Content-Type: application/json' administrator
  cli=$(realpath "$1")/node_modules/directus/cli.js
  mkdir -p "$dir/directus/uploads" "$dir/directus/extensions"
  password=$(openssl rand -hex 12)
  psql -q -c 'alter table post_categories drop constraint post_categories_pkey, add id bigserial primary key,
    add unique (post_id, category_id)' -c 'vacuum analyze' directus
  printf '%s\n' > "$dir/directus/.env" DB_CLIENT=pg "DB_HOST=$PGHOST" "DB_PORT=$PGPORT" DB_DATABASE=directus "DB_USER=$PGUSER" \
    DB_PASSWORD=any "SECRET=$(openssl rand -hex 32)" "KEY=$(openssl rand -hex 16)" HOST=127.0.0.1 "PORT=$port" "PUBLIC_URL=$api" \
    ADMIN_EMAIL=admin@example.org "ADMIN_PASSWORD=$password" TELEMETRY=false LOG_LEVEL=warn NODE_ENV=production PRESSURE_LIMITER_ENABLED=false
  (cd "$dir/directus" && node "$cli" bootstrap > bootstrap.log 2>&1) || { cat "$dir/directus/bootstrap.log" >&2 && exit 1; }
  begin directus env --chdir="$dir/directus" node "$cli" start
  token[directus]=$(openssl rand -hex 20)
  administrator="Authorization: Bearer $(curl -sSf "$api/auth/login" -H "$json" \
    -d '{"email": "admin@example.org", "password": "'"$password"'"}' | jq -r .data.access_token)"
  tell() { curl -sSf -o /dev/null -H "$administrator" -H "$json" -X "$1" "$api/$2" -d "$3"; }
  tell PATCH users/me '{"token": "'"${token[directus]}"'"}'
  local collection
  for collection in posts users categories post_categories; do tell PATCH collections/$collection '{"meta": {}}'; done
  tell PATCH relations/post_categories/post_id '{"collection": "post_categories", "field": "post_id", "related_collection": "posts",
    "meta": {"one_field": "categories", "junction_field": "category_id"}}'
  tell PATCH relations/post_categories/category_id '{"collection": "post_categories", "field": "category_id",
    "related_collection": "categories", "meta": {"junction_field": "post_id"}}'
  tell POST fields/posts '{"field": "categories", "type": "alias", "meta": {"special": ["m2m"]}}'
}
