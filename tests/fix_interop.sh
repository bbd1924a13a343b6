#!/usr/bin/env bash
# Runs the code that `verify-webhook --fix` prints, in the frameworks themselves, and posts deliveries
# to it: right ones have to be taken, and wrong ones refused.
#
#   npm install --prefix DIR express; pip install flask
#   apt-get install ruby-actionpack ruby-railties php-cli php-laravel-framework
#   tests/fix_interop.sh [DIR]
#
# DIR is where express is installed, otherwise here. A framework that is absent is skipped, and told.
# axum is built from crates.io, which takes minutes: only with AXUM=1.
set -euo pipefail
cd "$(dirname "$0")/.."

express_at=$(realpath "${1:-$PWD}")
tool=${INTERCOM_SEC:-target/debug/intercom-sec}
[[ -x $tool ]] || cargo build --locked --quiet
tool=$(realpath "$tool")
export INTERCOM_WEBHOOK_SECRET=a-client-secret INTERCOM_FIN_WEBHOOK_SECRET=a-fin-secret

work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
printf '%s' '{"type":"notification_event","id":"notif_1","topic":"ping","data":{"t":"é <b>&amp;</b> / 🙂"}}' >"$work/body.json"
tried=0

# The code for a framework and a signature.
code() {
    local value
    value=$("$tool" sign-webhook "$work/body.json" --scheme "$2")
    "$tool" verify-webhook "$work/body.json" --signature "${value#*: }" --fix "$1" --format json |
        node -e 'process.stdout.write(JSON.parse(require("fs").readFileSync(0)).fix.code)'
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Deliveries to the server that was started, then its end.
check() {
    local name=$1 scheme=$2 port=$3 url="http://127.0.0.1:$3/webhook" try status header
    for try in {1..150}; do
        curl -s -o /dev/null "http://127.0.0.1:$port/" && break
        kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
        sleep 0.2
    done
    # As the tool makes it, and as curl posts it.
    "$tool" sign-webhook --topic conversation.user.created --scheme "$scheme" --send-to "$url" --quiet ||
        { printf 'error: %s refuses a right delivery (%s)\n' "$name" "$scheme" >&2; cat "$work/log" >&2; exit 1; }
    header=$("$tool" sign-webhook "$work/body.json" --scheme "$scheme")
    for case in "200 body.json $header" "401 other.json $header" "401 body.json X-None: 1" \
        "401 body.json ${header%?????}00000" "401 body.json ${header%%:*}: " "401 empty $header"; do
        set -- $case
        printf '%s\n' '{"another":"body"}' >"$work/other.json"
        : >"$work/empty"
        status=$(curl -s -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' \
            -H "${*:3}" --data-binary "@$work/$2" "$url")
        [[ $status == "$1" ]] || {
            printf 'error: %s answers %s where %s belongs (%s, %s)\n' "$name" "$status" "$1" "$scheme" "${*:2:2}" >&2
            cat "$work/log" >&2
            exit 1
        }
    done
    kill "$server" && wait "$server" 2>/dev/null || true
    server=
    tried=$((tried + 1))
    printf '%s, %s: takes right deliveries and refuses wrong ones\n' "$name" "$scheme"
}

skip() { printf 'SKIPPED: %s is not installed\n' "$1" >&2; }

die() {
    printf 'error: %s\n' "$*" >&2
    cat "$work"/log "$work"/out >&2
    exit 1
}

wait_for_port() {
    local try
    for try in {1..150}; do
        curl -s -o /dev/null "http://127.0.0.1:$1/" && return
        sleep 0.2
    done
    die 'the server does not start'
}

# The case of docs/webhooks.md: an Express server that refuses every delivery, solved in three
# commands, and
# the code that comes of it as the target of `listen --forward-to`.
three_commands() {
    local port hook
    port=$(free_port)
    cat >"$work/wrong.js" <<JS
const crypto = require("node:crypto"), express = require("express"), fs = require("node:fs");
const app = express();
app.use(express.json());
app.post("/webhook", (req, res) => {
  const body = JSON.stringify(req.body, null, 2);
  fs.writeFileSync("$work/logged-body.json", body);
  fs.writeFileSync("$work/logged-signature", req.get("X-Hub-Signature"));
  const hmac = crypto.createHmac("sha1", process.env.INTERCOM_WEBHOOK_SECRET).update(body);
  if (req.get("X-Hub-Signature") !== "sha1=" + hmac.digest("hex")) return res.sendStatus(401);
  res.json({ received: true });
});
app.listen($port, "127.0.0.1");
JS
    : >"$work/out"
    NODE_PATH=$express_at/node_modules node "$work/wrong.js" >"$work/log" 2>&1 &
    server=$!
    wait_for_port "$port"
    local logged=() status=0
    "$tool" sign-webhook --topic conversation.user.created --send-to "http://localhost:$port/webhook" >"$work/out" 2>&1 || status=$?
    [[ $status == 1 ]] && grep -q 'refused: the endpoint answered 401' "$work/out" || die 'the first command'
    kill "$server" && wait "$server" 2>/dev/null || true
    logged=("$work/logged-body.json" --signature "$(<"$work/logged-signature")")
    status=0
    "$tool" verify-webhook "${logged[@]}" >"$work/out" 2>&1 || status=$?
    [[ $status == 1 ]] && grep -q 'parsed and serialised again, as by JSON.stringify' "$work/out" || die 'the second command'
    "$tool" verify-webhook "${logged[@]}" --fix express 2>"$work/out" |
        sed 1d | sed "s/listen(3000)/listen($port, \"127.0.0.1\")/" >"$work/right.js" || true
    NODE_PATH=$express_at/node_modules node "$work/right.js" >"$work/log" 2>&1 &
    server=$!
    wait_for_port "$port"
    "$tool" sign-webhook --topic conversation.user.created --send-to "http://localhost:$port/webhook" --quiet || die 'the third command'

    hook=$(free_port)
    "$tool" listen --port "$hook" --forward-to "http://127.0.0.1:$port/webhook" --exit-after 1 >"$work/out" 2>&1 &
    local listener=$!
    wait_for_port "$hook"
    "$tool" sign-webhook --topic ping --send-to "http://127.0.0.1:$hook/" --quiet || die 'listen refuses'
    wait "$listener" || die 'listen --forward-to'
    grep -q 'forwarded .*answered 200' "$work/out" || die 'the handler refuses what listen forwards'
    kill "$server" && wait "$server" 2>/dev/null || true
    server=
    printf 'Express: the case of docs/webhooks.md is solved in three commands; the code takes what listen forwards\n'
}

[[ ! -d $express_at/node_modules/express ]] || three_commands

for scheme in hub body fin; do
    if [[ -d $express_at/node_modules/express ]]; then
        port=$(free_port)
        code express "$scheme" | sed "s/listen(3000)/listen($port, \"127.0.0.1\")/" >"$work/express.js"
        NODE_PATH=$express_at/node_modules node "$work/express.js" >"$work/log" 2>&1 &
        server=$!
        check Express "$scheme" "$port"
    else
        skip Express
    fi

    if python3 -c 'import flask' 2>/dev/null; then
        port=$(free_port)
        code flask "$scheme" >"$work/hook.py"
        (cd "$work" && exec python3 -m flask --app hook run --port "$port") >"$work/log" 2>&1 &
        server=$!
        check Flask "$scheme" "$port"
    else
        skip Flask
    fi

    if ruby -e 'require "action_controller/railtie"; require "rack"; require "webrick"' 2>/dev/null; then
        port=$(free_port)
        {
            printf '%s\n' 'require "action_controller/railtie"' 'require "rack"' 'require "webrick"'
            code rails "$scheme"
            cat <<'RUBY'
class Hook < Rails::Application
  config.eager_load = false
  config.secret_key_base = "not-a-secret-of-anyone"
  config.hosts.clear
  config.logger = Logger.new($stderr)
end
Hook.initialize!
Hook.routes.draw { post "/webhook", to: "webhooks#create" }
Rack::Handler::WEBrick.run(Hook, Host: "127.0.0.1", Port: ARGV.fetch(0).to_i)
RUBY
        } >"$work/hook.rb"
        RAILS_ENV=production ruby "$work/hook.rb" "$port" >"$work/log" 2>&1 &
        server=$!
        check Rails "$scheme" "$port"
    else
        skip 'Rails (actionpack, railties, webrick)'
    fi

    if php -r 'exit(is_file("/usr/share/php/Illuminate/Foundation/Application.php") ? 0 : 1);' 2>/dev/null; then
        port=$(free_port)
        code laravel "$scheme" >"$work/routes.php"
        cat >"$work/index.php" <<'PHP'
<?php
error_reporting(E_ALL & ~E_DEPRECATED);
require 'Illuminate/autoload.php';
require_once 'Illuminate/Foundation/helpers.php';
use Illuminate\Support\Facades\Facade;
$app = new Illuminate\Foundation\Application(__DIR__);
Facade::setFacadeApplication($app);
$name = strpos(file_get_contents(__DIR__ . '/routes.php'), 'INTERCOM_FIN') ? 'INTERCOM_FIN_WEBHOOK_SECRET' : 'INTERCOM_WEBHOOK_SECRET';
$app->instance('config', new Illuminate\Config\Repository(
    ['services' => ['intercom' => ['webhook_secret' => getenv($name)]]]));
$request = Illuminate\Http\Request::capture();
$app->instance('request', $request);
$app->singleton(Illuminate\Contracts\Routing\ResponseFactory::class, fn ($app) =>
    new class($app['redirect'] ?? null) extends Illuminate\Routing\ResponseFactory {
        public function __construct() {}
    });
require __DIR__ . '/routes.php';
try {
    $app['router']->dispatch($request)->send();
} catch (Symfony\Component\HttpKernel\Exception\HttpException $error) {
    http_response_code($error->getStatusCode());
}
PHP
        php -S "127.0.0.1:$port" "$work/index.php" >"$work/log" 2>&1 &
        server=$!
        check Laravel "$scheme" "$port"
    else
        skip 'Laravel (php-laravel-framework)'
    fi

    if [[ ${AXUM:-} == 1 ]]; then
        port=$(free_port)
        mkdir -p "$work/axum/src"
        [[ $scheme == hub ]] && hash=sha1 || hash=sha2
        cat >"$work/axum/Cargo.toml" <<TOML
[package]
name = "hook"
version = "0.1.0"
edition = "2024"
[dependencies]
axum = "0.8"
hex = "0.4"
hmac = "0.13"
serde_json = "1"
$hash = "0.11"
tokio = { version = "1", features = ["macros", "net", "rt"] }
[workspace]
TOML
        {
            code axum "$scheme"
            cat <<'RUST'
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let port = std::env::args().nth(1).unwrap();
    let app = axum::Router::new().route("/webhook", axum::routing::post(webhook));
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
RUST
        } >"$work/axum/src/main.rs"
        (cd "$work/axum" && CARGO_TARGET_DIR=${AXUM_TARGET:-$work/target} cargo build --quiet)
        "${AXUM_TARGET:-$work/target}/debug/hook" "$port" >"$work/log" 2>&1 &
        server=$!
        check axum "$scheme" "$port"
    else
        skip 'axum (AXUM=1 builds it)'
    fi
done

((tried > 0)) || {
    printf 'error: nothing was tried\n' >&2
    exit 1
}
