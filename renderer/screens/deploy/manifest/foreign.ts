/**
 * Whether a text that is no manifest looks like what can be brought from elsewhere: YAML, or docker
 * run lines. What it is, and whether it is right, the node says.
 */
export function isForeign(text: string): boolean {
  const first = text.split('\n').find((line) => line.trim() !== '' && !/^\s*#/.test(line))
  if (first === undefined) return false
  return /^---|^(sudo )?(docker|podman) |^[A-Za-z][\w.-]*:(\s|$)/.test(first.trim())
}
