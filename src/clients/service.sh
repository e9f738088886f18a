# The parts that the tests of generated clients have in common. A script sources this file in the root of the repository.
# A file that is made is in target/clients.
work=target/clients
mkdir -p "$work"

say() { printf '\n== %s\n' "$*"; }
fail() {
    echo "FAILED: $*" >&2
    exit 1
}
left_out() { # the exit status that many test harnesses know as "skipped"
    echo "This test is left out: it needs $*." >&2
    exit 77
}
install_missing() { # PACKAGE…: if there are any
    (($#)) || return 0
    ((EUID == 0)) && command -v apt-get > /dev/null || left_out "$*"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" > /dev/null
}
maven() { ./mvnw --batch-mode --no-transfer-progress "$@"; }
quietly() { # COMMAND…: what it says only when it fails
    "$@" > "$work/log" 2>&1 || { tail -n 60 "$work/log" >&2 && fail "$*"; }
}
start_service() { # the packaged program, a PostgreSQL and a mail server, at QUIRE_API, until the script ends
    local program=target/quarkus-app/quarkus-run.jar
    [[ -f $program && -z $(find pom.xml src/main -newer $program -print -quit) ]] || quietly maven package -DskipTests
    # It ends with its standard input, so with the script.
    : > "$work/service.log"
    coproc service {
        maven --quiet org.codehaus.mojo:exec-maven-plugin:3.6.2:java \
            -Dexec.mainClass=dev.quire.environment.Service -Dexec.classpathScope=test 2>> "$work/service.log"
    }
    service_pid=$service_PID
    local line= output
    exec {output}<&"${service[0]}" # which has no value any more once the program has ended
    until [[ $line == http://* ]]; do
        # What Maven says of an error is on the standard output, too.
        read -r line <&"$output" || { cat "$work/service.log" >&2 && fail "the service does not start"; }
        [[ $line == http://* ]] || echo "$line" >> "$work/service.log"
    done
    read -r QUIRE_API QUIRE_MANAGEMENT QUIRE_MAILBOX QUIRE_ADMIN_EMAIL QUIRE_ADMIN_PASSWORD <<< "$line"
    export QUIRE_API QUIRE_MAILBOX QUIRE_ADMIN_EMAIL QUIRE_ADMIN_PASSWORD
    trap 'exec {service[1]}>&- && wait "$service_pid"' EXIT
}
