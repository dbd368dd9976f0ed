#!/bin/bash
# Makes disk.img of what Buildroot has built, and says how it is started.
set -euo pipefail

binaries=${1:-$BINARIES_DIR}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/empty"
genimage --rootpath "$work/empty" --tmppath "$work/tmp" --inputpath "$binaries" --outputpath "$binaries" --config "$here/genimage.cfg"
cat >"$binaries/start-qemu.sh" <<-'S'
	#!/bin/sh
	cd "$(dirname "$0")" || exit
	exec qemu-system-aarch64 -M virt -cpu cortex-a53 -m 256 -nographic -kernel Image \
		-append "root=/dev/vda5 rootfstype=squashfs ro console=ttyAMA0" \
		-drive file=disk.img,if=none,format=raw,id=disk -device virtio-blk-device,drive=disk \
		-netdev user,id=net -device virtio-net-device,netdev=net "$@"
S
chmod +x "$binaries/start-qemu.sh"
