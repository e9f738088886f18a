# For the scripts beside it, which source it at the root of the repository: a PostgreSQL of its own, and the packaged
# service on it. Both end with the script. It takes root, for apt-get and for becoming postgres.
dir=$(mktemp -d)
chmod 755 "$dir"
service= pgbin=
stop() {
  [[ -z $service ]] || kill "$service" 2> /dev/null || true
  su postgres -c "$pgbin/pg_ctl -D $dir/pg -m immediate stop" > /dev/null 2>&1 || true
  rm -rf "$dir"
}
trap stop EXIT

port() { # one that nothing listens to
  local one
  while one=$((20000 + RANDOM % 10000)) && (: < "/dev/tcp/127.0.0.1/$one") 2> /dev/null; do :; done
  echo "$one"
}

install_missing() { # PACKAGE…, of Debian
  dpkg -s "$@" > /dev/null 2>&1 || { apt-get update && apt-get install -y --no-install-recommends "$@"; } > /dev/null
}

# Its cache is a quarter of the memory, as its manual says. What the package sets, 128 MB, holds a tenth of 2,000,000 posts.
start_postgresql() { # [OPTION…] of postgres
  local cache
  cache=$(awk '/^MemTotal/ { printf "%.0fMB", $2 / 1024 / 4 }' /proc/meminfo)
  pgbin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
  export PGHOST=127.0.0.1 PGUSER=postgres PGPORT
  PGPORT=$(port)
  install -d -o postgres "$dir/pg"
  su postgres -c "$pgbin/initdb -D $dir/pg -A trust -E UTF8 --locale C.UTF-8" > /dev/null
  su postgres -c "$pgbin/pg_ctl -D $dir/pg -l $dir/pg/start.log -w start \
    -o '-p $PGPORT -c shared_buffers=$cache -c listen_addresses=127.0.0.1 -c unix_socket_directories=$dir/pg $*'" > /dev/null
}

# As its defaults are, but that nobody is refused for the one address that all requests come from; and as the JVM runs in
# its image with the memory of the Kubernetes manifests, but without the cache for a fast start.
start_service() {
  local management options malloc
  options=$(grep -o '"-XX:[^"]*"' docker/Dockerfile.jvm | tr -d '"' | grep -v AOTCache)
  malloc=$(sed -n 's/^ENV \(MALLOC_.*\)/\1/p' docker/Dockerfile.jvm)
  [[ -d target/quarkus-app ]] || ./mvnw --batch-mode --quiet package -DskipTests
  mkdir "$dir/keys"
  openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$dir/keys/one.pem" 2> /dev/null
  credentials='{"email": "bench@quire.test", "password": "'$(openssl rand -hex 12)'"}'
  management=$(port)
  api=http://127.0.0.1:$(port)
  env QUARKUS_DATASOURCE_REACTIVE_URL="postgresql://$PGHOST:$PGPORT/postgres" \
    QUARKUS_DATASOURCE_USERNAME=postgres QUARKUS_DATASOURCE_PASSWORD=any \
    QUIRE_KEYS_DIRECTORY="$dir/keys" \
    QUIRE_ADMIN_EMAIL="$(jq -r .email <<< "$credentials")" QUIRE_ADMIN_PASSWORD="$(jq -r .password <<< "$credentials")" \
    QUIRE_LIMITS_LOG_IN=999999999 QUIRE_LIMITS_LOG_IN_ADDRESS=999999999 QUIRE_LIMITS_LOG_IN_ACCOUNT=999999999 \
    $malloc QUARKUS_HTTP_PORT="${api##*:}" QUARKUS_MANAGEMENT_PORT="$management" QUARKUS_LOG_LEVEL=WARN \
    "${JAVA_HOME:+$JAVA_HOME/bin/}java" -XX:MaxRAM=384m $options -jar target/quarkus-app/quarkus-run.jar > "$dir/service.log" 2>&1 &
  service=$!
  until curl -sf -o /dev/null "$api/posts"; do
    kill -0 "$service" || { cat "$dir/service.log" >&2 && return 1; }
    sleep 0.2
  done
}

# The access token of the admin, good for 15 minutes
log_in() {
  curl -sSf "$api/authentication/log-in" -H 'Content-Type: application/json' -d "$credentials" | jq -r .accessToken
}
