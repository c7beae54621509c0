#!/bin/sh
# Installs what some tests need and pip does not bring: Chromium (browser tests) and PostgreSQL 15
# (the oldest supported server). Debian only, as root or with sudo; elsewhere those tests are skipped
# with a reason that says what is missing. Chromium's headless shell, where Debian has it, takes half
# of the work out of the browser tests; they run on Chromium as well.
set -u
wanted=""
shell_too() {
    command -v chromium-headless-shell >/dev/null 2>&1 && return
    case "$wanted" in *headless*) return ;; esac
    apt-cache show chromium-headless-shell >/dev/null 2>&1 && wanted="$wanted chromium-headless-shell"
}
command -v chromium >/dev/null 2>&1 || wanted="$wanted chromium"
[ -x /usr/lib/postgresql/15/bin/postgres ] || wanted="$wanted postgresql-15"
shell_too
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
shell_too
# shellcheck disable=SC2086
$as_root apt-get install -y -qq --no-install-recommends $wanted >/dev/null 2>&1 ||
    echo "They could not be installed; the tests that need them are skipped."
exit 0
