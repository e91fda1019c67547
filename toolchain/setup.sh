#!/bin/bash
# setup.sh DIR: installs an sBPF compiler in DIR from Debian packages and Cargo's registry alone.
#
# Nothing on the system changes, and DIR may be moved afterwards. What each part is for: README.md in this folder.
# `cargo xtask build` calls this when cargo-build-sbf is not on PATH; it may also be run by hand.
#
#   BALLAST_DEB_CACHE   a folder with the packages of debian.sha256; without it apt fetches them from Debian sid
#   BALLAST_DEB_MIRROR  the Debian mirror to use; without it the one in apt's configuration
#
# DIR then holds: root/ (the unpacked packages), library/ (the standard library's sources, patched), llvmonly/ (a folder
# with LLVM 23 and no other LLVM), bin/sbpf-linker, and versions.txt (what was installed).
set -euo pipefail

# The linker from Cargo's registry. It must be one that knows LLVM 23.
LINKER_VERSION=0.2.6
# Packages to install. Shared libraries they need are found through their dependencies.
ROOTS=(rustc cargo rust-src libstd-rust-dev libllvm23 llvm-23)

here=$(cd "$(dirname "$0")" && pwd)
step() { echo "  [$(date +%T)] $*"; }
die() {
  printf 'error: %s\n' "$@" >&2
  exit 1
}

[ $# = 1 ] || die "usage: setup.sh DIR"
mkdir -p "$1"
cd "$1"
dir=$PWD

# ---- the host ------------------------------------------------------------------------------------------------------------
missing=()
for tool in cargo cc ar python3 dpkg sha256sum awk; do
  command -v "$tool" >/dev/null || missing+=("$tool")
done
[ ${#missing[@]} = 0 ] || die "missing on this machine: ${missing[*]}" \
  "on Debian and Ubuntu: apt-get install gcc binutils python3 dpkg coreutils gawk; cargo comes from rustup" \
  "elsewhere, install Solana's own tools (cargo-build-sbf): they are used whenever they are on PATH"
arch=$(dpkg --print-architecture)
[ "$arch" = amd64 ] || die "this route was made for amd64, this machine is $arch; install Solana's own tools (cargo-build-sbf) instead"

# ---- 1: Debian packages --------------------------------------------------------------------------------------------------
# From a folder: every file of debian.sha256 with the right hash, or nothing.
from_cache() {
  local cache=$1 report
  step "1/4 Debian packages from $cache"
  if ! report=$(cd "$cache" && sha256sum --quiet -c "$here/debian.sha256" 2>&1); then
    printf '%s\n' "$report" >&2
    die "BALLAST_DEB_CACHE=$cache has not the packages of toolchain/debian.sha256 (see above)" \
      "set it to nothing (BALLAST_DEB_CACHE=) to fetch them from Debian sid"
  fi
  mkdir -p debs
  awk '{ print $2 }' "$here/debian.sha256" | while read -r deb; do ln -sf "$cache/$deb" debs/; done
}

# The mirrors in apt's configuration, whatever its format, those called "debian" first.
mirrors() {
  if [ -n "${BALLAST_DEB_MIRROR:-}" ]; then
    echo "$BALLAST_DEB_MIRROR"
  else
    apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | sort -u |
      awk '/\/debian\/?$/ { print; next } { rest[++n] = $0 } END { for (i = 1; i <= n; i++) print rest[i] }'
  fi
}

# A private apt in apt/, which knows sid only. The system's apt keeps its own lists; its proxy settings hold here too.
private_apt() {
  local tool=$1
  shift
  "$tool" -oDir::Etc::sourcelist="$dir/apt/sources.list" -oDir::Etc::sourceparts=/dev/null \
    -oDir::State::Lists="$dir/apt/lists" -oDir::Cache="$dir/apt/cache" -oAPT::Sandbox::User="$(id -un)" -qq "$@"
}

# The packages of ROOTS and the shared libraries below them, from sid's index.
closure() {
  local queue=("${ROOTS[@]}") seen=" " package dependency
  while [ ${#queue[@]} -gt 0 ]; do
    package=${queue[0]}
    queue=("${queue[@]:1}")
    case "$seen" in *" $package "*) continue ;; esac
    seen+="$package "
    echo "$package"
    for dependency in $(private_apt apt-cache show --no-all-versions "$package" |
      sed -n 's/^\(Pre-\)\?Depends: //p' | sed 's/|[^,]*//g; s/([^)]*)//g; s/:any//g; s/,/ /g'); do
      case "$dependency" in
        libstd-rust-dev) queue+=("$dependency") ;;
        *-dev | libc-gconv* | libc-bin) ;; # for compiling C, or for other character sets
        lib* | zlib1g) queue+=("$dependency") ;;
      esac
    done
  done
}

from_sid() {
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg mirror taken= package
  step "1/4 Debian packages from sid"
  command -v apt-get >/dev/null || die "no apt-get here: set BALLAST_DEB_CACHE, or install Solana's own tools (cargo-build-sbf)"
  [ -f "$keyring" ] || die "no $keyring: apt-get install debian-archive-keyring"
  mkdir -p apt/lists/partial apt/cache/archives/partial debs
  for mirror in $(mirrors); do
    echo "deb [signed-by=$keyring] $mirror sid main" >apt/sources.list
    if private_apt apt-get -oAPT::Update::Error-Mode=any update 2>apt/log; then
      taken=$mirror
      break
    fi
  done
  if [ -z "$taken" ]; then
    [ ! -s apt/log ] || cat apt/log >&2
    die "no mirror in apt's configuration serves Debian sid" \
      "set BALLAST_DEB_MIRROR to one, or BALLAST_DEB_CACHE to a folder with the packages, or install cargo-build-sbf"
  fi
  for package in "${ROOTS[@]}"; do
    [ -n "$(private_apt apt-cache show --no-all-versions "$package" 2>/dev/null)" ] ||
      die "Debian sid has no package $package any more: ROOTS in toolchain/setup.sh needs a new version" \
        "until then use a folder with the packages of toolchain/debian.sha256 as BALLAST_DEB_CACHE, or install cargo-build-sbf"
  done
  closure >apt/closure
  (cd debs && private_apt apt-get download $(cat ../apt/closure))
}

# What differs from the packages this recipe was tried with: other compilers give other bytes, though a correct program.
compare_with_tested() {
  local deb name tested
  : >versions.txt
  for deb in debs/*.deb; do
    deb=${deb##*/}
    name=${deb%%_*}
    echo "$deb" >>versions.txt
    grep -qF " $deb" "$here/debian.sha256" && continue
    tested=$(awk -v n="${name}_" 'index($2, n) == 1 { print $2 }' "$here/debian.sha256")
    step "    took $deb (tested: ${tested:-none})"
  done
}

