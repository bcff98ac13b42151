import { useEffect, useState } from 'react'
import { Button, Choice, ChoiceGroup, Icon } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { type Outputs, type Problem, toProblem } from '../../transport/index.ts'
import type { StepProps } from './first-run.tsx'

type Nearby = Outputs['network']['nearby']['networks'][number]

const LOOK_EVERY_MS = 2_000

export function FindNearby({ state, dispatch }: StepProps) {
  const { t } = useText()
  const { networks, problem } = useNearby()
  const choose = (address: string): void => {
    const found = networks.find((each) => each.address === address)
    if (found) dispatch({ type: 'enter', part: { nearby: { address, name: found.name } } })
  }
  return (
    <>
      <h1>{t('firstRun.nearby.title')}</h1>
      <p className="listening" role="status">
        <Icon name="radar" />
        {problem ? problem.message : t('firstRun.nearby.looking')}
      </p>
      {networks.length === 0 ? (
        <div className="nothing-heard">
          <strong>{t('firstRun.nearby.none')}</strong>
          <p className="quiet">{t('firstRun.nearby.noneDetail')}</p>
        </div>
      ) : (
        <ChoiceGroup
          label={t('firstRun.nearby.label')}
          labelHidden
          value={state.nearby?.address ?? ''}
          onChange={choose}
        >
          {networks.map((network) => (
            <Choice
              key={network.address}
              value={network.address}
              title={network.name}
              detail={t('firstRun.nearby.members', {
                count: network.members,
                node: network.nodeName,
              })}
            />
          ))}
        </ChoiceGroup>
      )}
      <div className="first-run-actions">
        <Button
          kind="primary"
          disabled={state.nearby === undefined}
          onPress={() => dispatch({ type: 'go', to: 'name' })}
        >
          {t('words.next')}
        </Button>
      </div>
    </>
  )
}

/** Listens for as long as the page is shown: computers come and go. */
function useNearby(): { networks: Nearby[]; problem: Problem | undefined } {
  const { client, time } = useWorld()
  const [networks, setNetworks] = useState<Nearby[]>([])
  const [problem, setProblem] = useState<Problem>()
  useEffect(() => {
    let cancel = (): void => {}
    let current = true
    const look = async (): Promise<void> => {
      try {
        const answer = await client().network.nearby()
        if (!current) return
        setNetworks(answer.networks)
        setProblem(undefined)
      } catch (error) {
        if (current) setProblem(toProblem(error))
      }
      if (current) cancel = time.after(LOOK_EVERY_MS, () => void look())
    }
    void look()
    return () => {
      current = false
      cancel()
    }
  }, [client, time])
  return { networks, problem }
}
