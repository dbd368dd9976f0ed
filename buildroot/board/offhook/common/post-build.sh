#!/bin/sh
# Makes the root of an image one that is only read: what is written is on the data
# partition or in memory. Buildroot calls it with the root and the board's name.
set -eu

target=$1
board=$2

for folder in etc/offhook var/lib/offhook; do
	rm -rf "${target:?}/$folder"
	mkdir -p "$target/$(dirname "$folder")"
done
ln -s /data/config "$target/etc/offhook"
ln -s /data/offhook "$target/var/lib/offhook"
mkdir -p "$target/data" "$target/boot"

# An update is for this board, and signed by whoever's certificate is given.
sed -i "s/@BOARD@/$board/" "$target/etc/rauc/system.conf"
case $board in
qemu*) sed -i 's/@DISK@/vda/; s/^bootloader=.*/bootloader=noop/; /tryboot/d; /\[handlers\]/d' "$target/etc/rauc/system.conf" ;;
*) sed -i 's/@DISK@/mmcblk0p/' "$target/etc/rauc/system.conf" ;;
esac
if [ -n "${OFFHOOK_KEYRING:-}" ]; then
	install -D -m 0644 "$OFFHOOK_KEYRING" "$target/etc/rauc/keyring.pem"
elif [ ! -e "$target/etc/rauc/keyring.pem" ]; then
	echo "post-build: OFFHOOK_KEYRING names no certificate: this image takes no updates" >&2
fi

# Nobody logs in here: no getty, no password. The telephone's pages and commands over
# its own socket are how it is looked after.
if [ -e "$target/etc/inittab" ] && grep -q getty "$target/etc/inittab"; then
	echo "post-build: /etc/inittab starts a getty" >&2
	exit 1
fi
case $(sed -n 's/^root:\([^:]*\):.*/\1/p' "$target/etc/shadow") in
'*' | '!'*) ;;
*)
	echo "post-build: root has a password, or needs none" >&2
	exit 1
	;;
esac
