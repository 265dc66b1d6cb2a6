#!/bin/sh
# Every route under schemathesis, from the OpenAPI document: benches/schemathesis.sh CONTHOI [OPTION…]
#
# Serves Sóc Trăng with a synthetic week and a planned day from a temporary folder, and runs schemathesis from a virtual
# environment in target/. No answer may be a 5xx, and each must be as the document has it. Streams, which do not end, are left
# out. Further options go to schemathesis.
set -eu

conthoi=$(realpath "$1")
shift
root=$(cd "$(dirname "$0")/.." && pwd)
venv="$root/target/schemathesis-venv"
if [ ! -x "$venv/bin/schemathesis" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check 'schemathesis>=4,<5'
fi

folder=$(mktemp -d)
server=
stop() {
    status=$?
    trap - EXIT
    if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
    rm -rf "$folder"
    exit "$status"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

cd "$folder"
"$conthoi" import >/dev/null
"$conthoi" simulate --from 2019-06-07 --to 2019-06-14 --seed 1 >/dev/null
"$conthoi" plan --date 2019-06-14 >/dev/null
: >serve.log
link=$("$conthoi" account add tester --role admin | grep -o '/[a-z]*/[A-Za-z0-9_-]*$')
"$conthoi" serve --port 0 --solve-seconds-max 1 --log warn 2>serve.log &
server=$!
url=
for _ in $(seq 1 100); do
    url=$(sed -n 's|.*Serving on \(http://[^/ ]*\).*|\1|p' serve.log)
    if [ -n "$url" ]; then break; fi
    sleep 0.1
done
if [ -z "$url" ]; then
    cat serve.log >&2
    echo "schemathesis: the server did not start" >&2
    exit 1
fi

password=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
curl --silent --fail --output /dev/null --data "new=$password&again=$password" "$url$link"
export SCHEMATHESIS_HOOKS="$root/benches/schemathesis_hooks.py"
failed=0

# Each part has a session of its own: changing the tester's own account ends it, as logging out would.
part() {
    cookie=$(curl --silent --fail --output /dev/null --dump-header - --header 'content-type: application/json' \
        --data "{\"name\":\"tester\",\"password\":\"$password\"}" "$url/v1/login" |
        sed -n 's/^set-cookie: \([^;]*\).*/\1/pI')
    if [ -z "$cookie" ]; then
        echo "schemathesis: the tester could not come in" >&2
        exit 1
    fi
    # As a header alone the cookie would give way to made-up ones where those are what is varied.
    printf '[auth.openapi.session]\napi_key = "%s"\n' "${cookie#*=}" >schemathesis.toml
    "$venv/bin/schemathesis" --config-file schemathesis.toml run "$url/openapi.json" \
        --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance \
        --request-timeout 30 --no-color "$@" || failed=1
    # Answers to somebody unknown would prove little.
    if ! curl --silent --fail --output /dev/null --header "Cookie: $cookie" "$url/v1/sites"; then
        echo "schemathesis: the tester's session ended on the way" >&2
        failed=1
    fi
}

part --exclude-path /v1/events --exclude-path /v1/logout --exclude-path '/v1/accounts/{id}' "$@"
part --include-path '/v1/accounts/{id}' "$@"
exit "$failed"
