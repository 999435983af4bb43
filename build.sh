#!/usr/bin/env bash
# Builds dist/smtpd, one stripped file that needs nothing but glibc, and checks that it is that.
#
#   ./build.sh                          the native packages are installed when this may (root and apt-get), else named
#   SMTPD_FRAMEWORK=net10.0 ./build.sh  for another target framework
#   SMTPD_MAX_GLIBC=2.34 ./build.sh     fails if the file needs a newer glibc (it does when built on a newer distribution)
#
# Debug symbols go to build/symbols/smtpd.dbg, the log of the compiler to build/publish.log. Git ignores both.
set -euo pipefail
cd "$(dirname "$0")"

readonly max_bytes=25000000
readonly log=build/publish.log

fail() { printf 'build.sh: %s\n' "$*" >&2; exit 1; }

# --- what is needed -------------------------------------------------------------------------------------------------------

missing_packages() {
    # The Native AOT compiler links with clang where there is one, else with gcc.
    command -v gcc >/dev/null || command -v clang >/dev/null || echo gcc
    [ -e /usr/include/stdio.h ] || echo libc6-dev
    command -v cmake >/dev/null || echo cmake
    command -v make >/dev/null || echo make
    command -v objdump >/dev/null || echo binutils
    [ -e "$(library libssl.a)" ] && [ -e /usr/include/openssl/ssl.h ] || echo libssl-dev
    [ -e "$(library libsqlite3.a)" ] || echo libsqlite3-dev
}

# Where the distribution keeps a static library: /usr/lib/x86_64-linux-gnu/NAME on Debian.
library() {
    local folder
    folder=$(gcc -print-multiarch 2>/dev/null || true)
    for folder in ${folder:+"/usr/lib/$folder"} "/usr/lib/$(uname -m)-linux-gnu" /usr/lib64 /usr/lib; do
        [ -e "$folder/$1" ] && { echo "$folder/$1"; return; }
    done
    echo "/usr/lib/$1"
}

install_missing() {
    local packages
    packages=$(missing_packages | tr ' ' '\n' | sort -u | tr '\n' ' ')
    [ -n "${packages// /}" ] || return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "installing $packages"
        export DEBIAN_FRONTEND=noninteractive
        # shellcheck disable=SC2086  # the list is meant to be split
        { apt-get -qq update && apt-get -qq install -y --no-install-recommends $packages; } >build/packages.log 2>&1 \
            || { tail -n 20 build/packages.log >&2; fail "the packages could not be installed: $packages"; }
        packages=$(missing_packages | tr '\n' ' ')
        [ -z "${packages// /}" ] || fail "still missing after the installation: $packages"
    else
        fail "these packages are missing: $packages
On Debian and Ubuntu:  sudo apt-get install $packages
Elsewhere: a C compiler, cmake, make, binutils, and the static libraries and headers of OpenSSL 3 and SQLite 3."
    fi
}

check_sdk() {
    # Without ICU's libraries dotnet does not start unless it is told that none are wanted.
    ldconfig -p 2>/dev/null | grep -q libicuuc || export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
    command -v dotnet >/dev/null || fail "dotnet is missing: install the .NET SDK 10 and put it on the PATH"
    local version
    version=$(dotnet --version 2>/dev/null) || fail "the .NET SDK 10 is missing; installed: $(dotnet --list-sdks | cut -d' ' -f1 | tr '\n' ' ')"
    case $version in
        10.*) ;;
        *) fail "the .NET SDK 10 is needed, not $version" ;;
    esac
}

# --- building -------------------------------------------------------------------------------------------------------------

publish() {
    local rid
    case $(uname -m) in
        x86_64) rid=linux-x64 ;;
        aarch64) rid=linux-arm64 ;;
        *) fail "no Native AOT compiler is known for $(uname -m)" ;;
    esac

    # The lock file that is committed was made for x64 and the default framework.
    local -a locked=()
    [ "$rid" = linux-x64 ] && [ -z "${SMTPD_FRAMEWORK:-}" ] && locked=(-p:RestoreLockedMode=true)

    SMTPD_SQLITE_LIBRARY=$(library libsqlite3.a)
    export SMTPD_SQLITE_LIBRARY

    rm -rf build/publish
    dotnet publish Smtpd/Smtpd.csproj --nologo -c Release -r "$rid" -o build/publish ${locked[@]+"${locked[@]}"} >"$log" 2>&1 \
        || { grep -E '(error|warning) [A-Z]+[0-9]+|error:' "$log" | sort -u | head -n 30 >&2 || tail -n 30 "$log" >&2
             fail "dotnet publish failed; the whole log is $log"; }
    # Warnings are errors already; this is for those that come without a number that MSBuild could turn into one.
    if grep -E ': (Trim analysis |AOT analysis )?warning (IL|CS|CA|NU|NETSDK)[0-9]+' "$log" >&2; then
        fail "the compiler warned"
    fi
}

# --- what came of it ------------------------------------------------------------------------------------------------------

verify() {
    local file=$1 bytes foreign glibc
    bytes=$(stat -c %s "$file")
    [ "$bytes" -le "$max_bytes" ] || fail "$file has $bytes octets, more than $max_bytes"

    foreign=$(ldd "$file" | awk '{print $1}' | grep -vE '^(linux-vdso|/lib.*/ld-linux|/lib64/ld-linux|libc\.so|libm\.so|libpthread\.so|libdl\.so|librt\.so)' || true)
    [ -z "$foreign" ] || fail "$file needs more than glibc:" $foreign

    glibc=$(objdump -T "$file" | grep -oE 'GLIBC_[0-9.]+' | sed 's/GLIBC_//' | sort -V | tail -n 1)
    [ -n "$glibc" ] || fail "$file names no version of glibc: is it a dynamic executable?"
    if [ -n "${SMTPD_MAX_GLIBC:-}" ] && [ "$(printf '%s\n%s\n' "$glibc" "$SMTPD_MAX_GLIBC" | sort -V | tail -n 1)" != "$SMTPD_MAX_GLIBC" ]; then
        fail "$file needs glibc $glibc, newer than $SMTPD_MAX_GLIBC"
    fi
    if objdump -h "$file" | grep -q '\.debug_info'; then fail "$file is not stripped"; fi
    echo "dist/smtpd: $((bytes / 1000000)).$((bytes / 100000 % 10)) MB, needs glibc $glibc or newer and nothing else"
}

mkdir -p build/symbols dist
check_sdk
install_missing
publish
verify build/publish/smtpd
mv -f build/publish/smtpd.dbg build/symbols/smtpd.dbg
mv -f build/publish/smtpd dist/smtpd
