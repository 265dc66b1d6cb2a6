#!/bin/sh
# Runs a command with a throw-away PostgreSQL: tests/with-postgres.sh COMMAND [ARGUMENT…]
#
# The server lives in a temporary folder and listens on a socket there only. Its URL is in CONTHOI_TEST_POSTGRES while the
# command runs; server and folder are gone afterwards, however the command ends. Where PostgreSQL is not installed the
# command runs without, and the tests say that they cover SQLite only; with CI=true that is an error.
set -eu

if [ $# -eq 0 ]; then
    sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi

if [ -n "${CONTHOI_TEST_POSTGRES:-}" ]; then
    echo "with-postgres: using the server that CONTHOI_TEST_POSTGRES names" >&2
    exec "$@"
fi

find_programs() {
    if command -v initdb >/dev/null 2>&1 && command -v pg_ctl >/dev/null 2>&1; then
        dirname "$(command -v initdb)"
        return
    fi
    for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin; do
        if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ]; then
            echo "$folder"
        fi
    done | sort -V | tail -n 1
}

programs=$(find_programs)
if [ -z "$programs" ]; then
    if [ "${CI:-}" = true ]; then
        echo "with-postgres: initdb and pg_ctl were not found: install the PostgreSQL server (15 or newer)" >&2
        exit 1
    fi
    echo "with-postgres: PostgreSQL is not installed, so only SQLite is tested" >&2
    exec "$@"
fi

# A socket's path may have about a hundred characters, which rules out long TMPDIRs.
folder=$(mktemp -d /tmp/conthoi-postgres.XXXXXX)

# The server refuses to run as root.
if [ "$(id -u)" -eq 0 ]; then
    owner=nobody
    if id postgres >/dev/null 2>&1; then owner=postgres; fi
    chown "$owner" "$folder"
    if command -v runuser >/dev/null 2>&1; then
        as_owner() { (cd / && runuser -u "$owner" -- "$@"); }
    elif command -v setpriv >/dev/null 2>&1; then
        as_owner() { (cd / && setpriv --reuid="$owner" --regid="$(id -g "$owner")" --clear-groups "$@"); }
    else
        echo "with-postgres: run as an ordinary user, or install runuser or setpriv" >&2
        rmdir "$folder"
        exit 1
    fi
else
    as_owner() { "$@"; }
fi

stop() {
    status=$?
    trap - EXIT
    as_owner "$programs/pg_ctl" stop -s -w -m immediate -D "$folder/data" >/dev/null 2>&1 || true
    rm -rf "$folder"
    exit "$status"
}
trap stop EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
    echo "with-postgres: $1" >&2
    cat "$folder/log" >&2
    exit 1
}
as_owner "$programs/initdb" -D "$folder/data" -U conthoi -A trust -E UTF8 --locale=C --no-sync >"$folder/log" 2>&1 ||
    fail "initdb failed"
# Nothing here must outlive a crash, so nothing waits for the disk.
as_owner "$programs/pg_ctl" start -s -w -D "$folder/data" -l "$folder/data/log" -o "-c listen_addresses='' \
    -c unix_socket_directories=$folder -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
    -c max_connections=300" >>"$folder/log" 2>&1 || { cat "$folder/data/log" >>"$folder/log"; fail "the server did not start"; }

CONTHOI_TEST_POSTGRES="postgresql:///postgres?host=$folder&user=conthoi"
export CONTHOI_TEST_POSTGRES
"$@"
