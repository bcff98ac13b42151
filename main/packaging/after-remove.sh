#!/bin/bash

# Delete the link to the binary
# update-alternatives --remove <name> <path>: 'path' must be the registered alternative binary,
# not the generic symlink — see https://man7.org/linux/man-pages/man1/update-alternatives.1.html
if type update-alternatives >/dev/null 2>&1; then
    update-alternatives --remove '${executable}' '/opt/${sanitizedProductName}/${executable}'
else
    rm -f '/usr/bin/${executable}'
fi

APPARMOR_PROFILE_DEST='/etc/apparmor.d/${executable}'

# Remove and unload apparmor profile.
if [ -f "$APPARMOR_PROFILE_DEST" ]; then
  # Unload the profile from the running kernel before deleting the file so the
  # policy is not left enforced until the next reboot.  Mirror the chroot guard
  # used in the after-install script — live AppArmor operations are not
  # meaningful inside a chroot.
  # https://wiki.debian.org/AppArmor/HowToUse
  if apparmor_status --enabled > /dev/null 2>&1; then
    if ! { [ -x '/usr/bin/ischroot' ] && /usr/bin/ischroot; } && hash apparmor_parser 2>/dev/null; then
      apparmor_parser --remove "$APPARMOR_PROFILE_DEST" || true
    fi
  fi
  rm -f "$APPARMOR_PROFILE_DEST"
fi

# The above is electron-builder's own, which a script in its place has to do. A package takes nothing out of
# people's homes: what stays is named.
[ "$1" = remove ] || [ "$1" = purge ] || exit 0
homes=$(getent passwd | cut -d: -f6 | sort -u | while read -r folder; do
  [ -d "$folder/.mycelium" ] && du -sh "$folder/.mycelium" 2>/dev/null
done)
count() {
  timeout 10 docker "$@" --filter label=org.mycelium.node 2>/dev/null | wc -l
}
containers=0
volumes=0
if hash docker 2>/dev/null; then
  containers=$(count ps --all --quiet)
  volumes=$(count volume ls --quiet)
fi
if [ -n "$homes" ] || [ "$containers" -gt 0 ] || [ "$volumes" -gt 0 ]; then
  echo "Of Mycelium there stay on this computer:"
  [ -z "$homes" ] || echo "$homes" | sed 's/^/  /'
  [ "$containers" -eq 0 ] || echo "  $containers containers"
  [ "$volumes" -eq 0 ] || echo "  $volumes volumes with data of workloads"
  echo "To take it all off, but data for 30 days: install the package again and run, as whose home it is, mycelium uninstall"
  echo "(or from elsewhere: docs/OPERATING.md, Removing it all)"
fi
exit 0
