#!/usr/bin/env bash
# Compares the tokens of `intercom-sec jwt` with those of PyJWT (PyPI) and jose (npm), both ways.
#
#   pip install PyJWT; npm install --prefix DIR jose
#   tests/jwt_interop.sh [DIR]
#
# DIR is where jose is installed, otherwise here. A library that is absent is skipped, and told.
set -euo pipefail
cd "$(dirname "$0")/.."

jose_at=${1:-$PWD}
export INTERCOM_IDENTITY_SECRET=interop-interop-interop-interop-interop-123
tool=${INTERCOM_SEC:-target/debug/intercom-sec}
[[ -x $tool ]] || cargo build --locked --quiet

compared=0

# Signed here, read there: the same claims.
expect_claims() {
    [[ $2 == *'"user_id": "é42"'* || $2 == *'"user_id":"é42"'* ]] || {
        printf 'error: %s read other claims: %s\n' "$1" "$2" >&2
        exit 1
    }
}

# Signed there, read here: valid with this secret, refused with another.
expect_valid() {
    printf '%s\n' "$2" | "$tool" jwt verify - --quiet
    if printf '%s\n' "$2" | INTERCOM_IDENTITY_SECRET=another "$tool" jwt verify - --quiet; then
        printf 'error: a token of %s verifies with another secret\n' "$1" >&2
        exit 1
    fi
    compared=$((compared + 1))
    printf '%s: agrees both ways\n' "$1"
}

token=$("$tool" jwt sign --user-id é42 --email ada@example.com)

if python3 -c 'import jwt; jwt.encode' 2>/dev/null; then
    claims=$(TOKEN=$token python3 -c '
import json, jwt, os
secret = os.environ["INTERCOM_IDENTITY_SECRET"]
print(json.dumps(jwt.decode(os.environ["TOKEN"], secret, algorithms=["HS256"]), ensure_ascii=False))')
    expect_claims PyJWT "$claims"
    expect_valid PyJWT "$(python3 -c '
import jwt, os, time
claims = {"user_id": "é42", "exp": int(time.time()) + 600, "plan": {"seats": 3}}
print(jwt.encode(claims, os.environ["INTERCOM_IDENTITY_SECRET"], algorithm="HS256"))')"
else
    printf 'SKIPPED: PyJWT is not installed (pip install PyJWT)\n' >&2
fi

if [[ -d $jose_at/node_modules/jose ]]; then
    script=$jose_at/jwt_interop_$$.mjs
    trap 'rm -f "$script"' EXIT
    cat >"$script" <<'JS'
import { SignJWT, jwtVerify } from "jose";
const key = new TextEncoder().encode(process.env.INTERCOM_IDENTITY_SECRET);
if (process.env.TOKEN) {
  const { payload } = await jwtVerify(process.env.TOKEN, key, { algorithms: ["HS256"] });
  console.log(JSON.stringify(payload));
} else {
  const token = new SignJWT({ user_id: "é42", plan: { seats: 3 } });
  token.setProtectedHeader({ alg: "HS256" }).setIssuedAt().setExpirationTime("10m");
  console.log(await token.sign(key));
}
JS
    expect_claims jose "$(TOKEN=$token node "$script")"
    expect_valid jose "$(node "$script")"
else
    printf 'SKIPPED: jose is not installed in %s (npm install --prefix DIR jose)\n' "$jose_at" >&2
fi

((compared > 0)) || {
    printf 'error: nothing was compared\n' >&2
    exit 1
}
