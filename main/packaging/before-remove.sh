#!/bin/sh
# The app ends in order, so that the others know and what it runs ends with it. An upgrade lets it go on.
[ "$1" = remove ] || exit 0
app=/opt/Mycelium/mycelium-app

# Its windows and helpers run the same program, and end with it.
mains() {
  for exe in /proc/[0-9]*/exe; do
    # One that an upgrade has let go on runs what is no longer there.
    case $(readlink "$exe" 2>/dev/null) in
      "$app" | "$app (deleted)") ;;
      *) continue ;;
    esac
    folder=$(dirname "$exe")
    tr '\0' '\n' <"$folder/cmdline" 2>/dev/null | grep -q '^--type=' || basename "$folder"
  done
}

running=$(mains)
[ -n "$running" ] || exit 0
echo "Mycelium runs. It is asked to end, with what it runs; that takes up to a minute."
kill -TERM $running 2>/dev/null
waited=0
while [ -n "$(mains)" ] && [ "$waited" -lt 60 ]; do
  sleep 1
  waited=$((waited + 1))
done
still=$(mains)
[ -z "$still" ] || echo "It goes on (process $still). What it runs goes on too, until it ends."
exit 0