if [ -n "${BALLAST_DEB_CACHE:-}" ]; then
  from_cache "$(cd "$BALLAST_DEB_CACHE" && pwd)"
else
  from_sid
fi
compare_with_tested
for deb in debs/*.deb; do dpkg -x "$deb" root; done
rm -rf debs apt root/usr/share/doc root/usr/share/man

# ---- 2: the linker -------------------------------------------------------------------------------------------------------
# Built with the host's cargo. It loads LLVM when it runs, so nothing of LLVM is needed here. Lightly optimised: its time is
# LLVM's.
step "2/4 sbpf-linker $LINKER_VERSION, compiled from Cargo's registry"
env -u RUSTUP_TOOLCHAIN -u RUSTFLAGS -u CARGO_ENCODED_RUSTFLAGS -u CARGO_BUILD_TARGET \
  CARGO_TARGET_DIR="$dir/build" CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
  cargo install -q sbpf-linker --version "$LINKER_VERSION" --locked --root "$dir"
rm -rf build
echo "sbpf-linker $LINKER_VERSION" >>versions.txt
libs=root/usr/lib/x86_64-linux-gnu
mkdir -p llvmonly
ln -sf "../$(echo $libs/libLLVM.so.23.*)" llvmonly/

# ---- 3: the standard library ---------------------------------------------------------------------------------------------
step "3/4 the standard library's sources, patched"
rm -rf library
cp -r root/usr/src/rustc-*/library library
python3 "$here/patch-std.py" library

# ---- 4: does it run? -----------------------------------------------------------------------------------------------------
step "4/4 trying the compiler"
export SBF_TOOLS=$dir
{
  "$here/bin/rustc" -vV
  "$here/bin/llvm23" root/usr/lib/llvm-23/bin/llvm-as --version
} >tried.txt || die "the compiler does not run; see $dir/tried.txt"
awk '/^release:/ { print "rustc " $2 } /LLVM version/ { print "llvm " $NF }' tried.txt | sort -u >>versions.txt
rm tried.txt
step "done: $(grep -E '^(rustc|llvm|sbpf-linker) ' versions.txt | paste -sd, | sed 's/,/, /g')"
