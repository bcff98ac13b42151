import { useState } from 'react'
import { TextArea } from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'
import { formatPairs, parsePairs } from '../../../pairs/index.ts'

type Env = Readonly<Record<string, string>>

/** Variables a line each. Values of several lines cannot be written so, and stay as they are. */
export function EnvField(props: {
  env: Env
  problem: string | undefined
  onChange: (env: Record<string, string>) => void
}) {
  const { env } = props
  const { t } = useText()
  const [text, setText] = useState(() => textOf(env))
  const { pairs, wrongLine } = parsePairs(text)
  const kept = manyLined(env)
  const [shown, setShown] = useState(env)
  // What is half written stands here alone; a change that came from elsewhere takes its place.
  if (!isSame(shown, env)) {
    setShown(env)
    if (!isSame({ ...kept, ...pairs }, env)) setText(textOf(env))
  }
  const names = Object.keys(kept)
  return (
    <TextArea
      label={t('deploy.env')}
      hint={
        names.length === 0
          ? t('deploy.envHint')
          : t('canvas.manyLines', { names: names.join(', ') })
      }
      mono
      rows={3}
      value={text}
      problem={
        props.problem ??
        (wrongLine === undefined ? undefined : t('deploy.envWrong', { line: wrongLine }))
      }
      onChange={(next) => {
        setText(next)
        const now = { ...kept, ...parsePairs(next).pairs }
        if (!isSame(now, env)) props.onChange(now)
      }}
    />
  )
}

function textOf(env: Env): string {
  const kept = manyLined(env)
  return formatPairs(
    Object.fromEntries(Object.entries(env).filter(([name]) => !(name in kept))),
  ).join('\n')
}

function manyLined(env: Env): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value.includes('\n')))
}

function isSame(one: Env, other: Env): boolean {
  const names = Object.keys(one)
  return (
    names.length === Object.keys(other).length && names.every((name) => one[name] === other[name])
  )
}
