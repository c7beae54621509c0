#!/bin/sh
# Installs what some tests need and pip does not bring: Chromium (browser tests) and PostgreSQL 15
# (the oldest supported server). Debian only, as root or with sudo; elsewhere those tests are skipped
# with a reason that says what is missing.
set -u
wanted=""
command -v chromium >/dev/null 2>&1 || wanted="$wanted chromium"
[ -x /usr/lib/postgresql/15/bin/postgres ] || wanted="$wanted postgresql-15"
[ -z "$wanted" ] && exit 0
if ! command -v apt-get >/dev/null 2>&1; then
    echo "Not Debian: install$wanted by hand to run every test."
    exit 0
fi
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || { echo "Install$wanted to run every test."; exit 0; }
    as_root="sudo -n"
fi
echo "Installing$wanted for the tests."
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq >/dev/null 2>&1
# shellcheck disable=SC2086
$as_root apt-get install -y -qq --no-install-recommends $wanted >/dev/null 2>&1 ||
    echo "They could not be installed; the tests that need them are skipped."
exit 0
