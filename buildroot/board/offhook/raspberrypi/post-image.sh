#!/bin/bash
# Makes sdcard.img of what Buildroot has built. Buildroot calls it with the folder of
# the binaries; genimage, dtc and the others are the host's.
set -euo pipefail

binaries=${1:-$BINARIES_DIR}
here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$binaries/overlays"
mkdir -p "$binaries/overlays"
cp "$here/autoboot.txt" "$binaries/"
sed 's/@ROOT@/5/' "$here/cmdline.txt" >"$binaries/cmdline-a.txt"
sed 's/@ROOT@/6/' "$here/cmdline.txt" >"$binaries/cmdline-b.txt"
if [ -d "$binaries/rpi-firmware/overlays" ]; then
	cp "$binaries"/rpi-firmware/overlays/* "$binaries/overlays/"
fi
for source in "$here"/../overlays/*.dts; do
	name=$(basename "$source" .dts)
	dtc -@ -q -I dts -O dtb -o "$binaries/overlays/$name.dtbo" "$source"
done

# The oldest boards' first stage looks on the first partition only.
first=(autoboot.txt)
boot=()
for file in "$binaries"/*.dtb "$binaries"/rpi-firmware/*; do
	[ -f "$file" ] || continue
	case $file in
	*/bootcode.bin) first+=("${file#"$binaries"/}") ;;
	*/cmdline.txt) ;; # each system has its own
	*) boot+=("${file#"$binaries"/}") ;;
	esac
done
boot+=("$(sed -n 's/^kernel=//p' "$binaries/rpi-firmware/config.txt")")

lines() { printf '\\t\\t\\t"%s",\\n' "$@"; }
sed "s|#FIRST_FILES#|$(lines "${first[@]}")|; s|#BOOT_FILES#|$(lines "${boot[@]}")|" \
	"$here/genimage.cfg.in" >"$binaries/genimage.cfg"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/empty"
genimage --rootpath "$work/empty" --tmppath "$work/tmp" --inputpath "$binaries" --outputpath "$binaries" \
	--config "$binaries/genimage.cfg"
