import { useState } from 'react'
import { TextArea } from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'
import {
  type Env,
  type EnvPlace,
  envOfText,
  isSameEnv,
  manyLined,
  textOfEnv,
} from '../draft/index.ts'
import { useUnfinished } from './unfinished.ts'

/** Variables a line each. Values of several lines cannot be written so, and stay as they are. */
export function EnvField(props: {
  env: Env
  place: EnvPlace
  problem: string | undefined
  /** Changes of one stroke in a row are one step back. */
  stroke: string
  onChange: (env: Record<string, string>) => void
}) {
  const { env, place, stroke } = props
  const { t } = useText()
  const unfinished = useUnfinished()
  const [typed, setTyped] = useState(() => textOfEnv(env))
  // A change that came from elsewhere takes the place of what was typed.
  const isOfThis = isSameEnv(envOfText(typed, env).env, env)
  const half = unfinished.textOf(place)
  const text = half ?? (isOfThis ? typed : textOfEnv(env))
  const { wrongLine } = envOfText(text, env)
  const names = Object.keys(manyLined(env))
  const enter = (next: string): void => {
    const read = envOfText(next, env)
    if (!isSameEnv(read.env, env)) props.onChange(read.env)
    unfinished.put(place, read.wrongLine === undefined ? undefined : next, stroke)
    if (read.wrongLine === undefined) setTyped(next)
  }
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
      onChange={enter}
    />
  )
}
