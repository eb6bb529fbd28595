import { sensorPatterns } from '../meters/sensor-tree';
import { shellQuoted } from './shell-quote';

/**
 * Scripts for a board's POSIX shell. What they say begins with `@e2`, so that greetings of a login shell are told from it. Times are seconds
 * since the board's start from /proc/uptime: a clock that never jumps and that a shell reads without starting a process.
 */

/** Before /proc and /sys; empty on a real board. */
export interface BoardRoot {
  readonly root: string;
}

const common = (root: string) => `root=${shellQuoted(root)}
[ -r "$root/proc/uptime" ] || { echo "@e2 failed there is no /proc/uptime, which every Linux has"; exit; }
mark() { read -r now rest <"$root/proc/uptime"; echo "@e2 $1 $now $2"; }
hello() { read -r boot <"$root/proc/sys/kernel/random/boot_id"; mark board "$boot"; }
`;

/** Says which board it is and what its sensors' files hold. */
export function discoveryScript({ root }: BoardRoot): string {
  return `{
${common(root)}
file() {
  for path in "$@"; do
    [ -e "$path" ] || continue
    if text=$(cat "$path" 2>/dev/null); then set -f; echo "@e2 file \${path#"$root"} "$text; set +f
    elif [ ! -r "$path" ]; then echo "@e2 denied \${path#"$root"}"; fi
  done
}
hello
echo "@e2 kernel $(uname -sr 2>/dev/null)"
model=$root/proc/device-tree/model
[ -r "$model" ] && echo "@e2 hardware $(tr -d '\\000' <"$model")"
${sensorPatterns.map((pattern) => `file "$root"${pattern}`).join('\n')}
echo "@e2 done"
exit
}
`;
}

export interface LoadScript extends BoardRoot {
  /** The command of each load, as a shell takes it; `$layer_json` is the path of the layer's file. */
  readonly command: string;
  readonly layerJson: string;
  readonly repeats: number;
  /** Length of the idle windows before and after; 0 for none. */
  readonly idleSeconds: number;
  readonly intervalSeconds: number;
  /** Files that are read for each sample; none where an external meter samples. */
  readonly files: readonly string[];
}

/**
 * Samples power while it runs a workload: an idle window, the repeats, an idle window. Its standard input is its lifeline: when that closes,
 * because the link dropped or the person cancelled, everything that it started ends.
 */
export function loadScript({ root, command, layerJson, repeats, idleSeconds, intervalSeconds, files }: LoadScript): string {
  return `{
exec 3<&0 </dev/null
${common(root)}
folder=\${TMPDIR:-/tmp}/e2train-$$
(umask 077 && mkdir "$folder") || { echo "@e2 failed the folder $folder cannot be made"; exit; }
trap 'trap "" TERM; rm -rf "$folder"; kill -TERM 0' EXIT
trap 'exit 1' HUP INT PIPE TERM
layer_json=$folder/layer.json
cat >"$layer_json" <<'E2TRAIN'
${layerJson}
E2TRAIN
{ cat <&3 >/dev/null; kill -TERM 0; } &
exec 3<&-
if sleep 0.01 2>/dev/null; then pause='sleep ${intervalSeconds}'; else pause=:; fi
sampler() {
  trap 'echo "@e2 times"; times; exit' TERM
  while :; do
    read -r now rest <"$root/proc/uptime"
    line="@e2 s $now"
    for path in "$@"; do
      value=
      { read -r value <"$path"; } 2>/dev/null
      line="$line \${value:--}"
    done
    echo "$line" || exit
    $pause
  done
}
idle() { mark begin idle; sleep ${idleSeconds}; mark end idle; }
load() {
  mark begin load
  { ( ${command}
    ) 2>"$folder/errors"; echo "e2train:status $?"; } | while IFS= read -r line; do
    case $line in
      *e2train:status\\ *) mark end load; echo "@e2 status \${line##*e2train:status }" ;;
      *e2train:begin*) mark begin marked ;;
      *e2train:end*) mark end "marked \${line##*e2train:end}" ;;
    esac
  done
  tail -n 3 "$folder/errors" | while IFS= read -r line; do echo "@e2 error $line"; done
}
hello
${files.length > 0 ? `sampler ${files.map((file) => `"$root"${shellQuoted(file)}`).join(' ')} &\nsampler=$!` : ''}
${idleSeconds > 0 ? 'idle' : ''}
repeat=0
while [ "$repeat" -lt ${repeats} ]; do
  repeat=$((repeat + 1))
  load
done
${idleSeconds > 0 ? 'idle' : ''}
${files.length > 0 ? 'kill -TERM "$sampler"; wait "$sampler"' : ''}
echo "@e2 done"
exit 0
}
`;
}
