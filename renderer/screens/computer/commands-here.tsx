import { useCallback } from 'react'
import { Table } from '../../design/index.ts'
import { formatWhen } from '../../format/index.ts'
import { useText } from '../../i18n/index.ts'
import { useRepeated } from '../../state/index.ts'
import type { NodeClient } from '../../transport/index.ts'
import { byCommand } from './by-command.ts'
import { endOf } from './command-end.ts'

const PERIOD_MS = 5_000
/** More are told by `mycelium audit`. */
const ENTRIES_MAX = 60

/** Who opened shells and ran commands inside copies that run here. */
export function CommandsHere() {
  const { t, language } = useText()
  const ask = useCallback(
    async (node: NodeClient) => (await node.commands.audit({ tail: ENTRIES_MAX })).entries,
    [],
  )
  const { answer: entries, problem } = useRepeated(ask, PERIOD_MS)
  const commands = entries && byCommand(entries)
  return (
    <section>
      <h2>{t('computer.commands.title')}</h2>
      {problem && <p className="quiet">{problem.message}</p>}
      {commands?.length === 0 && <p className="quiet">{t('computer.commands.none')}</p>}
      {commands && commands.length > 0 && (
        <Table
          columns={[
            t('computer.commands.column.when'),
            t('computer.commands.column.who'),
            t('computer.commands.column.where'),
            t('computer.commands.column.what'),
            t('computer.commands.column.end'),
          ]}
        >
          {commands.map(({ first, last }) => (
            <tr key={`${first.command} ${first.at}`}>
              <th scope="row">{formatWhen(first.at, language)}</th>
              <td>
                {t('computer.commands.from', {
                  who: first.owner.name || first.owner.id.slice(0, 8),
                  node: first.from.name || first.from.id.slice(0, 8),
                })}
              </td>
              <td>
                {first.part === undefined ? first.instance : `${first.instance} ${first.part}`}
              </td>
              <td>
                <code>{first.program}</code>{' '}
                {first.words > 0 && t('computer.commands.words', { count: first.words })}
              </td>
              <td>{endOf(last, t)}</td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  )
}
