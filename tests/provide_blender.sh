#!/usr/bin/env bash
# Provides a real Blender 4.3.2 on a Debian or Ubuntu machine (run as root): Debian 13's, in a folder of its own.
#   tests/provide_blender.sh FOLDER     prints the path of a `blender` command, for PATH or OVERPAINT_BLENDER
# The command sees the machine's files at their usual paths and leaves no mount behind. A folder that holds a Blender
# already is taken as it is. Exit code 69: this machine cannot have one (the reason is the last line).
set -euo pipefail

[ $# = 1 ] || { echo "usage: provide_blender.sh FOLDER" >&2; exit 2; }
folder=$(realpath -m "$1")
root="$folder/root"
blender="$folder/bin/blender"

say() { echo "provide_blender: $*" >&2; }
give_up() { say "$*"; exit 69; }

install_tools() {
    local tools=()
    command -v debootstrap >/dev/null || tools+=(debootstrap)
    [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || tools+=(debian-archive-keyring)
    [ ${#tools[@]} -eq 0 ] && return
    say "installing ${tools[*]}"
    { apt-get -qq update && apt-get -qq install -y --no-install-recommends "${tools[@]}"; } \
        >"$folder/tools.log" 2>&1 </dev/null || give_up "apt-get could not install ${tools[*]}: see $folder/tools.log"
}

unpack() {
    say "unpacking Debian 13 with Blender into $root (1.5 GB, about 2 minutes)"
    rm -rf "$root" && mkdir -p "$root"
    debootstrap --variant=minbase trixie "$root" >"$folder/debootstrap.log" 2>&1 </dev/null \
        || give_up "debootstrap failed: see $folder/debootstrap.log"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    for file in /etc/apt/apt.conf.d/*proxy* /etc/apt/apt.conf; do
        if [ -e "$file" ]; then cp "$file" "$root/etc/apt/apt.conf.d/"; fi
    done
    { chroot "$root" apt-get -qq update \
        && chroot "$root" apt-get -qq install -y --no-install-recommends blender python3-numpy libgl1-mesa-dri libglx-mesa0 libegl1; } \
        >"$folder/install.log" 2>&1 </dev/null || give_up "apt-get could not install Blender: see $folder/install.log"
    rm -rf "$root/var/cache/apt/archives"/*.deb
}

# The command: in a mount namespace that ends with it, every folder of the machine that Debian does not own itself
# appears inside Debian 13, and Blender starts there in the folder it was called from.
write_command() {
    mkdir -p "$(dirname "$blender")"
    cat >"$blender.new" <<'COMMAND'
#!/bin/sh
exec unshare --mount --propagation private /bin/sh -c '
    root=$1; here=$2; shift 2
    for path in /* /usr/local; do
        case "$path" in
            /bin | /sbin | /lib* | /usr | /etc | /var | /boot | /lost+found) continue ;;
        esac
        if [ -d "$path" ]; then mkdir -p "$root$path" && mount --rbind "$path" "$root$path"; fi
    done
    exec chroot "$root" /bin/sh -c "cd \"\$0\" && exec /usr/bin/blender \"\$@\"" "$here" "$@"
' sh "$(dirname "$(dirname "$(realpath "$0")")")/root" "$(pwd)" "$@"
COMMAND
    chmod +x "$blender.new" && mv "$blender.new" "$blender"
}

[ "$(id -u)" = 0 ] || give_up "needs root: neither debootstrap nor chroot works without it"
command -v apt-get >/dev/null || give_up "needs a Debian or Ubuntu machine: there is no apt-get here"
unshare --mount true 2>/dev/null || give_up "needs to mount folders, and this machine (a locked container?) refuses it"

mkdir -p "$folder"
if [ ! -e "$folder/complete" ]; then
    export DEBIAN_FRONTEND=noninteractive
    install_tools
    unpack
fi
ln -sf ../proc/self/mounts "$root/etc/mtab" # Blender reads it at start
write_command
"$blender" --version </dev/null | head -n 1 >&2 || give_up "the Blender in $folder does not start"
touch "$folder/complete"
echo "$blender"
