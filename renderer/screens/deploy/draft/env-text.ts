import { formatPairs, parsePairs } from '../../../pairs/index.ts'

export type Env = Readonly<Record<string, string>>

/** Variables a line each. Values of several lines cannot be written so, and stay as they are. */
export function textOfEnv(env: Env): string {
  const kept = manyLined(env)
  return formatPairs(
    Object.fromEntries(Object.entries(env).filter(([name]) => !(name in kept))),
  ).join('\n')
}

/** What of it can be read, beside what no line can say. */
export function envOfText(
  text: string,
  env: Env,
): { env: Record<string, string>; wrongLine?: number } {
  const { pairs, wrongLine } = parsePairs(text)
  return { env: { ...manyLined(env), ...pairs }, ...(wrongLine !== undefined && { wrongLine }) }
}

export function manyLined(env: Env): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value.includes('\n')))
}

export function isSameEnv(one: Env, other: Env): boolean {
  const names = Object.keys(one)
  return (
    names.length === Object.keys(other).length && names.every((name) => one[name] === other[name])
  )
}
