#!/usr/bin/env bash
# Builds the tests and runs those that a filter chooses; the last line is "N passed, N failed, N skipped".
#
#   Smtpd.Tests/run.sh 'TestCategory!=Torture'
#   Smtpd.Tests/run.sh 'FullyQualifiedName~Blackbox.CommandLine'
#
# Exit status: that of the tests; 8 when the filter chose none.
set -uo pipefail
cd "$(dirname "$0")/.."

filter=${1:?usage: Smtpd.Tests/run.sh FILTER}
mkdir -p build
log=build/tests.log

# --- what the tests drive the server with ---------------------------------------------------------------------------------

PATH=$PATH:/usr/sbin:/sbin
needed=()
need() { command -v "$1" >/dev/null || needed+=("$2"); }
need gcc gcc
need curl curl
need swaks swaks
perl -MNet::SSLeay -e1 2>/dev/null || needed+=(libnet-ssleay-perl)
need chromium chromium
need strace strace
need python3 python3
need openssl openssl
need smtp-source postfix
need nginx nginx
need haproxy haproxy
[ -e /usr/lib/nginx/modules/ngx_mail_module.so ] || needed+=(libnginx-mod-mail)
need ps procps
need node nodejs
need npm npm
/usr/bin/python3 -c 'import bson, gridfs, pymongo, mongomock' 2>/dev/null || needed+=(python3-bson python3-gridfs python3-pymongo python3-mongomock)
[ -e /usr/include/stdio.h ] || needed+=(libc6-dev)
[ -e /usr/share/unicode/UnicodeData.txt ] || needed+=(unicode-data)

if [ "${#needed[@]}" -gt 0 ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "the tests need these packages: ${needed[*]}
On Debian and Ubuntu:  sudo apt-get install ${needed[*]}" >&2
        echo "0 passed, 0 failed, 0 skipped"
        exit 1
    fi
    echo "installing ${needed[*]}"
    export DEBIAN_FRONTEND=noninteractive
    {
        apt-get -qq update
        # Postfix is here for its load generator alone: no configuration, no running server.
        echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
        apt-get -qq install -y --no-install-recommends "${needed[@]}"
    } >build/test-packages.log 2>&1 || {
        tail -n 30 build/test-packages.log >&2
        echo "the packages could not be installed" >&2
        echo "0 passed, 0 failed, 0 skipped"
        exit 1
    }
fi

# --- the tests ------------------------------------------------------------------------------------------------------------

# Tests open hundreds of connections.
ulimit -n "$(ulimit -Hn)" 2>/dev/null || true

# As in build.sh: without ICU's libraries dotnet must be told that none are wanted.
ldconfig -p 2>/dev/null | grep -q libicuuc || export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1

# The locked restore is the same for everybody on x64; others resolve their own.
locked=()
[ "$(uname -m)" = x86_64 ] && [ -z "${SMTPD_FRAMEWORK:-}" ] && locked=(-p:RestoreLockedMode=true)
dotnet build Smtpd.Tests/Smtpd.Tests.csproj --nologo -v quiet -c Release ${locked[@]+"${locked[@]}"} >build/tests-build.log 2>&1 \
    || { grep -E 'error' build/tests-build.log | sort -u | head -n 40; echo "the tests do not build" >&2; echo "0 passed, 0 failed, 0 skipped"; exit 1; }

tests=Smtpd.Tests/bin/Release/net10.0/Smtpd.Tests
"$tests" --no-ansi --progress off --show-slowest-tests 10 --filter "$filter" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}

# What failed, again, below the summary: whoever sees only the end of the output must see this.
awk '/^failed / { on = 1; lines = 0; print "" }
     /^(passed|skipped) / || /^[^ ]/ && !/^failed / { on = 0 }
     on && lines++ < 25 { print substr($0, 1, 400) }' "$log"

# The runner's summary: "  succeeded: 8" and so on, at the end.
count() { grep -E "^  $1: [0-9]+$" "$log" | tail -n 1 | grep -oE '[0-9]+'; }
passed=$(count succeeded) failed=$(count failed) skipped=$(count skipped)
if [ -z "$passed" ] || [ -z "$failed" ] || [ -z "$skipped" ]; then
    echo "the tests ended without a summary (status $status)"
    passed=${passed:-0} failed=${failed:-0} skipped=${skipped:-0}
    [ "$status" != 0 ] || status=1
fi
[ "$failed" = 0 ] || [ "$status" != 0 ] || status=2
[ $((passed + failed)) -gt 0 ] || [ "$status" != 0 ] || status=8
echo "$passed passed, $failed failed, $skipped skipped"
exit "$status"
